"""How much text the pages of a PDF show at most: each stream's, as often as pages, or their parts, show it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from llm_router.pdf_bounds import LOOKS_BACK, StreamsLeft
from llm_router.pdf_streams import FLAT, Objects, Stream, unpacked, without_escapes

MOST_STRINGS = 100_000
"""Strings of a page's content that are looked at one by one."""
MOST_PICTURES = 1000
"""Pictures in the midst of it that are."""

_REFERENCE = re.compile(rb"(\d{1,9})[\0\s]++\d{1,9}[\0\s]++R")
_CONTENTS = re.compile(rb"/Contents(?!\w)[\0\s]*+([(<]|\d++[\0\s]++\d++[\0\s]++R|\[[\0\s\dR]*+\])?")
_LIST = re.compile(rb"[\0\s]*+\[([\0\s\dR]*+)\]")
_LISTED = re.compile(rb"obj[\0\s]*+\[")
_NUMBER = re.compile(rb"(\d{1,9})[\0\s]{1,9}\d{1,9}[\0\s]{1,9}\Z")
_BESIDE_TEXT = re.compile(rb"/(?:ToUnicode|FontFile[23]?|Metadata|CIDToGIDMap|CIDSet)[\0\s]++(\d{1,9})[\0\s]")
_NAMED = re.compile(rb"/([^\0\s/<>\[\](){}%]++)[\0\s]++(\d{1,9})[\0\s]++\d{1,9}[\0\s]++R")
_DRAWN = re.compile(rb"/([^\0\s/<>\[\](){}%]++)[\0\s]*+Do(?!\w)")
_STRINGS_WITHIN = 5
"""Brackets within brackets of a string, which are its text."""
_IN_HEX = re.compile(rb"<[\da-fA-F\s]*+>")
_PICTURE = re.compile(rb"(?<![\w/])BI[\0\s/]")
_ITS_BYTES = re.compile(rb"(?<!\w)ID[\0\s]")
_ITS_END = re.compile(rb"[\0\s>]EI(?!\w)")
_SAID_OF_PICTURES = 500


def text_of(streams: Sequence[Stream], objects: Sequence[Objects], left: StreamsLeft) -> int:
    """Bytes of it. Raises `ValueError` where what a page shows cannot be told, or is far more than there is."""
    shown = _shown(streams, objects, left)
    beside = {int(number) for each in objects for number in _BESIDE_TEXT.findall(each.held)}
    pages, forms, named = list[tuple[bytes, int]](), list[bytes](), set[int]()
    text, parts, most = 0, 0, 0
    for stream in streams:
        times = shown[stream.number]
        if stream.holds_objects and (times or stream.is_form):
            raise ValueError("this is shown, and says that it holds objects")
        is_beside = stream.no_content or (stream.number in beside and not stream.is_form)
        if stream.holds_objects or (not times and is_beside):
            continue
        held = unpacked(stream, left)
        here = shown_in(held)
        if times or not stream.is_form:
            text += max(1, times) * here
            pages.append((held, max(1, times)))
        else:
            parts, most = parts + here, max(most, here)
            forms.append(held)
        if here and stream.is_form:
            named.add(stream.number)
    return text + (max(parts, most * _drawn(pages, forms, _names_of(named, objects, left), left)) if most else 0)


def shown_in(content: bytes) -> int:
    """Bytes of the text that a page's content shows at most: of its strings, or all where these cannot be told."""
    plain = _without_pictures(without_escapes(content))
    opened = plain.count(b"(")
    if opened > MOST_STRINGS or opened != plain.count(b")"):
        return len(content)
    beside, strings = plain, 0
    for _ in range(_STRINGS_WITHIN):
        if strings == opened:
            break
        beside, found = FLAT.subn(b"", beside)
        strings += found
    in_hex = beside.count(b"<") - 2 * beside.count(b"<<")
    if strings != opened or in_hex > MOST_STRINGS or len(hexes := _IN_HEX.findall(beside)) != in_hex:
        return len(content)
    return len(plain) - len(beside) + sum(map(len, hexes)) // 2


