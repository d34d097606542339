"""How many pages a PDF has at most, and how much text: whatever it calls them, and however often it shows each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from llm_router.pdf_bounds import UNSEEN_PAGES, StreamsLeft
from llm_router.pdf_streams import BLANKS, Objects, objects_in, streams_of
from llm_router.pdf_text import references, text_of

MOST_ESCAPES = 1000
"""Names with escaped letters that are looked at, which nobody writes: in what is packed some look like that."""
MOST_TEXT = 10**9
"""Bytes of text that are told at most: far more than any window holds, however often lists in lists show it."""
MOST_ROOTS = 9
"""First lists of the pages that are looked at: one, and those that stood in its place before."""

_PAGE = re.compile(rb"/Type[\0\s]*+/Page(?!\w)")
_KIDS = re.compile(rb"/Kids(?!\w)[\0\s]*+(?:\[([\0\s\dR]*+)\])?")
_COUNT = re.compile(rb"/Count[\0\s]++(\d{1,9})")
_PAGES = re.compile(rb"/Pages(?!\w)(?:[\0\s]++(\d{1,9})[\0\s]++\d{1,9}[\0\s]++R)?")
"""What a list of pages says that it is, or where the first is."""
_SEEN_BESIDE = 600
_ESCAPED = re.compile(rb"/([A-Za-z0-9]{0,30}+#[4-7][0-9A-Fa-f][A-Za-z0-9#]{0,60}+)")
_REMARKED = re.compile(rb"/(?:Type|Kids|Contents)[\0\s]*+%")
_NAMES = frozenset(
    b"Type Page Pages Kids Count Contents ObjStm First Filter FlateDecode Fl ASCII85Decode A85 Subtype Form".split()
)


class PagesSeen(NamedTuple):
    """How many pages, and bytes of their text, there are at most."""

    pages: int
    text: int


def seen_in(pdf: bytes, left: StreamsLeft) -> PagesSeen | None:
    """None where no page is seen, or where any of it cannot be unpacked or is written to be overlooked."""
    try:
        streams = list(streams_of(pdf, left))
        packed = [each for each in streams if each.holds_objects]
        if pdf.count(b"/ObjStm") > len(packed):
            return None
        objects = [Objects(pdf), *(objects_in(each, left) for each in packed)]
        if any(_overlooked(each.held) for each in objects):
            return None
        shown = _pages_shown(objects, left)
        pages = max(shown, _pages_listed(objects, left))
        text = text_of(streams, objects, left)
    except ValueError:
        return None
    return PagesSeen(pages, min(text * pages // (shown or 1), MOST_TEXT)) if pages else None


def _overlooked(objects: bytes) -> bool:
    """Whether any name that counts is written so that it is not found."""
    if _REMARKED.search(objects):
        return True
    for number, escaped in enumerate(_ESCAPED.finditer(objects)):
        if number >= MOST_ESCAPES or unquote_to_bytes(escaped[1].replace(b"#", b"%")) in _NAMES:
            return True
    return False


def _pages_shown(objects: Iterable[Objects], left: StreamsLeft) -> int:
    """Each once, however often it was saved anew."""
    numbers, unknown = set[int](), 0
    for each in objects:
        for page in _PAGE.finditer(each.held):
            if (number := each.number_at(page.start(), left)) is None:
                unknown += 1
            else:
                numbers.add(number)
    return len(numbers) + unknown


def _pages_listed(objects: Iterable[Objects], left: StreamsLeft) -> int:
    """By the lists that pages stand in, or by the number that is told there. Lists of names and of a form's fields are
    none. Raises `ValueError` for lists that cannot be read, or that show a page several times."""
    told, lists, roots = 0, defaultdict[int, list[bytes | None]](list), set[int]()
    typed, unknown = set[int](), list[int]()
    for each in objects:
        roots.update(_roots(each.held, left))
        for kids in _KIDS.finditer(each.held):
            beside = _beside(each.held, *kids.span())
            count = _COUNT.search(beside)
            told = max(told, int(count[1]) if count else 0)
            if (number := each.number_at(kids.start(), left)) is None:
                number = -1 - len(unknown)
                unknown.append(number)
            elif count is not None or b"/Pages" in beside:
                typed.add(number)
            lists[number].append(kids[1])
    roots &= lists.keys()
    if len(roots) > MOST_ROOTS:
        raise ValueError("these are more trees than anybody makes")
    trees = [[root, *unknown] for root in roots] or [[*typed, *unknown]]
    return max(min(told, UNSEEN_PAGES), *(_leaves(lists, tree, left) for tree in trees))


def _roots(objects: bytes, left: StreamsLeft) -> Iterator[int]:
    """Where the first list of the pages is. Raises `ValueError` where that is told otherwise."""
    for pages in _PAGES.finditer(objects):
        left.take()
        if pages[1] is not None:
            yield int(pages[1])
        elif not objects[max(0, pages.start() - _SEEN_BESIDE) : pages.start()].rstrip(BLANKS).endswith(b"/Type"):
            raise ValueError("where the pages are is told otherwise")


def _leaves(lists: dict[int, list[bytes | None]], roots: list[int], left: StreamsLeft) -> int:
    """Of the tree that they make, where each is the longest of those that were saved in its place."""
    longest, stands_in = dict[int, int](), dict[int, int]()
    while roots:
        number = roots.pop()
        if number in longest or number not in lists:
            continue
        left.take()
        longest[number] = 0
        for listed in lists[number]:
            if listed is None:
                raise ValueError("what is listed here cannot be read")
            kids = references(listed, left)
            if len(set(kids)) < len(kids) or any(stands_in.setdefault(kid, number) != number for kid in kids):
                raise ValueError("these are shown several times")
            longest[number] = max(longest[number], len(kids))
            roots += kids
    lengths = [length for length in longest.values() if length]
    return sum(lengths) - len(lengths) + 1 if lengths else 0


def _beside(objects: bytes, begins: int, ends: int) -> bytes:
    """What else is told where this stands."""
    before = objects[max(0, begins - _SEEN_BESIDE) : begins].rpartition(b"<<")[2]
    return before + b" " + objects[ends : ends + _SEEN_BESIDE].partition(b">>")[0]
