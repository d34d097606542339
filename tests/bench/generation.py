"""What generating through the router takes beyond asking the provider directly: `python -m tests.bench.generation`.

Starts a bare provider and the service as `make run` does, each in processes of its own. Requests go in turn to the
provider, to a pinned model and to `auto` with a prompt never sent before, so that a drift of the machine's speed meets
all of them: in turns of ten, as callers of one kind come, and of one, where each finds the processors' caches full of
what another needs. A streamed piece carries the moment at which the provider wrote it; what passes until it is read,
less what passes without the router, is what its forwarding takes. Then 200 streams run at once.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from tests.bench.prompts import new_prompts
from tests.support.running import running_service

WARM_UP, COUNTED = 60, 500
IN_A_ROW = (10, 1)
STREAMS, PIECES, EVERY_S = 200, 40, 0.05
PINNED = "openai/gpt-4.1-mini"
USAGE = {"prompt_tokens": 9, "completion_tokens": 40, "total_tokens": 49}
MESSAGE = {"role": "assistant", "content": "Hello. " * 20}
WHOLE = json.dumps(
    {
        "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
        "usage": USAGE,
        "object": "chat.completion",
    }
).encode()


async def _provide(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Whole answers at once; streams of pieces that say when they were written."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            if not json.loads(await reader.readexactly(length)).get("stream"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
                writer.write(b"content-length: %d\r\n\r\n%s" % (len(WHOLE), WHOLE))
                continue
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            for _ in range(PIECES):
                _event(writer, _piece({"content": f"{time.perf_counter_ns()} "}))
                await asyncio.sleep(EVERY_S)
            _event(writer, _piece({}, "stop"))
            _event(writer, "[DONE]")
            writer.write(b"0\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _piece(delta: dict[str, str], stop: str | None = None) -> str:
    usage = USAGE if stop else None
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": stop}], "usage": usage})


def _event(writer: asyncio.StreamWriter, data: str) -> None:
    event = b"data: %s\n\n" % data.encode()
    writer.write(b"%x\r\n%s\r\n" % (len(event), event))


def serve(tell: Connection) -> None:
    """The provider's process; sends its port."""

    async def run() -> None:
        server = await asyncio.start_server(_provide, "127.0.0.1", 0, backlog=1024)
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def whole_ms(line: http.client.HTTPConnection, model: str, prompt: str) -> float:
    """One whole answer. Raises when it is not a 200."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]})
    started = time.perf_counter()
    line.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
    answer = line.getresponse()
    answer.read()
    elapsed = (time.perf_counter() - started) * 1000
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}")
    return elapsed


def measure_whole(provider: int, router: int, in_a_row: int) -> dict[str, list[float]]:
    """Milliseconds of every counted request, with so many of a kind in each turn."""
    prompts = new_prompts(time.time_ns())
    lines = {port: http.client.HTTPConnection("127.0.0.1", port, timeout=30) for port in (provider, router)}
    ways = {"provider directly": (provider, "m"), "pinned": (router, PINNED), "auto, new prompt": (router, "auto")}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(-WARM_UP, COUNTED, in_a_row):
        for name, (port, model) in ways.items():
            elapsed = [whole_ms(lines[port], model, next(prompts)) for _ in range(in_a_row)]
            if turn >= 0:
                times[name] += elapsed
    return times


async def stream_ms(port: int, model: str) -> list[float]:
    """Milliseconds from writing to reading of each piece of one stream; fewer than were sent when some are lost."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"model": model, "stream": True, "messages": [{"role": "user", "content": "hello"}]}).encode()
    writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n")
    writer.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))
    taken: list[float] = []
    while (line := await reader.readline()) and line != b"data: [DONE]\n":
        if line.startswith(b"data: "):
            now = time.perf_counter_ns()
            for choice in json.loads(line[6:])["choices"]:
                if word := (choice["delta"].get("content") or "").strip():
                    taken.append((now - int(word)) / 1e6)
    writer.close()
    return taken


async def _streams(port: int, count: int) -> list[list[float]]:
    return await asyncio.gather(*(stream_ms(port, PINNED) for _ in range(count)))


async def _tokens(port: int, count: int) -> list[float]:
    return [taken for stream in await _streams(port, count) for taken in stream]


def _row(name: str, values: list[float], added: float | None = None) -> str:
    cuts = statistics.quantiles(values, n=100)
    more = "" if added is None else f"{added:>11.2f}"
    return f"{name:<36}{cuts[49]:>9.2f}{cuts[89]:>9.2f}{cuts[98]:>9.2f}{more}"


def main() -> None:
    """One table."""
    hear, tell = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(tell,), daemon=True)
    server.start()
    provider = hear.recv()
    given = {"OPENAI_BASE_URL": f"http://127.0.0.1:{provider}/v1", "OPENAI_API_KEY": "sk-bench", "LOG_LEVEL": "ERROR"}
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder), **given) as service:
        router = service.ports["PORT"]
        print(f"{'':<36}{'p50 ms':>9}{'p90 ms':>9}{'p99 ms':>9}{'added p50':>11}")
        for in_a_row in IN_A_ROW:
            times = measure_whole(provider, router, in_a_row)
            direct = statistics.median(times["provider directly"])
            for name, found in times.items():
                print(_row(f"{name}, turns of {in_a_row}", found, statistics.median(found) - direct))
        bare, passed = (asyncio.run(_tokens(port, 3)) for port in (provider, router))
        print(_row("a token directly", bare))
        print(_row("a token through the router", passed, statistics.median(passed) - statistics.median(bare)))
        asyncio.run(_streams(router, STREAMS))
        many = asyncio.run(_streams(router, STREAMS))
        print(_row(f"a token of {STREAMS} streams", [each for stream in many for each in stream]))
        whole = sum(len(stream) == PIECES for stream in many)
        print(f"{whole} of {STREAMS} streams came whole, {sum(map(len, many))} of {STREAMS * PIECES} pieces")
    server.terminate()


if __name__ == "__main__":
    main()
