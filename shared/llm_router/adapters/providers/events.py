"""The events of a stream, and how server-sent events encode them (WHATWG HTML, 9.2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

MAX_EVENT_BYTES = 8 * 1024 * 1024


class BrokenStream(ValueError):
    """What arrives is no event of the stream's encoding, or longer than any that a provider sends."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its data, and its name where it has one."""

    data: bytes
    name: str = ""


class EventDecoder(Protocol):
    """Takes bytes as they arrive, cut anywhere, and gives the events that are complete. Raises `BrokenStream`."""

    @property
    def content_type(self) -> str: ...

    def feed(self, received: bytes) -> Iterator[ServerEvent]: ...


@dataclass(slots=True)
class ServerSentEvents:
    """An `EventDecoder` of server-sent events.

    Comments, ids and retry hints are dropped. What stands unfinished at the end of a stream is no event.
    """

    content_type: ClassVar[str] = "text/event-stream"

    _rest: bytearray = field(default_factory=bytearray)
    _scanned: int = 0
    _data: list[bytes] = field(default_factory=list)
    _name: str = ""
    _size: int = 0

    def feed(self, received: bytes) -> Iterator[ServerEvent]:
        """The events that these bytes complete. Raises `BrokenStream`."""
        self._rest += received
        start = 0
        while (end := self._rest.find(b"\n", max(start, self._scanned))) >= 0:
            line = bytes(self._rest[start:end]).removesuffix(b"\r")
            start = end + 1
            if line:
                self._take(line)
            elif (event := self._finish()) is not None:
                yield event
        del self._rest[:start]
        self._scanned = len(self._rest)
        if len(self._rest) + self._size > MAX_EVENT_BYTES:
            raise BrokenStream

    def _take(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._size += len(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")

    def _finish(self) -> ServerEvent | None:
        event = ServerEvent(b"\n".join(self._data), self._name) if self._data else None
        self._data, self._name, self._size = [], "", 0
        return event
