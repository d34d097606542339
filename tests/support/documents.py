"""Documents of offices, as programs write them, and files as they are sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from llm_router.conversation import Conversation
from llm_router.schemas.messages import Message, conversation

PDF, OFFICE = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE = b"<</Type/Page>> "


def document(parts: Mapping[str, str | bytes], level: int | None = None) -> bytes:
    """Of these parts, packed as closely as this."""
    held = BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED, compresslevel=level) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return held.getvalue()


def file_part(kind: str, held: bytes) -> dict[str, object]:
    """A message's part with this file."""
    return {"type": "file", "file": {"file_data": f"data:{kind};base64,{base64.b64encode(held).decode()}"}}


def said_with(part: Mapping[str, object]) -> Conversation:
    """A conversation of one message with one part."""
    return conversation([Message.model_validate({"role": "user", "content": [part]})])
