"""Server-sent events, the form in which answers are streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from starlette.responses import StreamingResponse

from llm_router.errors import RouterError

MEDIA_TYPE = "text/event-stream"


def event(data: str, name: str = "") -> bytes:
    """One event, whole; `data` is of a single line. What is no text in UTF-8 is replaced."""
    named = b"event: %b\n" % name.encode() if name else b""
    return b"%bdata: %b\n\n" % (named, data.encode("utf-8", "replace"))


class EventStream(StreamingResponse):
    """Events on their way; `cut_off` writes those that end them in their midst, in the protocol that they are in."""

    def __init__(
        self,
        content: AsyncIterator[bytes],
        *,
        headers: dict[str, str],
        cut_off: Callable[[RouterError], bytes],
    ) -> None:
        super().__init__(content, media_type=MEDIA_TYPE, headers=headers)
        self.cut_off = cut_off
