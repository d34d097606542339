"""The wire: connections belong to the event loop that opened them, many streams run at once, and closing is clean."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading

import pytest

from llm_router.adapters.providers.http_provider import HttpProvider
from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.adapters.providers.wire import CONNECT_S, Wire
from llm_router.generation.chat import ChatAnswer
from llm_router.generation.provider import Failure
from tests.support.chat import ask, failure, run, streamed, together
from tests.support.loopback import HOST, listening
from tests.support.provider_answers import Said
from tests.support.provider_faults import Fault, Slow
from tests.support.provider_server import ProviderServer, provider_server


def speaker(url: str) -> OpenAiChat:
    return OpenAiChat(f"{url}/v1/chat/completions", {})


def test_each_thread_s_loop_has_connections_of_its_own():
    answers: list[str] = []
    with provider_server() as server:
        wire = Wire()
        provider = HttpProvider(speaker(server.url), wire)

        def work() -> None:
            loop = asyncio.new_event_loop()
            for _ in range(3):
                answers.append(loop.run_until_complete(provider.complete("m", ask(), 5)).text)
            loops.append(loop)

        loops: list[asyncio.AbstractEventLoop] = []
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == ["Hello there, world."] * 12
        assert server.connections == 4
        wire.close()
        for loop in loops:
            loop.close()


def test_connections_can_be_closed_from_within_another_loop():
    with provider_server() as server, asyncio.Runner() as opened, asyncio.Runner() as closing:
        provider = HttpProvider(speaker(server.url), Wire())
        assert opened.run(provider.complete("m", ask(), 5)).text

        async def close() -> None:
            provider.wire.close()

        closing.run(close())
        assert opened.run(provider.complete("m", ask(), 5)).text, "the next request connects anew"
        assert server.connections == 2
        provider.wire.close()


def test_a_connection_that_the_provider_has_closed_is_not_used_again():
    with provider_server() as server:
        server.then(Said(), Fault.CUT_SHORT, Said())

        async def three(provider):
            first = await provider.complete("m", ask(), 5)
            broken = await failure(provider.complete("m", ask(), 5))
            return first.text, broken.failure, (await provider.complete("m", ask(), 5)).text

        assert run(speaker(server.url), three) == ("Hello there, world.", Failure.GARBAGE, "Hello there, world.")


def test_who_is_not_connected_to_in_five_seconds_cannot_be_reached(monkeypatch: pytest.MonkeyPatch):
    """Here a port that takes connections and says no word of TLS."""
    assert CONNECT_S == 5
    monkeypatch.setattr("llm_router.adapters.providers.wire.CONNECT_S", 0.05)
    with socket.create_server((HOST, 0)) as silent:
        url = f"https://{HOST}:{silent.getsockname()[1]}"
        for failed in (
            run(speaker(url), lambda provider: failure(provider.complete("m", ask(), 20))),
            run(speaker(url), lambda provider: failure(streamed(provider, "m", ask(), 20))),
        ):
            assert (failed.failure, failed.status) == (Failure.UNREACHABLE, None)


def test_two_hundred_streams_at_once_lose_nothing():
    with provider_server() as server:
        server.always(Slow(Said(" ".join(map(str, range(50)))), between_s=0.001))

        async def many(provider) -> list[ChatAnswer]:
            every = await asyncio.gather(*(streamed(provider, f"m{index}", ask(), 30) for index in range(200)))
            return [together(chunks) for chunks in every]

        answers = run(speaker(server.url), many)
        assert {answer.text for answer in answers} == {" ".join(map(str, range(50)))}
        assert len(answers) == len(server.requests) == 200


def test_the_time_between_chunks_counts_and_not_that_of_the_whole_stream():
    with provider_server() as server:
        server.always(Slow(Said(" ".join(["word"] * 25)), between_s=0.1))
        chunks = run(speaker(server.url), lambda provider: streamed(provider, "m", ask(), 2.0))
        assert together(chunks).text == " ".join(["word"] * 25)


def test_a_caller_who_gives_up_leaves_no_connection_that_another_answer_could_come_on():
    with provider_server() as server:
        server.then(Fault.HANG)

        async def give_up(provider):
            task = asyncio.ensure_future(provider.complete("m", ask(), 30))
            assert await asyncio.to_thread(server.arrived.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await provider.complete("m", ask(), 5)

        assert run(speaker(server.url), give_up).text == "Hello there, world."
        assert server.connections == 2


def test_a_connection_that_is_reset_while_nobody_uses_it_is_not_logged(caplog: pytest.LogCaptureFixture):
    server = ProviderServer()
    server.always(Slow(Said(), between_s=0.01))
    with listening(server.serve) as listener:

        async def twice(provider):
            for _ in range(2):
                assert await streamed(provider, "m", ask())
            await asyncio.to_thread(lambda: listener.wait_for(listener.cut()))
            return (await provider.complete("m", ask(), 5)).text

        assert run(speaker(f"http://{HOST}:{listener.port}"), twice) == "Hello there, world."
    gc.collect()
    assert server.connections == 2
    assert caplog.records == []
