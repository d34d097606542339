"""Where an answer holds one of a few words, its description lists them all, and the JSON is the word."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel

from llm_router.feedback import Uncounted
from llm_router.function_names import Function
from llm_router.generation.attempt import Attempt
from llm_router.generation.provider import Failure
from llm_router.ranking.constraints import Reason
from llm_router.schemas.attempts import AttemptAnswer, attempt_answers
from llm_router.schemas.chat_answer import RouterNote
from llm_router.schemas.classify import RuleEvidence
from llm_router.schemas.dashboard import FunctionFigures, RecentDecision
from llm_router.schemas.feedback import FeedbackAnswer
from llm_router.schemas.health import HealthAnswer
from llm_router.schemas.route import ExcludedAnswer
from llm_router.schemas.status import StatusAnswer
from llm_router.taxonomy import Category, Difficulty


def words(schema: dict[str, Any], described: dict[str, Any]) -> set[str]:
    """The values that a field's description lists."""
    if "$ref" in described:
        return words(schema, schema["$defs"][described["$ref"].rpartition("/")[2]])
    if "anyOf" in described:
        return {word for each in described["anyOf"] for word in words(schema, each)}
    return set(described.get("enum", ()))


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        (ExcludedAnswer, "reason", Reason),
        (RuleEvidence, "category", Category),
        (RouterNote, "difficulty", Difficulty),
        (RecentDecision, "difficulty", Difficulty),
        (FunctionFigures, "function", Function),
        (HealthAnswer, "service", Function),
        (StatusAnswer, "status", ("ok", "degraded")),
        (AttemptAnswer, "outcome", ("ok", "cooling", *Failure)),
        (FeedbackAnswer, "why_not", Uncounted),
    ],
)
def test_the_description_lists_every_word(kind: type[BaseModel], field: str, values: type[StrEnum] | tuple[str, ...]):
    schema = kind.model_json_schema()
    assert words(schema, schema["properties"][field]) == set(values)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_written_as_its_word(reason: Reason):
    answer = ExcludedAnswer(id="a/b", reason=reason, detail="is out")
    assert json.loads(answer.model_dump_json())["reason"] == reason.value
    assert ExcludedAnswer.model_validate_json(answer.model_dump_json()) == answer


@pytest.mark.parametrize(
    ("attempt", "word"),
    [
        (Attempt("m", "p", 3.0), "ok"),
        (Attempt("m", "p", cooling=True), "cooling"),
        *((Attempt("m", "p", 3.0, failure, 500), failure.value) for failure in Failure),
    ],
)
def test_an_attempt_is_written_with_what_became_of_it(attempt: Attempt, word: str):
    (answer,) = attempt_answers([attempt])
    assert json.loads(answer.model_dump_json())["outcome"] == word == attempt.outcome
