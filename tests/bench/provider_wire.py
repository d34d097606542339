"""Which library speaks HTTP to the providers: `python -m tests.bench.provider_wire` prints what each one costs.

Import time is a fresh interpreter's over one that already holds FastAPI, as every function does; weight is what the
library adds to a function's package; the rest is one POST of 1 kB on a kept connection to a bare server on loopback.
The last line is our provider over aiohttp, the translation of request and answer included.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import aiohttp
import h11
import httpcore2
import httpx2

from llm_router.adapters.providers import openai_request
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.http_provider import HttpProvider
from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.adapters.providers.wire import Wire
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart
from tests.support.provider_answers import Protocol, Said, whole

IMPORTS = {
    "httpx2": "import httpx2; httpx2.AsyncClient(verify=False)",
    "httpcore2": "import httpcore2; httpcore2.AsyncConnectionPool()",
    "aiohttp": "import aiohttp; aiohttp.ClientTimeout()",
    "asyncio + h11": "import asyncio, h11; h11.Connection(h11.CLIENT)",
    "our provider": "import llm_router.adapters.providers.openai_chat as m; import llm_router.adapters.providers.wire",
}
ADDED = {
    "httpx2": ("httpx2", "httpcore2", "h11", "truststore"),
    "httpcore2": ("httpcore2", "h11", "truststore"),
    "aiohttp": (
        "aiohttp",
        "aiohappyeyeballs",
        "aiosignal",
        "attrs",
        "frozenlist",
        "idna",
        "multidict",
        "propcache",
        "yarl",
    ),
    "asyncio + h11": ("h11",),
}
ASKED = ChatRequest((ChatMessage(Role.USER, (TextPart("x" * 900),)),))
BODY = compact(openai_request.body("m", ASKED, Quirks(), stream=False))
END = BODY[-8:]
SAID = whole(Protocol.OPENAI, "m", Said("y" * 600))
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(SAID), SAID)
RUNS = 2000
Post = Callable[[], Awaitable[object]]


class _Answering(asyncio.Protocol):
    """Answers the same once a whole request is there, without looking at it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.seen = b""

    def data_received(self, data: bytes) -> None:
        self.seen += data
        if self.seen.endswith(END):
            self.seen = b""
            self.transport.write(ANSWER)


def serve(tell: Connection) -> None:
    """The server's process; sends its port."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0)
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def import_ms(statement: str) -> float:
    """Median milliseconds that the statement adds to a process that has the web stack."""
    web = "import starlette.applications, time; t = time.perf_counter()"
    timed = f"{web}; {statement}; print((time.perf_counter() - t) * 1000)"
    command = [sys.executable, "-c", timed]
    return statistics.median(float(subprocess.check_output(command)) for _ in range(7))


def added_kb(distributions: tuple[str, ...]) -> float:
    """Kilobytes of what the distributions run."""
    files = [file for name in distributions for file in importlib.metadata.files(name) or []]
    return sum(file.size or 0 for file in files if file.suffix in {".py", ".so"}) / 1000


async def _httpx2(port: int, measure: Callable[[Post], Awaitable[list[float]]]) -> list[float]:
    async with httpx2.AsyncClient(verify=False) as client:

        async def post() -> object:
            headers = {"content-type": "application/json"}
            return (await client.post(f"http://127.0.0.1:{port}/", content=BODY, headers=headers)).content

        return await measure(post)


async def _httpcore2(port: int, measure: Callable[[Post], Awaitable[list[float]]]) -> list[float]:
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
    url = httpcore2.URL(scheme=b"http", host=b"127.0.0.1", port=port, target=b"/")
    async with httpcore2.AsyncConnectionPool() as pool:

        async def post() -> object:
            return (await pool.request(b"POST", url, headers=headers, content=BODY)).content

        return await measure(post)


async def _aiohttp(port: int, measure: Callable[[Post], Awaitable[list[float]]]) -> list[float]:
    async with aiohttp.ClientSession() as session:

        async def post() -> object:
            headers = {"content-type": "application/json"}
            async with session.post(f"http://127.0.0.1:{port}/", data=BODY, headers=headers) as answer:
                return await answer.read()

        return await measure(post)


async def _streams(port: int, measure: Callable[[Post], Awaitable[list[float]]]) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    connection = h11.Connection(h11.CLIENT)
    headers = [("host", "127.0.0.1"), ("content-type", "application/json"), ("content-length", str(len(BODY)))]

    async def post() -> object:
        request = h11.Request(method="POST", target="/", headers=headers)
        events = (request, h11.Data(BODY), h11.EndOfMessage())
        writer.write(b"".join(connection.send(event) or b"" for event in events))
        pieces = []
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.Data):
                pieces.append(bytes(event.data))
        connection.start_next_cycle()
        return b"".join(pieces)

    try:
        return await measure(post)
    finally:
        writer.close()


async def _provider(port: int, measure: Callable[[Post], Awaitable[list[float]]]) -> list[float]:
    """Ours, the translation of request and answer included."""
    provider = HttpProvider(OpenAiChat(f"http://127.0.0.1:{port}/", {}), Wire())
    try:
        return await measure(lambda: provider.complete("m", ASKED, 10))
    finally:
        provider.wire.close()


async def _times(post: Post) -> list[float]:
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        assert await post()
        taken.append((time.perf_counter() - started) * 1e6)
    return taken[RUNS // 10 :]


def main() -> None:
    """One line for each library."""
    hear, tell = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(tell,), daemon=True)
    server.start()
    port = hear.recv()
    print(f"{'library':<15}{'import ms':>11}{'adds kB':>9}{'p50 µs':>9}{'p90 µs':>9}")
    for name, run in {
        "httpx2": _httpx2,
        "httpcore2": _httpcore2,
        "aiohttp": _aiohttp,
        "asyncio + h11": _streams,
        "our provider": _provider,
    }.items():
        times = asyncio.run(run(port, _times))
        p50, p90 = statistics.median(times), statistics.quantiles(times, n=10)[8]
        weight = added_kb(ADDED[name]) if name in ADDED else 0.0
        print(f"{name:<15}{import_ms(IMPORTS[name]):>11.1f}{weight:>9.0f}{p50:>9.0f}{p90:>9.0f}")
    server.terminate()


if __name__ == "__main__":
    main()
