"""A caller that goes away before it has its answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from starlette.types import Message

from llm_router.local import direct
from tests.support.generating import Client


@dataclass
class Caller:
    """Leaves as soon as a provider is asked."""

    headers: dict[str, str] = field(default_factory=dict)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[Message] = field(default_factory=list)
    serving: asyncio.Task[object] | None = None

    def ask(self, generating: Client, path: str, body: object) -> None:
        """Returns once nothing is left to do for it."""
        assert generating.providers.default is not None
        generating.providers.default.during = self.asked.set
        found = generating.api.table.match("POST", path)
        assert found is not None
        headers = {"host": "localhost", "content-type": "application/json", **self.headers}
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        raw = json.dumps(body).encode()

        async def served() -> None:
            self.serving = asyncio.current_task()
            async with asyncio.timeout(20):
                door = generating.module.door
                await direct.serve(door, found, scope, raw, self.receive, self.send, waits=True)

        asyncio.run(served())

    async def receive(self) -> Message:
        await self.asked.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
