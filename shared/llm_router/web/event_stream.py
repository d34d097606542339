"""Server-sent events, the form in which answers are streamed."""

from __future__ import annotations

MEDIA_TYPE = "text/event-stream"


def event(data: str) -> bytes:
    """One event, whole; `data` is of a single line. What is no text in UTF-8 is replaced."""
    return b"data: %b\n\n" % data.encode("utf-8", "replace")
