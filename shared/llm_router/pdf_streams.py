"""The streams of a PDF: what stands before each, what it unpacks to, and the objects in it, within bounds."""

from __future__ import annotations

import re
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from llm_router.pdf_bounds import LEAST_UNPACKED, LOOKS_BACK, StreamsLeft

MOST_NUMBERS = 100_000
"""Bytes of the numbers of the objects in one stream."""
BLANKS = b"\0 \t\r\n\f\v"

_BEGINS = re.compile(rb"stream(?<!endstream)[ \t]*[\r\n]+")
_BEGINS_OTHERWISE = re.compile(rb">>[\0\s]*+stream(?![ \t]*+[\r\n])")
_ENDS = b"endstream"
_SEEN_BEFORE = 8192
"""Bytes before a stream in which what it says of itself is looked for."""
_OTHERS_BEFORE = 9
"""Words there that may be taken for its beginning."""
_NUMBER = re.compile(rb"[\r\n][\0\s]{0,9}(\d{1,9})[\0\s]{1,9}\d{1,9}[\0\s]{1,9}\Z")
_OPENS = b"obj"
_SEEN_BACK = 1000
_PLAINLY = re.compile(rb"[\0\s]*+<<(?:[^()<>%]++|<<|>>|<[\da-fA-F\s]*+>)*+\Z")
"""What stands from the beginning of an object on, where that is no part of a string or remark."""
_FIRST = re.compile(rb"/First[\0\s]++(\d{1,9})(?![\0\s]*+\d)")
_FILTER = re.compile(rb"/(\w{1,20}Decode|Fl|LZW|A85|AHx|RL|CCF|DCT|Crypt)(?!\w)")
_FLATE, _ASCII85 = (b"FlateDecode", b"Fl"), (b"ASCII85Decode", b"A85")
_NO_CONTENT = re.compile(
    rb"/Subtype[\0\s]*+/(Image|Type1C|CIDFontType0C|OpenType|XML)(?!\w)|/Type[\0\s]*+/(XRef|EmbeddedFile)(?!\w)"
    rb"|/Length[123](?!\w)|/FunctionType(?!\w)|/N[\0\s]++\d"
)
"""Pictures, fonts and what else is no text, by what they say of themselves."""
_FORM = re.compile(rb"/Form(?!\w)|/Subtype[\0\s]++\d|/Type[\0\s]++\d")
"""What a page may show as a part of it, or what is told elsewhere and may be that."""
FLAT = re.compile(rb"\([^()]*+\)")
"""A string without another in it, once the brackets that open none are gone."""
_ZEROS = b"!!!!!"
_LEAST = 33 * (85**4 + 85**3 + 85**2 + 85 + 1)
"""What five of the least letter of base 85 make."""


class Stream(NamedTuple):
    """The number of its object, what it says of itself, strings left out, its bytes as they are packed, and whether
    these are objects."""

    number: int
    says: bytes
    packed: bytes
    holds_objects: bool

    @property
    def is_form(self) -> bool:
        """Whether it is a part of pages that may be shown several times, as far as is told."""
        return _FORM.search(self.says) is not None

    @property
    def no_content(self) -> bool:
        """Whether it says that it is none of a page's, which is so unless a page has it for its content."""
        return _NO_CONTENT.search(self.says) is not None and not self.is_form


class Objects(NamedTuple):
    """Of the file itself, or of a stream, which tells their numbers and places."""

    held: bytes
    numbers: Sequence[int] = ()
    places: Sequence[int] | None = None

    def number_at(self, at: int, left: StreamsLeft) -> int | None:
        """Of the object in which this stands, where that is certain."""
        if self.places is not None:
            left.take()
            found = bisect_right(self.places, at) - 1
            return None if found < 0 else self.numbers[found]
        left.take(LOOKS_BACK)
        before = self.held[max(0, at - _SEEN_BACK) : at]
        opens = before.rfind(_OPENS)
        number = _NUMBER.search(before, max(0, opens - 40), max(0, opens))
        if number is None:
            return None
        since = before[opens + len(_OPENS) :]
        if b"(" in since:
            since = FLAT.sub(b" ", without_escapes(since))
        return int(number[1]) if _PLAINLY.match(since) else None


