"""How many tokens the answer will take: what the prompt asks for, or what its kind of answer tends to take."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier.changes import Change, Changes
from classifier.code_changes import CodeChanges
from classifier.instructions import Instructions
from classifier.left import CHANGE, ChangePhrases, Left
from classifier.lengths import MOST, Lengths
from classifier.pieces import Pieces
from classifier.rules import Reading
from classifier.translations import Languages
from llm_router.taxonomy import LEAST_ANSWER, AnswerLimit, Category, Difficulty

ANSWERS = Path(__file__).with_name("answers.toml")
SHORT, LONG = "short_answer", "long_answer"
"""Groups of `rules.toml`."""

_SHORT_AT_MOST, _SHORT_FACTOR, _LONG_FACTOR = 80, 0.4, 1.7
"""Tokens of an answer that shall be short, and what "short" and "long" make of what it else would take: reasoned, as
the table is, not measured."""
_CAN_NAME_A_LENGTH = frozenset({Category.CREATIVE_WRITING, Category.GENERAL, Category.ANALYSIS, Category.QUESTION})
"""Elsewhere a number before "pages" or "lines" belongs to the problem."""
_OF_FACTS = 3
"""Times what the answer to a question tends to take: a longer length belongs to what it asks about."""
_CHANGED_FROM, _CHANGED_WHOLLY = 60, 240
"""Tokens of a prompt that asks for a change, from where on some of it may be the text to change, and mostly is."""
_OF_CHANGED: Mapping[Left, float] = {
    Left.KEPT: 1.0,
    Left.UNFOLDED: 2.0,
    Left.LENGTHENED: 1.5,
    Left.SHORTENED: 0.5,
    Left.RESHAPED: 0.7,
    Left.CONDENSED: 0.7,
}
_OF_TRANSLATED, _OF_ENGLISH, _LEAST_CHANGED = 1.1, 0.8, 24
"""The share of such a prompt's tokens that the changed text takes, in every language that it is translated into, in
English fewer; and a sentence, which is the least, and about a title: reasoned, not measured, as is what follows."""
_CONDENSED, _OF_CONDENSED, _CONDENSED_AT_MOST = 60, 0.1, 800
"""Tokens of a summary, of key points or of what was extracted: so many, and a share of the prompt's, up to a most."""
_CAN_BE_SHORT = frozenset({Left.KEPT, Left.RESHAPED})
"""What "short" makes shorter; of the others something else tells how long they are."""