def _without_pictures(plain: bytes) -> bytes:
    """Without those that stand in the midst of it, in no string."""
    kept, at, seen = list[bytes](), 0, 0
    while (begins := _PICTURE.search(plain, at)) is not None and seen < MOST_PICTURES:
        seen += 1
        before = plain[at : begins.end()]
        remarked = b"%" in before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]
        told = _ITS_BYTES.search(plain, begins.end(), begins.end() + _SAID_OF_PICTURES)
        ends = None
        if told is not None and not remarked and before.count(b"(") == before.count(b")"):
            ends = _ITS_END.search(plain, told.end() - 1)
        kept.append(before)
        at = begins.end() if ends is None else ends.end()
        if ends is None:
            break
    return b"".join([*kept, plain[at:]])


def _shown(streams: Iterable[Stream], objects: Sequence[Objects], left: StreamsLeft) -> Counter[int]:
    """How often each object may be a page's content. Raises `ValueError` where one's cannot be told."""
    shown, by_page = Counter[int](), defaultdict[int, Counter[int]](Counter)
    for each in objects:
        for contents in _CONTENTS.finditer(each.held):
            left.take(LOOKS_BACK)
            if contents[1] is None:
                raise ValueError("what this page shows is told otherwise")
            page, shows = each.number_at(contents.start(), left), Counter(references(contents[1], left))
            if page is None:
                shown.update(shows)
            else:
                by_page[page] |= shows
    for shows in by_page.values():
        shown.update(shows)
    known = {stream.number for stream in streams}
    for number, listed in [each for held in objects for each in _lists_in(held, shown, left)]:
        shown.update({each: times * shown[number] for each, times in Counter(listed).items()})
        known.add(number)
    if not shown.keys() <= known:
        raise ValueError("what this page shows is not seen")
    return shown


def _lists_in(objects: Objects, wanted: Counter[int], left: StreamsLeft) -> Iterator[tuple[int, list[int]]]:
    """Those of these numbers, and what they list. Raises `ValueError` for those that cannot be read."""
    for number, at in list(_places(objects, left)):
        if number in wanted:
            listed = _LIST.match(objects.held, at)
            if listed is None:
                raise ValueError("what this page shows is told otherwise")
            yield number, references(listed[1], left)


def _places(objects: Objects, left: StreamsLeft) -> Iterator[tuple[int, int]]:
    """The number and place of each object that may be a list."""
    if objects.places is not None:
        yield from zip(objects.numbers, objects.places, strict=True)
        return
    for opens in _LISTED.finditer(objects.held):
        left.take()
        number = _NUMBER.search(objects.held, max(0, opens.start() - 40), opens.start())
        if number is not None:
            yield int(number[1]), opens.end() - 1


def references(listed: bytes, left: StreamsLeft) -> list[int]:
    """The numbers of what this refers to. Raises `ValueError` where more stands there, or more than is left."""
    number = listed.count(b"R")
    left.take(number)
    found = [int(each) for each in _REFERENCE.findall(listed)]
    if len(found) != number:
        raise ValueError("what is listed here cannot be read")
    return found


def _names_of(named: set[int], objects: Iterable[Objects], left: StreamsLeft) -> set[bytes] | None:
    """What any of these objects is called where pages draw it; None where that of one is not seen."""
    names, seen = set[bytes](), set[int]()
    for each in objects:
        for name in _NAMED.finditer(each.held):
            left.take()
            if int(name[2]) in named:
                names.add(name[1])
                seen.add(int(name[2]))
    return names if seen == named else None


def _drawn(
    pages: Iterable[tuple[bytes, int]], forms: Iterable[bytes], names: set[bytes] | None, left: StreamsLeft
) -> int:
    """How often parts are drawn, those that parts draw among them. Raises `ValueError` where one draws several."""
    by_pages = sum(_draws(content, names, left) * times for content, times in pages)
    by_forms = [_draws(content, names, left) for content in forms]
    if max(by_forms, default=0) > 1:
        raise ValueError("these draw one another several times")
    return by_pages * (1 + sum(by_forms))


def _draws(content: bytes, names: set[bytes] | None, left: StreamsLeft) -> int:
    drawn = 0
    for name in _DRAWN.finditer(content):
        left.take()
        drawn += names is None or name[1] in names or b"#" in name[1]
    return drawn
