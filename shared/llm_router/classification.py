"""Classify through the cache: the same prompt is worked out once per artefact."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from llm_router.cache_keys import key
from llm_router.ports import Cache, Classifier, Clock
from llm_router.taxonomy import AnswerLimit, Category, Classification, Degraded, Difficulty, InteractionStyle, Method
from llm_router.typical import Typical

NAMESPACE = "classification"
LIMITS = "answer_limit"
LAST_INSTRUCTIONS, LONGEST_INSTRUCTIONS = 4, 1000
"""How many instructions are read for how long answers may be, and their characters together."""
READING_S = 0.0005
"""What reading them takes."""
ASSUMED_S = 0.003
"""What working one out takes, before it is known."""

DECODED = 1024
"""Classifications that are not decoded anew each time the cache holds them: a megabyte at most."""

LONGEST_NAME = 100
"""Characters of a category's name in the cache. Ours are shorter, and the figures count by what is read here."""

MOST_TOKENS = 10**9
"""No prompt and no answer has as many: a larger count is not ours, and some are too large to be calculated with."""


@dataclass(frozen=True, slots=True)
class Classified:
    """A classification, whether it came from the cache, what was not available, and how many milliseconds it took."""

    classification: Classification
    cached: bool
    degraded: tuple[Degraded, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class CachingClassifier:
    """A classifier behind a cache.

    `version` names the artefact and the categories in force, so that a change of either is a miss. Explained
    and degraded answers are not kept: the first are rare, the second are to be better next time. `takes` is how long
    the classifier usually takes: a cache that is slower may stand aside.
    """

    classifier: Classifier
    cache: Cache
    clock: Clock
    version: str
    secret: bytes
    ttl_s: float
    takes: Typical = field(default_factory=lambda: Typical(ASSUMED_S))

    def classify(self, text: str, *, explain: bool = False) -> Classified:
        """Never raises; a cache that holds garbage is a miss and loses the key."""
        started = self.clock.monotonic()
        if explain:
            return self._answer(self.classifier.classify(text, explain=True), started, cached=False)
        name = key(self.secret, NAMESPACE, self.version, text)
        if (held := self.cache.get(name, self.takes.seconds)) is not None:
            if (found := decode(held)) is not None:
                return self._answer(found, started, cached=True)
            self.cache.delete(name)
        began = self.clock.monotonic()
        fresh = self.classifier.classify(text)
        self.takes.add(self.clock.monotonic() - began)
        if not fresh.degraded:
            self.cache.set(name, encode(fresh), self.ttl_s, self.takes.seconds)
        return self._answer(fresh, started, cached=False)

    def answer_limit(self, instructions: Sequence[str]) -> AnswerLimit:
        """How long the last few instructions let every answer be, read as one text. Long ones are not read: what they
        say of lengths is about parts of what they describe."""
        if not (told := _short_ones(instructions)):
            return AnswerLimit()
        name = key(self.secret, LIMITS, self.version, told)
        if (held := self.cache.get(name, READING_S)) is not None:
            if (limit := decode_limit(held)) is not None:
                return limit
            self.cache.delete(name)
        limit = self.classifier.answer_limit(told)
        self.cache.set(name, encode_limit(limit), self.ttl_s, READING_S)
        return limit

    def _answer(self, found: Classification, started: float, *, cached: bool) -> Classified:
        degraded = found.degraded if self.cache.available else (Degraded.CACHE, *found.degraded)
        return Classified(found, cached, degraded, ms=(self.clock.monotonic() - started) * 1000)


def _short_ones(instructions: Sequence[str]) -> str:
    """The last instructions in one text; what does not fit into it beside those behind it is left out."""
    told = ""
    for text in reversed(instructions[-LAST_INSTRUCTIONS:]):
        longer = f"{text}\n\n{told}" if told else text
        told = longer if len(longer) <= LONGEST_INSTRUCTIONS else told
    return told


def encode_limit(limit: AnswerLimit) -> bytes:
    """As JSON; no most is null."""
    return json.dumps([limit.share, None if math.isinf(limit.most) else limit.most]).encode()


def decode_limit(held: bytes) -> AnswerLimit | None:
    """The limit, or None for anything that is not one."""
    try:
        share, most = json.loads(held)
        return AnswerLimit(_chance(share), math.inf if most is None else _count(round(most)))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def encode(found: Classification) -> bytes:
    """The classification as JSON, without its evidence and what was degraded."""
    return json.dumps(
        [
            found.category,
            found.base_category,
            found.difficulty,
            found.method,
            found.confidence,
            found.ml_confidence,
            dict(found.probabilities),
            found.complexity,
            found.creativity,
            found.urgency,
            found.interaction_style,
            found.token_count,
            found.output_tokens,
        ],
        separators=(",", ":"),
    ).encode()


@lru_cache(DECODED)
def decode(held: bytes) -> Classification | None:
    """The classification, or None for anything that is not one: another program may have written there."""
    try:
        row = json.loads(held)
        category, parent, difficulty, method, confidence, ml, chances, *scores, style, tokens, output = row
        complexity, creativity, urgency = (_chance(score) for score in scores)
        return Classification(
            category=_word(category),
            base_category=Category(parent),
            difficulty=Difficulty(difficulty),
            method=Method(method),
            confidence=_chance(confidence),
            ml_confidence=None if ml is None else _chance(ml),
            probabilities={_word(name): _chance(chance) for name, chance in chances.items()},
            complexity=complexity,
            creativity=creativity,
            urgency=urgency,
            interaction_style=InteractionStyle(style),
            token_count=_count(tokens),
            output_tokens=_count(output),
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _word(value: object) -> str:
    # A lone surrogate, which JSON can hold, could be neither answered with nor counted; ASCII has none.
    if not isinstance(value, str) or not value.isascii() or not 0 < len(value) <= LONGEST_NAME:
        raise ValueError("not a name")
    return value


def _chance(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("not a chance")
    return float(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_TOKENS:
        raise ValueError("not a count")
    return value
