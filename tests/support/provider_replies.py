"""How a scripted provider answers one request on its connection, in the request's own protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.http_bytes import response
from tests.support.loopback import reset
from tests.support.provider_answers import Protocol, Said, whole
from tests.support.provider_faults import CANARY, STATUS, Answer, Fault, Held, Limited, Raw, Slow
from tests.support.provider_streams import aws_event, pieces

DRIP_EVERY_S = 0.02
HELD_S = 10.0
HUGE_BYTES = 50_000_000


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    protocol: Protocol
    model: str
    stream: bool

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Reply:
    """The answer to one request. `send` tells whether the connection is still good."""

    writer: asyncio.StreamWriter
    asked: Asked

    async def send(self, answer: Answer) -> bool:
        """Whether the connection is kept. Behind a whole answer it is: the next request might be sent into its end."""
        if isinstance(answer, Slow):
            await asyncio.sleep(answer.first_s)
            return await self._say(answer.said, between_s=answer.between_s)
        if isinstance(answer, Held):
            return await self._hold(answer)
        if isinstance(answer, Said):
            return await self._say(answer)
        if isinstance(answer, Raw):
            return await self._plain(answer.status, answer.body, answer.headers)
        if isinstance(answer, Limited):
            return await self._plain(429, self._error(), {"retry-after": answer.retry_after})
        if answer in STATUS:
            return await self._plain(STATUS[answer], self._error())
        return await self._fail(answer)

    async def _fail(self, fault: Fault) -> bool:
        match fault:
            case Fault.HANG:
                await asyncio.Event().wait()
            case Fault.RESET:
                reset(self.writer)
            case Fault.HTML:
                page = f"<!doctype html><title>Bad gateway</title><p>{CANARY}".encode()
                return await self._plain(200, page, {"content-type": "text/html"})
            case Fault.EMPTY:
                return await self._plain(200, b"")
            case Fault.WRONG_JSON:
                return await self._wrong()
            case Fault.NO_HTTP:
                await self._write(b"SSH-2.0-OpenSSH_9.2\r\n")
            case Fault.REDIRECT:
                return await self._plain(302, b"", {"location": "http://127.0.0.1:9/elsewhere"})
            case Fault.HUGE:
                await self._huge()
            case Fault.DRIP | Fault.DRIP_HEAD:
                await self._drip(skip=fault is Fault.DRIP)
            case _ if self.asked.stream:
                return await self._broken_stream(fault)
            case _:
                return await self._broken_body(fault)
        return False

    async def _broken_body(self, fault: Fault) -> bool:
        body = whole(self.asked.protocol, self.asked.model, Said())
        match fault:
            case Fault.NO_END_MARK:
                return await self._plain(200, body)
            case Fault.ERROR_EVENT:
                return await self._plain(500, self._error())
            case Fault.TRUNCATED_JSON:
                return await self._plain(200, body[: len(body) // 2])
            case Fault.GARBAGE_EVENT:
                return await self._plain(200, b"{not json")
            case Fault.CLOSED:
                return False
        if fault is Fault.BAD_CHUNK:
            return await self._bad_chunk(body[: len(body) // 2])
        await self._write(self._head(len(body)) + body[: len(body) // 2])
        if fault is Fault.HANG_MIDWAY:
            await asyncio.Event().wait()
        if fault is Fault.RESET_MIDWAY:
            reset(self.writer)
        return False

    async def _broken_stream(self, fault: Fault) -> bool:
        if fault is Fault.CLOSED:
            return False
        sent = pieces(self.asked.protocol, self.asked.model, Said())
        half = len(sent) // 2
        if fault is Fault.BAD_CHUNK:
            return await self._bad_chunk(sent[0])
        await self._write(self._head(None))
        for piece in sent[:half]:
            await self._chunk(piece)
        match fault:
            case Fault.HANG_MIDWAY:
                await asyncio.Event().wait()
            case Fault.RESET_MIDWAY:
                reset(self.writer)
            case Fault.ERROR_EVENT:
                await self._chunk(self._error_event())
            case Fault.GARBAGE_EVENT:
                await self._chunk(b"data: {not json\n\n")
            case Fault.TRUNCATED_JSON:
                await self._chunk(sent[half][: len(sent[half]) // 2])
        if fault in (Fault.NO_END_MARK, Fault.ERROR_EVENT, Fault.GARBAGE_EVENT, Fault.TRUNCATED_JSON):
            await self._write(b"0\r\n\r\n")
            return True
        return False

    async def _bad_chunk(self, beginning: bytes) -> bool:
        await self._write(self._head(None))
        await self._chunk(beginning)
        await self._write(b"zz\r\nand so on\r\n")
        await asyncio.Event().wait()
        return False

    async def _wrong(self) -> bool:
        if not self.asked.stream:
            return await self._plain(200, b'{"greeting": ["hello"]}')
        await self._write(self._head(None))
        wrong = {"contentBlockIndex": "none", "delta": 7}
        bedrock = self.asked.protocol is Protocol.BEDROCK
        await self._chunk(aws_event("contentBlockDelta", wrong) if bedrock else b'data: {"greeting": ["hello"]}\n\n')
        await self._write(b"0\r\n\r\n")
        return True

    async def _huge(self) -> None:
        await self._write(self._head(HUGE_BYTES))
        for _ in range(HUGE_BYTES // 100_000):
            await self._write(b" " * 100_000)

    async def _drip(self, *, skip: bool) -> None:
        """The body in chunks of one byte (`skip`), or all from the first byte of the head on."""
        asked = self.asked
        parts = pieces(asked.protocol, asked.model, Said()) if asked.stream else [whole(asked.protocol, "", Said())]
        whole_answer = self._head(None) + b"".join(parts)
        start = whole_answer.index(b"\r\n\r\n") + 4 if skip else 0
        await self._write(whole_answer[:start])
        for byte in whole_answer[start:]:
            await self._write(b"1\r\n%c\r\n" % byte if skip else bytes([byte]))
            await asyncio.sleep(DRIP_EVERY_S)
        await asyncio.Event().wait()

    async def _say(self, said: Said, between_s: float = 0.0) -> bool:
        asked = self.asked
        if not asked.stream:
            return await self._plain(200, whole(asked.protocol, asked.model, said))
        options = asked.json.get("stream_options") or {}
        await self._write(self._head(None))
        for piece in pieces(asked.protocol, asked.model, said, usage=bool(options.get("include_usage"))):
            await self._chunk(piece)
            if between_s:
                await asyncio.sleep(between_s)
        await self._write(b"0\r\n\r\n")
        return True

    async def _hold(self, held: Held) -> bool:
        sent = pieces(self.asked.protocol, self.asked.model, held.said)
        await self._write(self._head(None))
        for piece in sent[: held.after]:
            await self._chunk(piece)
        if not await asyncio.to_thread(held.release.wait, HELD_S):
            return False
        for piece in sent[held.after :]:
            await self._chunk(piece)
        await self._write(b"0\r\n\r\n")
        return True

    def _head(self, length: int | None) -> bytes:
        kind = "application/json"
        if self.asked.stream:
            bedrock = self.asked.protocol is Protocol.BEDROCK
            kind = "application/vnd.amazon.eventstream" if bedrock else "text/event-stream; charset=utf-8"
        size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
        return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{size}\r\n\r\n".encode()

    async def _plain(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bool:
        await self._write(response(status, body, headers))
        return True

    def _error(self) -> bytes:
        """An error body that quotes our own key, as some do."""
        said = f"{CANARY}: {self.asked.headers.get('authorization', self.asked.headers.get('x-api-key', ''))}"
        return json.dumps({"error": {"message": said, "type": "error", "code": "error"}, "message": said}).encode()

    def _error_event(self) -> bytes:
        error = {"type": "error", "error": {"type": "overloaded_error", "code": 529, "message": CANARY}}
        match self.asked.protocol:
            case Protocol.BEDROCK:
                return aws_event("modelStreamErrorException", {"message": CANARY}, "exception")
            case Protocol.ANTHROPIC:
                return b"event: error\ndata: " + json.dumps(error).encode() + b"\n\n"
        return b"data: " + json.dumps(error).encode() + b"\n\n"

    async def _chunk(self, data: bytes) -> None:
        await self._write(b"%x\r\n%s\r\n" % (len(data), data))

    async def _write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()
