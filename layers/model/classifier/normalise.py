"""One form for one sentence: full-width, decomposed and invisible variants of a text become the same characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEAD_CHARACTERS = 1536
TAIL_CHARACTERS = 512
"""Of a longer text: more than the tokens that the encoder reads need in any script."""

JOINT = "\n"
"""Stands where the middle was left out, so that no word is made of two."""

MAX_MARKS = 4
"""Combining marks kept on one character; no writing system needs more, and stacks of thousands are an attack."""

_JAMO = range(0x1160, 0x1200)
_has_jamo = re.compile(f"[{chr(_JAMO.start)}-{chr(_JAMO.stop - 1)}]").search
_GLUED = frozenset(map(chr, (*_JAMO, 0xFF9E, 0xFF9F)))
"""What belongs to the character before it though Unicode does not call it combining: the later letters of a decomposed
syllable, and what voices a half-width kana."""

_KEPT_CONTROLS = frozenset("\t\n")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text as every stage reads it: its head and tail if it is long, in NFKC, without invisible characters.

    `origin[i]` is the offset in the original text of the character behind `text[i]`, and `ends[i]` the offset behind
    it and its marks; None where they are equal. `length` is the original's, in characters; `whole_length` is the
    length that the whole text has in NFKC, estimated where `is_cut`: where the middle was left out.
    """

    text: str
    length: int
    whole_length: int
    is_cut: bool = False
    origin: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text`, which is not empty, as offsets into the original: whole characters with their marks."""
        if self.origin is None or self.ends is None:
            return start, end
        return self.origin[start], self.ends[end - 1]

    def part(self, start: int, end: int) -> Prompt:
        """A stretch of `text`, which is not empty, as a prompt of its own, whose places are still those in the
        original."""
        text = self.text[start:end]
        first, last = self.span(start, end)
        origin, ends = self.origin or range(len(self.text)), self.ends or range(1, len(self.text) + 1)
        whole_length = self.whole_length - (len(self.text) - len(text))
        return Prompt(text, last - first, whole_length, self.is_cut, origin[start:end], ends[start:end])


def normalise(original: str) -> Prompt:
    """The prompt as the classifier reads it. The cost is bounded whatever the length."""
    if len(original) <= HEAD_CHARACTERS + TAIL_CHARACTERS:
        if _is_as_read(original):
            return Prompt(original, len(original), len(original))
        return _prompt(original, range(len(original)), len(original))
    tail = len(original) - TAIL_CHARACTERS
    places = (*range(HEAD_CHARACTERS), tail - 1, *range(tail, len(original)))
    return _prompt(_ends(original), places, len(original))


def _ends(text: str) -> str:
    return text[:HEAD_CHARACTERS] + JOINT + text[-TAIL_CHARACTERS:]


def _is_as_read(text: str) -> bool:
    """True where every character would stay as it is; False may also mean that only a closer look can tell."""
    if not text.replace("\n", " ").replace("\t", " ").isprintable():
        return False
    if text.isascii():
        return True
    return unicodedata.is_normalized("NFKC", text) and not any(map(unicodedata.combining, text)) and not _has_jamo(text)


def _prompt(cut: str, places: range | tuple[int, ...], length: int) -> Prompt:
    characters: list[str] = []
    origin: list[int] = []
    ends: list[int] = []
    for start, after in _clusters(cut):
        cluster = cut[start : min(after, start + 1 + MAX_MARKS)]
        normal = _without_invisible(unicodedata.normalize("NFKC", cluster))
        characters.append(normal)
        origin.extend([places[start]] * len(normal))
        ends.extend([places[after - 1] + 1] * len(normal))
    text = "".join(characters)
    whole_length = len(text) if length <= len(cut) else round(len(text) * length / len(cut))
    is_cut = length > HEAD_CHARACTERS + TAIL_CHARACTERS
    # Some characters expand to eighteen; the bound holds for what comes out as well.
    joined = TAIL_CHARACTERS + len(JOINT)
    if len(text) > HEAD_CHARACTERS + joined:
        text = _ends(text)
        origin = origin[:HEAD_CHARACTERS] + origin[-joined:]
        ends = ends[:HEAD_CHARACTERS] + ends[-joined:]
        is_cut = True
    return Prompt(text, length, whole_length, is_cut, tuple(origin), tuple(ends))


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
        " " if category in {"Zs", "Zl", "Zp"} else character
        for character in text
        if (category := unicodedata.category(character)) not in {"Cf", "Cc", "Cs"} or character in _KEPT_CONTROLS
    )
