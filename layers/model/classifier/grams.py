"""Words, their parts and their neighbours as evidence of their own, beside what the encoder reads or instead of it.

The encoder's word pieces are mostly English: of other languages it knows the glossed words and spells the rest. There a
linear model over hashed words, beginnings of words, three letters in a row, neighbours, the words that open sentences
and end the text, the words of its first and last block, and what the rules look for (phrases by group, in many
languages, and signals of form) knows more than its own size suggests; in English it adds a little, and is mostly sure
enough to spare the encoder its work.
"""

from __future__ import annotations

import itertools
import math
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from classifier.arrays import read_arrays
from classifier.fusion import CATEGORIES, Chances
from classifier.logistic import sigmoid, softmax
from classifier.material import edges
from classifier.remembering import Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from classifier.rules import Reading

GRAMS = "grams.npz"
BUCKETS = 1 << 19
"""Places in the table. With a quarter of them too many of the training prompts' grams share one, and every language
that is not English loses by it; with twice as many little is won."""

SCORES = ("complexity", "creativity")
"""What the table tells beside the categories, in the columns behind them, as log-odds."""

COLUMNS = len(CATEGORIES) + len(SCORES)

HEAD_WORDS, TAIL_WORDS = 120, 40
STEM = 5
LETTERS = 3
LONGEST_SPELT = 40
SPELT_WORDS = 80
"""Of so many words the letters are looked at as well; nearly all prompts are shorter."""


class WordOpinion(NamedTuple):
    """What words alone say: probabilities of `CATEGORIES`, and scores from 0 to 1."""

    chances: Chances
    complexity: float
    creativity: float


@dataclass(frozen=True, slots=True)
class Grams:
    """`table` is int8 `[BUCKETS, COLUMNS]` in each column's `steps`; `bias` has one number a column."""

    table: NDArray[np.int8]
    steps: tuple[float, ...]
    bias: tuple[float, ...]

    @classmethod
    def load(cls, folder: Path) -> Grams | None:
        """None when there is no such file or it is not what it should be."""
        found = read_arrays(folder / GRAMS)
        if found is None or not {"table", "steps", "bias"} <= found.keys():
            return None
        table = found["table"]
        steps, bias = (tuple(map(float, found[name].flat)) for name in ("steps", "bias"))
        if table.shape != (BUCKETS, COLUMNS) or table.dtype != "int8" or not len(steps) == len(bias) == COLUMNS:
            return None
        if not all(map(math.isfinite, steps + bias)):
            return None
        return cls(table.astype("int8", copy=False), steps, bias)

    def read(self, reading: Reading) -> WordOpinion:
        """What the words say; long texts count by their ends."""
        found = buckets(reading)
        # Indexing by a list does the same in twice the time.
        summed = self.table.take(found, axis=0).sum(axis=0, dtype="int32").tolist() if found else [0] * COLUMNS
        share = max(1, len(found)) ** -0.5
        *categories, complexity, creativity = (
            amount * step * share + bias for amount, step, bias in zip(summed, self.steps, self.bias, strict=True)
        )
        return WordOpinion(softmax(categories), sigmoid(complexity), sigmoid(creativity))


def buckets(reading: Reading) -> list[int]:
    """Where each word, its stem, its letters, its neighbour pairs, and triples of single characters stand, what opens
    the text and its sentences, what ends it, its first and its last block, and what the rules looked for and found.

    Each place once: a row of exclamation marks says no more than one does.
    """
    words = reading.words
    if len(words) > HEAD_WORDS + TAIL_WORDS:
        words = [*words[:HEAD_WORDS], *words[-TAIL_WORDS:]]
    texts = [word.text for word in words]
    openings = [place for place, word in enumerate(words) if word.opens]
    spellings = [_known[text] for text in texts]
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(texts)]
    hashed = [*pairs, *(f"^{text}" for text in texts[:2]), *(f"${text}" for text in texts[-2:])]
    hashed += [f"^^{texts[place]}" for place in openings]
    hashed += [f"^^{pairs[place]}" for place in openings if place < len(pairs)]
    if not reading.prompt.text.isascii():
        triples = zip(texts, texts[1:], texts[2:], strict=False)
        hashed += [f"{a} {b} {c}" for a, b, c in triples if len(c) == 1 and not c.isascii()]
    found = [spelling.word for spelling in spellings]
    found += [spelling.stem for spelling in spellings if spelling.stem is not None]
    for spelling in spellings[:SPELT_WORDS]:
        found += spelling.letters
    first, last = edges(reading.prompt.text, words)
    if first or last:
        hashed += [f"|<{pair}" for pair in pairs[: max(0, first - 1)]]
        hashed += [f"|>{pair}" for pair in pairs[len(spellings) - last :]]
        found += [spelling.in_first for spelling in spellings[:first]]
        found += [spelling.in_last for spelling in spellings[len(spellings) - last :]]
    found += [_named(f"@{signal}") for signal in reading.signals]
    found += [_named(f"%{group}") for group in reading.found]
    found += map(_bucket, hashed)
    return list(set(found))


class _Spelling(NamedTuple):
    """Where one word stands, also as one of the first and of the last block, its beginning if it is longer than that,
    and each three of its letters."""

    word: int
    in_first: int
    in_last: int
    stem: int | None
    letters: tuple[int, ...]


def _spelling(text: str) -> _Spelling:
    spelt = f"<{text[:LONGEST_SPELT]}>"
    return _Spelling(
        _bucket(text),
        _bucket(f"|<{text}"),
        _bucket(f"|>{text}"),
        _bucket(f"~{text[:STEM]}") if len(text) > STEM else None,
        tuple(_bucket(f"#{spelt[k : k + LETTERS]}") for k in range(len(spelt) - LETTERS + 1))
        if len(text) > LETTERS
        else (),
    )


_known = Remembered(_spelling)


def _bucket(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS


_named = cache(_bucket)
"""Of signals and groups of phrases: there are few, and their names are the rules' own."""


def beyond_ascii(text: str) -> bool:
    """True when a letter is not one of English's; typographic quotes and emoji do not count."""
    return not text.isascii() and any(character.isalpha() and not character.isascii() for character in text)
