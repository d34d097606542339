"""The words every part of the router shares: categories, difficulties, writings and what a classification holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Category(StrEnum):
    """What a prompt asks for. What is asked decides, not the topic: a poem about recursion is creative writing."""

    CODING = "coding"
    MATH = "math"
    CREATIVE_WRITING = "creative_writing"
    ANALYSIS = "analysis"
    QUESTION = "question"
    CHAT = "chat"
    GENERAL = "general"


class Difficulty(StrEnum):
    """How hard a prompt is for a mid-size language model."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Method(StrEnum):
    """Which stages decided a classification: the rules, what was learnt (the model, or words where they were enough),
    or both. Where the model is missing it is always the rules'."""

    RULES = "rule-based"
    MODEL = "ml-based"
    HYBRID = "hybrid"


class InteractionStyle(StrEnum):
    """The manner in which the writer speaks to the model."""

    DIRECT = "direct"
    CONVERSATIONAL = "conversational"
    STRUCTURED = "structured"


LEAST_ANSWER = 8
"""Tokens that are expected of any answer."""


@dataclass(frozen=True, slots=True)
class AnswerLimit:
    """How long instructions let answers be: a `share` of what they would else take, and at most so many tokens."""

    share: float = 1.0
    most: float = math.inf

    def of(self, tokens: int) -> int:
        """The tokens of an answer that would else take so many."""
        return min(tokens, max(LEAST_ANSWER, round(min(tokens * self.share, self.most))))


class Degraded(StrEnum):
    """What was not available while an answer was made. The answer is right for what was there."""

    CACHE = "cache"
    CATALOGUE = "catalogue"
    ML_MODEL = "ml_model"


class Writing(StrEnum):
    """What a text is written in, as far as tokenizers differ by it. `ENGLISH` is Latin script without accents, `INDIC`
    that of India's languages but for Devanagari."""

    ENGLISH = "english"
    LATIN = "latin"
    CYRILLIC = "cyrillic"
    GREEK = "greek"
    HEBREW = "hebrew"
    ARABIC = "arabic"
    DEVANAGARI = "devanagari"
    INDIC = "indic"
    THAI = "thai"
    HAN = "han"
    KANA = "kana"
    HANGUL = "hangul"
    OTHER = "other"


TOKENS_PER_CHARACTER: Mapping[Writing, float] = {
    Writing.ENGLISH: 0.24,
    Writing.LATIN: 0.28,
    Writing.CYRILLIC: 0.48,
    Writing.GREEK: 0.55,
    Writing.HEBREW: 0.61,
    Writing.ARABIC: 0.44,
    Writing.DEVANAGARI: 0.41,
    Writing.INDIC: 0.54,
    Writing.THAI: 0.45,
    Writing.HAN: 0.96,
    Writing.KANA: 0.81,
    Writing.HANGUL: 1.11,
    Writing.OTHER: 0.56,
}
"""Of the classifier's tokens (`Classification.token_count`), for a character of a text, with its blanks and signs.
Counted on the prompts that llm_router/ranking/tokens.toml tells of."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """One rule that fired: its name, the category it speaks for, its weight, and where in the prompt it matched."""

    rule: str
    category: Category
    weight: float
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a classification came out as it did: the rules that fired, and what each stage believed."""

    matches: tuple[RuleMatch, ...] = ()
    rule_probabilities: Mapping[str, float] = field(default_factory=dict)
    word_probabilities: Mapping[str, float] = field(default_factory=dict)
    model_probabilities: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """What kind of work a prompt is and how hard.

    `category` is one of `Category` or the name of an operator's own category; `base_category` is always one
    of the seven, so that the catalogue's evidence applies. `confidence` is calibrated: the chance that
    `category` is right; `ml_confidence` is that of what was learnt, None where the model is missing. Scores run
    from 0 to 1, tokens are counts, `probabilities` sum to 1.
    """

    category: str
    base_category: Category
    difficulty: Difficulty
    method: Method
    confidence: float
    ml_confidence: float | None
    probabilities: Mapping[str, float]
    complexity: float
    creativity: float
    urgency: float
    interaction_style: InteractionStyle
    token_count: int
    output_tokens: int
    degraded: tuple[Degraded, ...] = ()
    evidence: Evidence | None = None
