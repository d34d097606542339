"""How many tokens the answer will take: what the prompt asks for, or what its kind of answer tends to take."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.phrases import Found
from classifier.words import Word
from llm_router.taxonomy import Category, Difficulty

ANSWERS = Path(__file__).with_name("answers.toml")
SHORT, LONG, CHANGE = "short_answer", "long_answer", "change"

LEAST, MOST = 8, 8000
_NEAR = 3
"""Words between a number and its unit: "three short funny paragraphs"."""
_SHORT_AT_MOST, _SHORT_FACTOR, _LONG_FACTOR = 80, 0.4, 1.7
_CAN_NAME_A_LENGTH = frozenset({Category.CREATIVE_WRITING, Category.GENERAL, Category.ANALYSIS, Category.QUESTION})
"""Elsewhere a number before "pages" or "lines" belongs to the problem."""
_CHANGED_FROM = 120
"""From so many tokens on, a prompt that asks for a change mostly is the text to change."""


@dataclass(frozen=True, slots=True)
class AnswerLengths:
    """The table of `answers.toml`."""

    typical: Mapping[Category, float]
    factor: Mapping[Difficulty, float]
    per_unit: Mapping[str, float]
    numbers: Mapping[str, float]

    @classmethod
    def load(cls, path: Path = ANSWERS) -> AnswerLengths:
        """Raises `ValueError`, `KeyError` or `OSError`: the file is part of the code."""
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            typical={category: float(raw["typical"][category]) for category in Category},
            factor={difficulty: float(raw["difficulty"][difficulty]) for difficulty in Difficulty},
            per_unit={word: float(raw["units"][unit]) for unit, words in raw["words"].items() for word in words},
            numbers={str(word): float(number) for word, number in raw["numbers"].items()},
        )

    def estimate(
        self,
        category: Category,
        difficulty: Difficulty,
        words: Sequence[Word],
        found: Mapping[str, Sequence[Found]],
        prompt_tokens: int,
    ) -> int:
        """Tokens, between 8 and 8,000."""
        if category in _CAN_NAME_A_LENGTH and (asked := self._asked(words)) is not None:
            return _bounded(asked)
        tokens = self.typical[category] * self.factor[difficulty]
        if category is Category.GENERAL and CHANGE in found and prompt_tokens > _CHANGED_FROM:
            tokens = prompt_tokens * 0.7
        if SHORT in found:
            tokens = min(tokens * _SHORT_FACTOR, _SHORT_AT_MOST)
        elif LONG in found:
            tokens *= _LONG_FACTOR
        return _bounded(tokens)

    def _asked(self, words: Sequence[Word]) -> float | None:
        """The greatest length that the prompt names outright; None if it names none."""
        asked = None
        for place, word in enumerate(words):
            if (per_unit := self.per_unit.get(word.text)) is None:
                continue
            for before in words[max(0, place - _NEAR) : place]:
                count = self.numbers.get(before.text) if not before.text.isdecimal() else float(before.text[:6])
                if count is not None and 0 < count * per_unit <= MOST:
                    asked = max(asked or 0.0, count * per_unit)
        return asked


def _bounded(tokens: float) -> int:
    return round(min(MOST, max(LEAST, tokens)))
