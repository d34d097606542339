"""`POST /classify` and `/classify/batch`: the request, the answer, and how a classification becomes one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, SerializeAsAny

from llm_router.classification import Classified
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import Readable
from llm_router.taxonomy import Category, Degraded, Difficulty, Evidence, InteractionStyle, Method

MAX_PROMPT = 1_000_000
MAX_BATCH = 256

_DIGITS = 4
_PARTS = 10**_DIGITS

Prompt = Annotated[str, Field(min_length=1, max_length=MAX_PROMPT), Readable]


class ClassifyRequest(RequestBody):
    """One prompt; with `explain` the answer tells what it rests on."""

    prompt: Prompt
    explain: bool = False


class BatchRequest(RequestBody):
    """Up to 256 prompts, answered in the same order as each alone would be."""

    prompts: Annotated[list[Prompt], Field(min_length=1, max_length=MAX_BATCH)]
    explain: bool = False


class RuleEvidence(BaseModel):
    """A rule that fired: `start` and `end` are character offsets into the prompt."""

    rule: str
    category: Category
    weight: float
    start: int
    end: int
    text: str


class EvidenceAnswer(BaseModel):
    """What a classification rests on."""

    rules: list[RuleEvidence]
    rule_probabilities: dict[str, float]
    word_probabilities: dict[str, float]
    model_probabilities: dict[str, float]
    notes: list[str]


class ClassifyAnswer(BaseModel):
    """What kind of work the prompt is and how hard. `domain_confidence` is calibrated."""

    primary_use_case: str
    complexity_score: float
    creativity_score: float
    domain_confidence: float
    classification_method: Method
    ml_confidence: float | None
    difficulty: Difficulty
    probabilities: dict[str, float]
    token_count_estimate: int
    output_length_estimate: int
    interaction_style: InteractionStyle
    urgency_level: float
    ms: float
    cached: bool
    degraded: list[Degraded]


class ExplainedAnswer(ClassifyAnswer):
    """The same, and what it rests on."""

    evidence: EvidenceAnswer


class BatchAnswer(BaseModel):
    """One answer a prompt, in the order they were asked."""

    results: list[SerializeAsAny[ClassifyAnswer]]


def classify_answer(classified: Classified) -> ClassifyAnswer:
    """The answer for a classification."""
    found = classified.classification
    answer = ClassifyAnswer(
        primary_use_case=found.category,
        complexity_score=round(found.complexity, 4),
        creativity_score=round(found.creativity, 4),
        domain_confidence=round(found.confidence, 4),
        classification_method=found.method,
        ml_confidence=None if found.ml_confidence is None else round(found.ml_confidence, 4),
        difficulty=found.difficulty,
        probabilities=_told(found.probabilities, found.category),
        token_count_estimate=found.token_count,
        output_length_estimate=found.output_tokens,
        interaction_style=found.interaction_style,
        urgency_level=round(found.urgency, 4),
        ms=round(classified.ms, 3),
        cached=classified.cached,
        degraded=list(classified.degraded),
    )
    if found.evidence is None:
        return answer
    return ExplainedAnswer(**answer.model_dump(), evidence=_evidence(found.evidence))


def _told(chances: Mapping[str, float], category: str) -> dict[str, float]:
    """The chances to four digits, which sum to 1 as they do. That of the `category` is rounded, as its confidence is;
    the others are cut, and those that lose most by it share what is left: first those that stay no more likely than the
    `category` by it."""
    exact = {name: chance * _PARTS for name, chance in chances.items()}
    parts = {name: math.floor(part) for name, part in exact.items()}
    if category in chances:
        parts[category] = round(round(chances[category], _DIGITS) * _PARTS)
    left = max(0, round(sum(exact.values())) - sum(parts.values()))
    most = parts.get(category, _PARTS)
    others = [name for name in chances if name != category]
    others.sort(key=lambda name: (parts[name] >= most, parts[name] - exact[name]))
    for name in others[:left]:
        parts[name] += 1
    return {name: part / _PARTS for name, part in parts.items()}


def _evidence(found: Evidence) -> EvidenceAnswer:
    return EvidenceAnswer(
        rules=[RuleEvidence.model_validate(match, from_attributes=True) for match in found.matches],
        rule_probabilities=dict(found.rule_probabilities),
        word_probabilities=dict(found.word_probabilities),
        model_probabilities=dict(found.model_probabilities),
        notes=list(found.notes),
    )
