"""How many tokens the answer will take: what the prompt asks for, or what its kind of answer tends to take."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier.changes import CHANGE, Change, Changes, Left
from classifier.lengths import MOST, Lengths
from classifier.rules import Reading
from llm_router.taxonomy import Category, Difficulty

ANSWERS = Path(__file__).with_name("answers.toml")
SHORT, LONG = "short_answer", "long_answer"

LEAST = 8

_SHORT_AT_MOST, _SHORT_FACTOR, _LONG_FACTOR = 80, 0.4, 1.7
"""Tokens of an answer that shall be short, and what "short" and "long" make of what it else would take: reasoned, as
the table is, not measured."""
_CAN_NAME_A_LENGTH = frozenset({Category.CREATIVE_WRITING, Category.GENERAL, Category.ANALYSIS, Category.QUESTION})
"""Elsewhere a number before "pages" or "lines" belongs to the problem."""
_OF_FACTS = 3
"""Times what the answer to a question tends to take: a longer length belongs to what it asks about."""
_CHANGED_FROM, _CHANGED_WHOLLY = 60, 240
"""Tokens of a prompt that asks for a change, from where on some of it may be the text to change, and mostly is."""
_OF_CHANGED, _LEAST_CHANGED = 0.7, 24
"""The share of such a prompt's tokens that the changed text takes, and a sentence, which is the least: reasoned, not
measured, as is what follows."""
_CONDENSED, _OF_CONDENSED, _CONDENSED_AT_MOST = 60, 0.1, 800
"""Tokens of a summary, of key points or of what was extracted: so many, and a share of the prompt's, up to a most."""


@dataclass(frozen=True, slots=True)
class AnswerLengths:
    """The tables of `answers.toml`."""

    typical: Mapping[Category, float]
    factor: Mapping[Difficulty, float]
    lengths: Lengths
    changes: Changes

    @classmethod
    def load(cls, path: Path = ANSWERS) -> AnswerLengths:
        """Raises `ValueError`, `KeyError` or `OSError`: the file is part of the code."""
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(
            typical={category: float(raw["typical"][category]) for category in Category},
            factor={difficulty: float(raw["difficulty"][difficulty]) for difficulty in Difficulty},
            lengths=Lengths.of(raw, raw),
            changes=Changes(raw["changes"]),
        )

    def estimate(self, category: Category, difficulty: Difficulty, asked: Reading, prompt_tokens: int) -> int:
        """Tokens, between 8 and 8,000, of an answer to what is `asked` in a prompt of so many tokens."""
        change = self.changes.read(asked) if category is Category.GENERAL else None
        usual = self.typical[category] * self.factor[difficulty]
        short, long = _says(SHORT, asked, change), _says(LONG, asked, change)
        if category in _CAN_NAME_A_LENGTH and (named := self._named(category, usual, asked, change)):
            # What is to be made of a longer text is said last.
            return _bounded(named[-1] if short or CHANGE in asked.found else max(named))
        if short:
            usual = min(usual * _SHORT_FACTOR, _SHORT_AT_MOST)
        elif long:
            usual *= _LONG_FACTOR
        if change is None:
            return _bounded(usual)
        changed = _changed(change, prompt_tokens, short=short, long=long)
        share = 1.0 if change.given else (prompt_tokens - _CHANGED_FROM) / (_CHANGED_WHOLLY - _CHANGED_FROM)
        share = min(1.0, max(0.0, share))
        return _bounded(share * changed + (1 - share) * usual)

    def _named(self, category: Category, usual: float, asked: Reading, change: Change | None) -> list[float]:
        named = self.lengths.named(asked, change)
        if category is Category.QUESTION:
            return [tokens for tokens, limited in named if limited or tokens <= _OF_FACTS * usual]
        return [tokens for tokens, _ in named]


def _says(group: str, asked: Reading, change: Change | None) -> bool:
    """Whether a phrase of the group is there; where a text is to be changed, in the words that ask for it."""
    phrases = asked.found.get(group, ())
    return any(change is None or change.first <= phrase.first < change.after for phrase in phrases)


def _changed(change: Change, prompt_tokens: int, *, short: bool, long: bool) -> float:
    """What is made of the text that is most of such a prompt."""
    tokens = prompt_tokens * _OF_CHANGED
    if change.left is Left.CONDENSED:
        tokens = min(tokens, _CONDENSED + prompt_tokens * _OF_CONDENSED, _CONDENSED_AT_MOST)
        tokens = min(tokens, _SHORT_AT_MOST) if short else tokens * (_LONG_FACTOR if long else 1.0)
    elif short:
        tokens *= _SHORT_FACTOR
    return max(tokens, _LEAST_CHANGED)


def _bounded(tokens: float) -> int:
    return round(min(MOST, max(LEAST, tokens)))
