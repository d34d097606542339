"""One form for one sentence: full-width, decomposed and invisible variants of a text become the same characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llm_router.text import INVISIBLE, INVISIBLE_MARKS

HEAD_CHARACTERS = 1536
TAIL_CHARACTERS = 512
"""Of a longer text: more than the tokens that the encoder reads need in any script."""

JOINT = "\n"
"""Stands where the middle was left out, so that no word is made of two."""

LONGEST_READ_WHOLE = HEAD_CHARACTERS + TAIL_CHARACTERS

MAX_MARKS = 4
"""Combining marks kept on one character; no writing system needs more, and stacks of thousands are an attack."""

_JAMO = range(0x1160, 0x1200)
_has_jamo = re.compile(f"[{chr(_JAMO.start)}-{chr(_JAMO.stop - 1)}]").search
_GLUED = frozenset(map(chr, (*_JAMO, 0xFF9E, 0xFF9F)))
"""What belongs to the character before it though Unicode does not call it combining: the later letters of a decomposed
syllable, and what voices a half-width kana."""

_KEPT_CONTROLS = frozenset("\t\n")
_LINE_ENDS = "\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_to_newlines = str.maketrans(_LINE_ENDS, "\n" * len(_LINE_ENDS))

_WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Every such character of Unicode."""

_visible = re.compile(f"[^{INVISIBLE}]").search
_undrawn = re.compile(f"[{INVISIBLE_MARKS}]").findall


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text as every stage reads it: its head and tail if it is long, in NFKC, without invisible characters.

    `origin[i]` is the offset in the original text of the character behind `text[i]`, and `ends[i]` the offset behind
    it and its marks; None where they are equal. `length` is the original's, in characters, less the blanks around a
    long one; `whole_length` is the length that the whole text has in NFKC, and `unseen` are those of its characters
    that nothing shows: invisible ones, and marks that were joined or too many. Both are estimated where `is_cut`:
    where the middle was left out.
    """

    text: str
    length: int
    whole_length: int
    is_cut: bool = False
    origin: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    unseen: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text`, which is not empty, as offsets into the original: whole characters with their marks."""
        if self.origin is None or self.ends is None:
            return start, end
        return self.origin[start], self.ends[end - 1]

    def part(self, start: int, end: int) -> Prompt:
        """A stretch of `text`, which is not empty, as a prompt of its own, whose places are still those in the
        original, with its share of `unseen`."""
        text = self.text[start:end]
        first, last = self.span(start, end)
        origin, ends = self.origin or range(len(self.text)), self.ends or range(1, len(self.text) + 1)
        whole_length = self.whole_length - (len(self.text) - len(text))
        unseen = self.unseen * len(text) // len(self.text)
        return Prompt(text, last - first, whole_length, self.is_cut, origin[start:end], ends[start:end], unseen)


def normalise(original: str) -> Prompt:
    """The prompt as the classifier reads it. The cost is bounded whatever the length, but for blanks and invisible
    characters around a long one, which are skipped fast."""
    if len(original) <= LONGEST_READ_WHOLE:
        if _is_as_read(original):
            return Prompt(original, len(original), len(original), unseen=_undrawn_in(original))
        return _prompt(original, range(len(original)), len(original))
    start, end = _visible_part(original)
    unseen = _unseen_in(original[:start] + original[end:])
    if end - start <= LONGEST_READ_WHOLE:
        return _prompt(original[start:end], range(start, end), end - start, unseen)
    head, tail = start + HEAD_CHARACTERS, end - TAIL_CHARACTERS
    places = (*range(start, head), tail - 1, *range(tail, end))
    return _prompt(original[start:head] + JOINT + original[tail:end], places, end - start, unseen)


def _unseen_in(around: str) -> int:
    """How many of the characters around a long text, none of which shows, are not white space."""
    return len(around) - sum(map(around.count, _WHITE_SPACE))


def _visible_part(text: str) -> tuple[int, int]:
    """Where the first visible character of `text` stands, and where the last one ends."""
    # To strip white space first is much faster than the search, for a text that is nothing but blanks.
    start = len(text) - len(text.lstrip())
    if (first := _visible(text, start)) is None:
        return 0, 0
    end = len(text.rstrip())
    if _visible(text, end - 1, end) is None and (last := _visible(text[end - 1 :: -1])) is not None:
        end -= last.start()
    return first.start(), end


def _is_as_read(text: str) -> bool:
    """True where every character would stay as it is; False may also mean that only a closer look can tell."""
    if not text.replace("\n", " ").replace("\t", " ").isprintable():
        return False
    if text.isascii():
        return True
    return unicodedata.is_normalized("NFKC", text) and not any(map(unicodedata.combining, text)) and not _has_jamo(text)


def _prompt(cut: str, places: Sequence[int], length: int, unseen_around: int = 0) -> Prompt:
    """What is read of a text of such a length, whose characters stand at these `places` of the original."""
    text, origin, ends, unseen = _read(*_with_newlines(cut, places))
    share = max(1.0, length / len(cut)) if cut else 1.0
    whole_length, unseen = round(len(text) * share), round(unseen * share) + unseen_around
    is_cut = length > LONGEST_READ_WHOLE
    # Some characters expand to eighteen; the bound holds for what comes out as well.
    joined = TAIL_CHARACTERS + len(JOINT)
    if len(text) > HEAD_CHARACTERS + joined:
        text = text[:HEAD_CHARACTERS] + JOINT + text[-TAIL_CHARACTERS:]
        origin = (*origin[:HEAD_CHARACTERS], *origin[-joined:])
        ends = (*ends[:HEAD_CHARACTERS], *ends[-joined:])
        is_cut = True
    return Prompt(text, length + unseen_around, whole_length, is_cut, origin, ends, unseen)


def _with_newlines(text: str, places: Sequence[int]) -> tuple[str, Sequence[int]]:
    """The same with a newline wherever a line or page ends."""
    if "\r\n" in text:
        places = [place for at, place in enumerate(places) if not text.startswith("\r\n", at)]
        text = text.replace("\r\n", "\n")
    return text.translate(_to_newlines), places


def _read(text: str, places: Sequence[int]) -> tuple[str, Sequence[int], Sequence[int], int]:
    """What is read of it, where each character of that comes from and ends, and how many characters do not show."""
    if _is_as_read(text):
        return text, tuple(places), tuple(place + 1 for place in places), _undrawn_in(text)
    characters: list[str] = []
    origin: list[int] = []
    ends: list[int] = []
    unseen = 0
    for start, after in _clusters(text):
        cluster = text[start : min(after, start + 1 + MAX_MARKS)]
        normal = _without_invisible(unicodedata.normalize("NFKC", cluster))
        characters.append(normal)
        origin.extend([places[start]] * len(normal))
        ends.extend([places[after - 1] + 1] * len(normal))
        unseen += max(0, after - start - len(normal))
    read = "".join(characters)
    return read, tuple(origin), tuple(ends), unseen + _undrawn_in(read)


def _undrawn_in(text: str) -> int:
    """How many marks are read that show nothing, such as those that choose between an emoji's forms."""
    return 0 if text.isascii() else len(_undrawn(text))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Where each character starts, and where the marks that belong to it end."""
    start = 0
    for place, character in enumerate(text):
        if place > start and (unicodedata.combining(character) or character in _GLUED):
            continue
        if place > start:
            yield start, place
        start = place
    if text:
        yield start, len(text)


def _without_invisible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        " " if category == "Zs" else character
        for character in text
        if (category := unicodedata.category(character)) not in {"Cf", "Cc", "Cs"} or character in _KEPT_CONTROLS
    )
