"""The classification that a prompt gets by its chances and scores, whoever gave them."""

from __future__ import annotations

from typing import NamedTuple

from classifier.answers import AnswerLengths
from classifier.fusion import CATEGORIES, Chances
from classifier.manner import interaction_style, urgency
from classifier.rules import Reading
from llm_router.taxonomy import Category, Classification, Degraded, Difficulty, Method


class Scores(NamedTuple):
    """How hard a prompt is; complexity and creativity run from 0 to 1."""

    difficulty: Difficulty
    complexity: float
    creativity: float


class Decided(NamedTuple):
    """Who sorted a prompt. `ml_confidence` is the highest chance that what was learnt gave, None where it was away."""

    method: Method = Method.RULES
    ml_confidence: float | None = None
    degraded: tuple[Degraded, ...] = ()


def result_of(
    whole: Reading,
    asked: Reading,
    chances: Chances,
    scores: Scores,
    tokens: int,
    decided: Decided,
    lengths: AnswerLengths,
) -> Classification:
    """The classification of a `whole` prompt, in which a request is `asked`; `tokens` are those of the whole as it is
    read.

    Providers read it as it was written: what does not show is about a token a character to them, and no answer is
    longer for it.
    """
    category, confidence = _likeliest(chances)
    return Classification(
        category=category,
        base_category=category,
        difficulty=scores.difficulty,
        method=decided.method,
        confidence=confidence,
        ml_confidence=decided.ml_confidence,
        probabilities=dict(zip(CATEGORIES, chances, strict=True)),
        complexity=scores.complexity,
        creativity=scores.creativity,
        urgency=urgency(whole),
        interaction_style=interaction_style(category, whole.found, whole.features),
        token_count=tokens + whole.prompt.unseen,
        output_tokens=lengths.estimate(category, scores.difficulty, asked, tokens),
        degraded=decided.degraded,
    )


def tokens_of_all(whole: Reading, asked: Reading, tokens: int) -> int:
    """The tokens of the whole text as it is read, from those of what it asks."""
    if whole.prompt.is_cut or asked.prompt is not whole.prompt:
        return round(tokens * whole.prompt.whole_length / len(asked.prompt.text))
    return tokens


def _likeliest(chances: Chances) -> tuple[Category, float]:
    most = max(chances)
    return CATEGORIES[chances.index(most)], most
