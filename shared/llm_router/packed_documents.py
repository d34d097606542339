"""How much text the documents of offices hold, which are zip files of XML: told by their lists of parts, unpacking
nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

MOST_PARTS = 4000
"""Parts that are listed of all documents of a request: one that people have made has some hundred."""
TEXT_OCTETS = 3
"""Bytes of a part's text and marks that make a token at least, a Chinese letter's among them."""
UNKNOWN_TOKENS = 8
"""Tokens for each byte of what may be packed, where it cannot be told: text with its marks is packed to a twentieth of
its size."""

_PART = Struct("<4s16xLL3H12x")
_END = Struct("<4s6xHLL2x")
_PART_MARK, _END_MARK = b"PK\1\2", b"PK\5\6"
_BEYOND_ZIP64 = 56 + 20
"""Bytes of what stands between the list and the end of one that may be larger than four gigabytes."""
_SEEN_OF_A_NAME = 64
_NOT_TOLD = 0xFFFFFFFF
_PICTURES = frozenset(b"png jpg jpeg gif bmp tif tiff webp ico emf wmf wdp".split())
_FORMS = re.compile(
    rb"(styles\w*|settings|fonttable|numbering|(theme|slidelayout|(slide|notes|handout)master)\d*"
    rb"|charts/(style|colors)\d*)\.xml$",
    re.I,
)
"""Parts that tell how all the others look."""


@dataclass(slots=True)
class PartsLeft:
    """How many parts may still be listed of the documents of one request."""

    number: int = MOST_PARTS


class _Part(NamedTuple):
    """One of the list: the end of its name, and its bytes, packed and not."""

    name: bytes
    packed: int
    whole: int


def is_packed(document: bytes) -> bool:
    """Whether it is a zip file, also behind bytes of anything else."""
    return _end_of(document) is not None


def packed_tokens(document: bytes, left: PartsLeft) -> int | None:
    """About how many tokens its text takes at most; None where its list of parts is none that can be read, or longer
    than what is left.

    The list may lie: neither a part nor all together, but for the pictures, count less than a token for each byte as
    they are packed. Pictures, and parts that tell how others look, are known by their names.
    """
    pictures = tokens = 0
    try:
        for part in _parts(document, left):
            _, dot, kind = part.name.lower().rpartition(b".")
            if dot and kind in _PICTURES:
                pictures += part.packed
            elif kind != b"xml" or not _FORMS.search(part.name):
                tokens += max(part.packed, part.whole // TEXT_OCTETS)
    except ValueError:
        return None
    return max(len(document) - pictures, tokens)


def _end_of(document: bytes) -> int | None:
    """Where the record begins that ends it."""
    ends = document.rfind(_END_MARK, 0, max(0, len(document) - _END.size + len(_END_MARK)))
    return None if ends < 0 else ends


def _parts(document: bytes, left: PartsLeft) -> Iterator[_Part]:
    """Raises `ValueError` where not all of them can be told."""
    if (ends := _end_of(document)) is None:
        raise ValueError("this has no end")
    _, number, size, begins = _END.unpack_from(document, ends)
    places = {ends - size, begins, ends - size - _BEYOND_ZIP64}
    lists = [each for each in places if each >= 0 and document.startswith(_PART_MARK, each)]
    if len(lists) != 1 or ends - size - lists[0] not in (0, _BEYOND_ZIP64):
        raise ValueError("it has no list before its end, or several")
    at, to, found = lists[0], lists[0] + size, 0
    while at + _PART.size <= to and left.number > 0:
        mark, packed, whole, named, *more = _PART.unpack_from(document, at)
        if mark != _PART_MARK or _NOT_TOLD in (packed, whole):
            raise ValueError("this is no part, or does not tell its size")
        at, found, left.number = at + _PART.size + named + sum(more), found + 1, left.number - 1
        name_ends = at - sum(more)
        yield _Part(document[max(name_ends - _SEEN_OF_A_NAME, name_ends - named) : name_ends], packed, whole)
    if at != to or not found or found < number:
        raise ValueError("it has other parts than it says, none, or too many")
