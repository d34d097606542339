"""A streamed response that comes to an end, whether or not anybody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from starlette.types import Receive, Scope, Send

from llm_router.errors import RouterError
from llm_router.web.event_stream import EventStream


class Bounded(EventStream):
    """A stream that ends after so many seconds, whoever reads it: a caller who does not would hold it for ever."""

    def __init__(
        self,
        content: AsyncIterator[bytes],
        seconds: float,
        close: Callable[[], Awaitable[None]],
        *,
        headers: dict[str, str],
        cut_off: Callable[[RouterError], bytes],
    ) -> None:
        """`close` ends what the content is made of, also where none of it has been taken."""
        super().__init__(content, headers=headers, cut_off=cut_off)
        self.seconds = seconds
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Returns at the end of its time, on which the server closes the connection. Pieces that have begun are closed
        in any case: whoever waited for the caller to take one is not there any more to do it."""
        try:
            async with asyncio.timeout(self.seconds):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            return
        finally:
            if isinstance(self.body_iterator, AsyncGenerator):
                await self.body_iterator.aclose()
            await self._close()