def streams_of(pdf: bytes, left: StreamsLeft) -> Iterator[Stream]:
    """Raises `ValueError` where not all of them can be told apart."""
    if _BEGINS_OTHERWISE.search(pdf):
        raise ValueError("this may be a stream that is not seen")
    at = 0
    while (begins := _BEGINS.search(pdf, at)) is not None:
        left.number -= 1
        ends = pdf.find(_ENDS, begins.end())
        if ends < 0 or left.number < 0 or _BEGINS.search(pdf, begins.end(), ends):
            raise ValueError("this does not end before the next, or there are too many")
        number, says = _told(pdf[max(at, begins.start() - _SEEN_BEFORE) : begins.start()], left)
        holds_objects = b"/ObjStm" in says or b"/First" in says
        yield Stream(number, says, pdf[begins.end() : ends], holds_objects)
        at = ends + len(_ENDS)


def _told(before: bytes, left: StreamsLeft) -> tuple[int, bytes]:
    """The number of the object that begins last here, and what it says."""
    opens = len(before)
    for _ in range(_OTHERS_BEFORE):
        opens = before.rfind(_OPENS, 0, opens)
        if opens < 0:
            break
        if (number := _NUMBER.search(before, max(0, opens - 40), opens)) is not None:
            return int(number[1]), _without_strings(before[opens + len(_OPENS) :], left)
    raise ValueError("it is not told what this is")


def _without_strings(says: bytes, left: StreamsLeft) -> bytes:
    """Raises `ValueError` where what is taken for all of it may be the rest of a string, or holds remarks."""
    left.said -= len(says)
    if left.said < 0:
        raise ValueError("they say more than is left")
    if b"(" in says:
        says = FLAT.sub(b" ", without_escapes(says))
    if not says.lstrip(BLANKS).startswith(b"<<") or says.count(b"<") != says.count(b">"):
        raise ValueError("this does not begin here")
    if any(mark in says for mark in (b"(", b")", b"%")):
        raise ValueError("this is not told plainly")
    return says


def without_escapes(content: bytes) -> bytes:
    """As long as before, with none of the brackets that open or close no string."""
    return content.replace(rb"\\", b"..").replace(rb"\(", b"..").replace(rb"\)", b"..")


def objects_in(stream: Stream, left: StreamsLeft) -> Objects:
    """Raises `ValueError` also where it does not tell plainly which they are."""
    first = _FIRST.findall(stream.says)
    if len(first) != 1 or stream.says.count(b"/First") != 1 or int(first[0]) > MOST_NUMBERS:
        raise ValueError("where they begin is told otherwise")
    held, begins = unpacked(stream, left), int(first[0])
    numbers = [int(each) for each in held[:begins].split()]
    left.take(len(numbers))
    places = [begins + place for place in numbers[1::2]]
    if len(numbers) != 2 * len(places) or places != sorted(places):
        raise ValueError("which they are is told otherwise")
    return Objects(held, numbers[::2], places)


def unpacked(stream: Stream, left: StreamsLeft) -> bytes:
    """Raises `ValueError` for what is packed in a way that is not known here, or more than is left."""
    filters, held = _FILTER.findall(stream.says), stream.packed
    if not filters and b"/Filter" in stream.says:
        raise ValueError("how it is packed is told elsewhere")
    if filters and filters[0] in _ASCII85:
        held, filters = _of_ascii85(held, left), filters[1:]
    if filters and filters[0] in _FLATE:
        held, filters = _inflated(held, left), filters[1:]
    if filters:
        raise ValueError("it is packed otherwise")
    return held


def _inflated(packed: bytes, left: StreamsLeft) -> bytes:
    if left.octets <= 0:
        raise ValueError("nothing is left")
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(packed, left.octets)
    except zlib.error:
        left.octets = 0  # how much of it was unpacked before is not known
        raise ValueError("this is not packed so") from None
    left.octets -= max(len(found), LEAST_UNPACKED)
    if not unpacking.eof:
        raise ValueError("it does not end, or goes beyond what is left")
    return found


def _of_ascii85(written: bytes, left: StreamsLeft) -> bytes:
    left.in_ascii -= len(written)
    if left.in_ascii < 0:
        raise ValueError("it is more than is left")
    digits = written.partition(b"~")[0].translate(None, b" \t\r\n\f\0").replace(b"z", _ZEROS)
    beyond = -len(digits) % 5
    groups = zip(*[iter(digits + b"u" * beyond)] * 5, strict=True)
    values = [(((a * 85 + b) * 85 + c) * 85 + d) * 85 + e - _LEAST for a, b, c, d, e in groups]
    if values and (min(values) < 0 or max(values) >= 1 << 32):
        raise ValueError("this is not written so")
    found = array("I", values)
    found.byteswap()
    return found.tobytes()[: len(found) * 4 - beyond]
