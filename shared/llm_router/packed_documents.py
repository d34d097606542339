"""How much text the documents of offices hold, which are zip files of XML: told by their lists of parts, unpacking
nothing but how pictures begin."""

from __future__ import annotations

import re
import zlib
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

MOST_LEFT_OUT = 1024 * 1024
"""Bytes of parts that tell how all the others look, in all documents of a request: what goes beyond counts as text.
Formats find their parts by other ways than their names, so that a text may stand under any."""

_PART = Struct("<4s6xH8xLL3H8xL")
_OPENING, _OPENING_MARK = Struct("<4s22xHH"), b"PK\3\4"
_END = Struct("<4s6xHLL2x")
_PART_MARK, _END_MARK = b"PK\1\2", b"PK\5\6"
_BEYOND_ZIP64 = 56 + 20
"""Bytes of what stands between the list and the end of one that may be larger than four gigabytes."""
_SEEN_OF_A_NAME = 64
_NOT_TOLD = 0xFFFFFFFF
_PICTURES = frozenset(b"png jpg jpeg gif bmp tif tiff webp ico emf wmf wdp".split())
_BEGIN = re.compile(
    rb"\x89PNG|\xff\xd8|GIF8|BM|II[*\xbc]|MM\0[*+]|RIFF....WEBP|\0\0\x01\0|\x01\0\0\0|\x01\0\x09\0|\xd7\xcd\xc6\x9a",
    re.S,
)
"""How those begin, and no XML does."""
_SEEN_OF_A_PICTURE, _SEEN_OF_ITS_PACKING = 16, 512
_FORMS = re.compile(
    rb"(?:^|/)(styles(witheffects)?|settings|fonttable|numbering|(theme|slidelayout|(slide|notes|handout)master)\d*"
    rb"|charts/(style|colors)\d*)\.xml$",
    re.I,
)
"""Parts that tell how all the others look."""


@dataclass(slots=True)
class PartsLeft:
    """How many parts may still be listed of the documents of one request, and how many bytes left out of those that
    tell how others look."""

    number: int = MOST_PARTS
    left_out: int = MOST_LEFT_OUT


class _Part(NamedTuple):
    """One of the list: the end of its name, its bytes, packed and not, and where it is and whether packed at all."""

    name: bytes
    packed: int
    whole: int
    begins: int
    is_packed: bool


def is_packed(document: bytes) -> bool:
    """Whether it is a zip file, also behind bytes of anything else."""
    return _end_of(document) is not None


def packed_tokens(document: bytes, left: PartsLeft) -> int | None:
    """About how many tokens its text takes at most; None where its list of parts is none that can be read, or longer
    than what is left.

    The list may lie: neither a part nor all together, but for the pictures, count less than a token for each byte as
    they are packed. Pictures are known by their names and by how they begin; parts that tell how others look by their
    names, as long as they are few.
    """
    pictures = tokens = left_out = 0
    try:
        for part in _parts(document, left):
            _, dot, kind = part.name.lower().rpartition(b".")
            if dot and kind in _PICTURES and _is_picture(document, part):
                pictures += part.packed
            elif kind == b"xml" and _FORMS.search(part.name):
                left_out += max(part.packed, part.whole)
            else:
                tokens += max(part.packed, part.whole // TEXT_OCTETS)
    except ValueError:
        return None
    beyond = max(0, left_out - left.left_out)
    left.left_out -= left_out - beyond
    return max(len(document) - pictures, tokens + beyond // TEXT_OCTETS)


def _is_picture(document: bytes, part: _Part) -> bool:
    """By how it begins: what a program reads as text begins otherwise, whatever the list says of its size."""
    opening = document[part.begins : part.begins + _OPENING.size]
    if part.begins < 0 or len(opening) < _OPENING.size or not opening.startswith(_OPENING_MARK):
        return False
    _, named, more = _OPENING.unpack(opening)
    at = part.begins + _OPENING.size + named + more
    held = document[at : at + _SEEN_OF_ITS_PACKING]
    try:
        begins = zlib.decompressobj(-zlib.MAX_WBITS).decompress(held, _SEEN_OF_A_PICTURE) if part.is_packed else held
    except zlib.error:
        return False
    return _BEGIN.match(begins) is not None


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
        mark, how, packed, whole, named, *more, begun = _PART.unpack_from(document, at)
        if mark != _PART_MARK or _NOT_TOLD in (packed, whole):
            raise ValueError("this is no part, or does not tell its size")
        at, found, left.number = at + _PART.size + named + sum(more), found + 1, left.number - 1
        name_ends = at - sum(more)
        name = document[max(name_ends - _SEEN_OF_A_NAME, name_ends - named) : name_ends]
        yield _Part(name, packed, whole, lists[0] - begins + begun, how != 0)
    if at != to or not found or found < number:
        raise ValueError("it has other parts than it says, none, or too many")
