"""Data addresses, and what kind of file an address holds, by its ending. Nothing is fetched."""

from __future__ import annotations

import base64
import mimetypes
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from llm_router.adapters.providers.taking import UNREADABLE
from llm_router.data_addresses import head_of, plain_base64
from llm_router.generation.provider import Failure, ProviderFailed


@dataclass(frozen=True, slots=True)
class Media:
    """Bytes in base64 and their kind, such as `image/png`."""

    kind: str
    data: str

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.data)


_MEANT = {"image/jpg": "image/jpeg"}
"""Kinds as they are written, often wrongly, and as providers know them."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ENDINGS = {
    f"{_OFFICE}wordprocessingml.document": ".docx",
    f"{_OFFICE}spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}presentationml.presentation": ".pptx",
}
"""Those that Python itself does not know everywhere."""

_FILMS = ("youtube.com", "youtu.be")
"""Hosts whose pages Gemini watches as films, whatever their addresses end in."""


def inline(address: str) -> Media | None:
    """What a `data:` address holds; None for any other address. Raises `ProviderFailed` for a broken one."""
    if (head := head_of(address)) is None:
        return None
    if head.data_from is None:
        raise ProviderFailed(Failure.BAD_REQUEST, why=UNREADABLE)
    written = address[head.data_from :]
    try:
        data = plain_base64(written) if head.in_base64 else base64.b64encode(unquote_to_bytes(written)).decode()
    except ValueError:
        data = None
    if data is None:
        raise ProviderFailed(Failure.BAD_REQUEST, why=UNREADABLE)
    return Media(_MEANT.get(head.kind, head.kind), data)


def name_at(address: str) -> str | None:
    """A name for the file that a `data:` address holds, by its kind; None for any other address."""
    if (head := head_of(address)) is None:
        return None
    return f"file{_ENDINGS.get(head.kind) or mimetypes.guess_extension(head.kind) or ''}"


def kind_of(address: str, default: str) -> str:
    """The kind of file that an address ends in the name of, or that all are at its host. Raises `ProviderFailed` for
    what is no address."""
    try:
        found = urlsplit(address)
        host = (found.hostname or "").rstrip(".")
    except ValueError:
        raise ProviderFailed(Failure.BAD_REQUEST) from None
    if any(f".{host}".endswith(f".{films}") for films in _FILMS):
        return "video/mp4"
    return mimetypes.guess_type(found.path)[0] or default
