"""One form for one sentence: full-width, decomposed and invisible variants of a text become the same characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.tokens import HEAD_CHARACTERS, TAIL_CHARACTERS

MAX_MARKS = 4
"""Combining marks kept on one character; no writing system needs more, and stacks of thousands are an attack."""

_JAMO = range(0x1160, 0x1200)
_has_jamo = re.compile(f"[{chr(_JAMO.start)}-{chr(_JAMO.stop - 1)}]").search
_KEPT_CONTROLS = frozenset("\t\n")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text as every stage reads it: its head and tail if it is long, in NFKC, without invisible characters.

    `origin[i]` is the offset in the original text of the character behind `text[i]`; None where they are equal.
    `length` is the original's, in characters.
    """

    text: str
    length: int
    origin: Sequence[int] | None = None

    @property
    def is_cut(self) -> bool:
        """True when the middle of the original was left out."""
        return self.length > HEAD_CHARACTERS + TAIL_CHARACTERS

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text` as offsets into the original."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def normalise(original: str) -> Prompt:
    """The prompt as the classifier reads it. The cost is bounded whatever the length."""
    kept = HEAD_CHARACTERS + TAIL_CHARACTERS
    if len(original) <= kept:
        if _is_as_read(original):
            return Prompt(original, len(original))
        return _prompt(original, range(len(original)), len(original))
    tail = len(original) - TAIL_CHARACTERS
    places = (*range(HEAD_CHARACTERS), tail - 1, *range(tail, len(original)))
    return _prompt(f"{original[:HEAD_CHARACTERS]}\n{original[tail:]}", places, len(original))


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
    for start, cluster in _clusters(cut):
        normal = _without_invisible(unicodedata.normalize("NFKC", cluster))
        characters.append(normal)
        origin.extend([places[start]] * len(normal))
    text = "".join(characters)
    # Some characters expand to eighteen; the bound holds for what comes out as well.
    limit = HEAD_CHARACTERS + TAIL_CHARACTERS
    if len(text) > limit:
        text, origin = (
            text[:HEAD_CHARACTERS] + text[-TAIL_CHARACTERS:],
            origin[:HEAD_CHARACTERS] + origin[-TAIL_CHARACTERS:],
        )
    return Prompt(text, length, tuple(origin))


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Each character with the marks that belong to it, and where it starts."""
    start = 0
    for place, character in enumerate(text):
        if place > start and (unicodedata.combining(character) or ord(character) in _JAMO):
            continue
        if place > start:
            yield start, text[start : min(place, start + 1 + MAX_MARKS)]
        start = place
    if text:
        yield start, text[start : start + 1 + MAX_MARKS]


def _without_invisible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        " " if category in {"Zs", "Zl", "Zp"} else character
        for character in text
        if (category := unicodedata.category(character)) not in {"Cf", "Cc", "Cs"} or character in _KEPT_CONTROLS
    )