@dataclass(frozen=True, slots=True)
class AnswerLengths:
    """The tables of `answers.toml`."""

    typical: Mapping[Category, float]
    factor: Mapping[Difficulty, float]
    pieces: Pieces
    lengths: Lengths
    changes: Changes
    code: CodeChanges
    instructions: Instructions

    @classmethod
    def load(cls, path: Path = ANSWERS) -> AnswerLengths:
        """Raises `ValueError`, `KeyError` or `OSError`: the file is part of the code."""
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        lengths = Lengths.of(raw, raw)
        return cls(
            typical={category: float(raw["typical"][category]) for category in Category},
            factor={difficulty: float(raw["difficulty"][difficulty]) for difficulty in Difficulty},
            pieces=Pieces(raw["forms"], lengths.of_each["one"], raw["pieces"]),
            lengths=lengths,
            changes=Changes(ChangePhrases(raw["changes"], raw["changed"]), Languages(raw["languages"])),
            code=CodeChanges(raw["code"] | {Left.UNFOLDED: raw["changes"][Left.UNFOLDED]}),
            instructions=Instructions(raw["told"], raw["refused"], AnswerLimit(_SHORT_FACTOR, _SHORT_AT_MOST)),
        )

    def estimate(self, category: Category, difficulty: Difficulty, asked: Reading, prompt_tokens: int) -> int:
        """Tokens, 8 at least, of an answer to what is `asked` in a prompt of so many tokens.

        At most 8,000, but of a text that is given and comes back: what a model can write at most, the model tells.
        """
        change = self.changes.read(asked) if category is Category.GENERAL else None
        usual = self.pieces.read(asked) if category is Category.CREATIVE_WRITING else None
        usual = usual or self.typical[category] * self.factor[difficulty]
        short, long = _says(SHORT, asked, change), _says(LONG, asked, change)
        if category in _CAN_NAME_A_LENGTH and (named := self._named(category, usual, asked, change)):
            # What is to be made of a longer text is said last.
            return _bounded(named[-1] if short or CHANGE in asked.found else max(named))
        if short:
            usual = min(usual * _SHORT_FACTOR, _SHORT_AT_MOST)
        elif long:
            usual *= _LONG_FACTOR
        if category is Category.CODING and (whole := self._whole(asked, usual, prompt_tokens)):
            return round(max(usual, prompt_tokens * _OF_CHANGED[whole]))
        if change is None:
            return _bounded(usual)
        changed = _changed(change, prompt_tokens, short=short, long=long)
        share = 1.0 if change.given else (prompt_tokens - _CHANGED_FROM) / (_CHANGED_WHOLLY - _CHANGED_FROM)
        share = min(1.0, max(0.0, share))
        tokens = share * changed + (1 - share) * usual
        return round(max(LEAST_ANSWER, tokens, usual if change.left is Left.LENGTHENED else 0.0))

    def limit(self, told: Reading) -> AnswerLimit:
        """What instructions say of the length of every answer: the longest that they set as a limit, or that it shall
        be short; nothing where some shall be long."""
        if LONG in told.found:
            return AnswerLimit()
        return self.instructions.limit(told, self.lengths.named(told, None), told.found.get(SHORT, ()))

    def _whole(self, asked: Reading, usual: float, prompt_tokens: int) -> Left | None:
        """What is left of code that comes back; not read where even twice as much of it is no longer than usual."""
        if prompt_tokens * _OF_CHANGED[Left.UNFOLDED] <= usual:
            return None
        return self.code.read(asked, asked.found.get(SHORT, ()))

    def _named(self, category: Category, usual: float, asked: Reading, change: Change | None) -> list[float]:
        named = self.lengths.named(asked, change)
        if category is Category.QUESTION:
            return [each.tokens for each in named if each.limited or each.tokens <= _OF_FACTS * usual]
        return [each.tokens for each in named]


def _says(group: str, asked: Reading, change: Change | None) -> bool:
    """Whether a phrase of the group is there; where a text is to be changed, in the words that ask for it."""
    phrases = asked.found.get(group, ())
    return any(change is None or change.first <= phrase.first < change.after for phrase in phrases)


def _changed(change: Change, prompt_tokens: int, *, short: bool, long: bool) -> float:
    """What is made of the text that is most of such a prompt."""
    left = change.left
    if left is Left.TITLED:
        return _LEAST_CHANGED
    if left is Left.TRANSLATED:
        others = change.into.languages - change.into.english
        tokens = prompt_tokens * (others * _OF_TRANSLATED + change.into.english * _OF_ENGLISH)
        tokens *= _OF_CHANGED[Left.SHORTENED] if change.halved else 1.0
    else:
        tokens = prompt_tokens * _OF_CHANGED[left]
    if left is Left.CONDENSED:
        tokens = min(tokens, _CONDENSED + prompt_tokens * _OF_CONDENSED, _CONDENSED_AT_MOST)
        tokens = min(tokens, _SHORT_AT_MOST) if short else tokens * (_LONG_FACTOR if long else 1.0)
    elif short and left in _CAN_BE_SHORT:
        tokens *= _SHORT_FACTOR
    return max(tokens, _LEAST_CHANGED)


def _bounded(tokens: float) -> int:
    return round(min(MOST, max(LEAST_ANSWER, tokens)))
