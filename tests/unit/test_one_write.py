"""An answer that is there at once goes out in one piece; one that comes in pieces begins at once."""

from __future__ import annotations

import asyncio

from llm_router.local.one_write import OneWrite


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview[int]) -> None:
        self.said.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def written(*pieces: bytes, pause: bool = False, close: bool = False) -> Wire:
    wire = Wire()

    async def write() -> None:
        one = OneWrite(wire, asyncio.get_running_loop())
        for piece in pieces:
            one.write(piece)
            if pause:
                await asyncio.sleep(0)
        if close:
            one.close()
            assert one.is_closing()
        await asyncio.sleep(0)

    asyncio.run(write())
    return wire


def test_head_and_body_that_are_there_at_once_are_one_write():
    assert written(b"head ", b"body").said == [b"head body"]


def test_the_head_waits_no_longer_than_to_the_next_turn():
    assert written(b"head ").said == [b"head "]
    assert written(b"head ", b"one ", b"two", pause=True).said == [b"head ", b"one ", b"two"]


def test_what_is_held_goes_out_before_the_connection_is_closed():
    assert written(b"head ", close=True).said == [b"head "]


def test_nothing_is_written_to_a_connection_that_is_closed():
    wire = Wire()

    async def write() -> None:
        OneWrite(wire, asyncio.get_running_loop()).write(b"head ")
        wire.close()
        await asyncio.sleep(0)

    asyncio.run(write())
    assert wire.said == []
