"""About how many tokens a file takes: too many rather than too few, at a cost that is bounded whatever it holds."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from llm_router.conversation import FILE_OCTETS, FILE_TOKENS, NOTHING_PACKED, TEXT_OCTETS, Packed
from llm_router.data_addresses import Head, head_of, plain_base64
from llm_router.packed_documents import UNKNOWN_TOKENS, PartsLeft, is_packed, packed_tokens
from llm_router.pdf_bounds import UNSEEN_PAGES, StreamsLeft
from llm_router.played import ENDLESS_TOKENS, lasts_as_it_likes
from llm_router.ranking.tokens import ratios_of, reading_of, tokenizers

PDF = "application/pdf"
PAGE_TOKENS = 258
"""What is billed for a page at least, as Gemini does, which looks at each as a picture."""
PAGE_TEXT = 3000
"""Bytes of a page's text that what is billed for a page allows for."""

MOST_ESCAPES = 10_000
"""Escapes of an address that are looked at: files that people have made have fewer."""

_TEXT = re.compile(
    r"text/|application/(json|xml|yaml|x-yaml|javascript|x-javascript|ecmascript|rtf|csv|sql|toml|x-sh|x-ndjson)$"
    r"|application/[\w.-]{1,80}\+(json|xml|yaml)$"
)


class FileTokens(NamedTuple):
    """What a file counts, and what it may be billed as beyond that, since its text is packed."""

    tokens: int
    packed: Packed = NOTHING_PACKED


@dataclass(slots=True)
class Unpacking:
    """How much may still be unpacked of the files of one request, and listed of what is packed in them."""

    streams: StreamsLeft = field(default_factory=StreamsLeft)
    parts: PartsLeft = field(default_factory=PartsLeft)


def file_tokens(address: str, unpacking: Unpacking) -> FileTokens:
    """Of the file in a `data:` address; one at any other is not here, and counts as a short one.

    A text is read as messages are, and counts as at whoever makes the most tokens of it, or a token a byte where that
    cannot be told within the bounds. A PDF is billed by its text or by its pages, or by both; films and sound by how
    long they last. Anything else counts as a text where it is one, else by its size.
    """
    if (head := head_of(address)) is None or head.data_from is None:
        return FileTokens(FILE_TOKENS)
    written = address[head.data_from :]
    octets = len(written) * 3 // 4 if head.in_base64 else max(0, len(written.encode()) - 2 * written.count("%"))
    held = _held(head, written)
    if _TEXT.match(head.kind) is not None:
        return _of_text(None if held is None else held.decode("utf-8", "replace"), octets)
    told = max(FILE_TOKENS, octets // FILE_OCTETS)
    if lasts_as_it_likes(head.kind, held or b""):
        return FileTokens(told, Packed(unseen=ENDLESS_TOKENS))
    if head.kind != PDF:
        return _of_document(held, octets, told, unpacking.parts)
    return _of_pdf(held, octets, told, unpacking.streams)


def _of_pdf(held: bytes | None, octets: int, told: int, left: StreamsLeft) -> FileTokens:
    from llm_router.pdf_pages import seen_in  # what most requests need not read is not read at the start

    seen = None if held is None else seen_in(held, left)
    if seen is None:
        hidden = max(octets, UNSEEN_PAGES * PAGE_TOKENS) - told
        return FileTokens(told, Packed(hidden=hidden, hidden_pages=UNSEEN_PAGES))
    told = max(told, PAGE_TOKENS * seen.pages)
    beyond = max(0, seen.text - PAGE_TEXT * seen.pages)
    return FileTokens(told, Packed(pages=seen.pages, page_tokens=told, page_text=beyond))


def _held(head: Head, written: str) -> bytes | None:
    """The file's bytes; None where they cannot be told within the bounds."""
    if not head.in_base64:
        return None if written.count("%") > MOST_ESCAPES else unquote_to_bytes(written)
    data = plain_base64(written)
    return None if data is None else base64.b64decode(data)


def _of_document(held: bytes | None, octets: int, told: int, parts: PartsLeft) -> FileTokens:
    """Of one that is packed, or may be, the text that its list of parts tells."""
    if held is not None and not is_packed(held):
        try:
            return _of_text(held.decode(), octets)
        except UnicodeDecodeError:
            most: int | None = octets // TEXT_OCTETS
    else:
        most = None if held is None else packed_tokens(held, parts)
    return FileTokens(told, Packed(unseen=max(0, (octets * UNKNOWN_TOKENS if most is None else most) - told)))


def _of_text(text: str | None, octets: int) -> FileTokens:
    """A token a byte where the text is not known."""
    if text is None:
        return FileTokens(max(FILE_TOKENS, octets))
    read = reading_of(text)
    told = max(read.by(ratios_of(family)) for family in tokenizers())
    return FileTokens(max(FILE_TOKENS, octets // TEXT_OCTETS, told))
