"""What is noted of a request: of a classification the same, whether somebody asked for it or a choice rests on it."""

from __future__ import annotations

from llm_router.activity import Observation, note_classified, note_decision
from llm_router.conversation import of_prompt
from llm_router.local.functions import load_module
from llm_router.ranking.task import Constraints
from llm_router.recommend import Ask
from tests.support.service import service

NOTED = ("category", "difficulty", "method", "cached")


def test_a_classification_is_noted_alike_alone_and_in_a_decision():
    with service() as running:
        found = load_module(running.template.functions["RouteFunction"]).service
        decision = found.recommender().recommend(Ask(of_prompt("Write a haiku"), Constraints(), 0.5))
    alone, within = (Observation("f", "/r", "id") for _ in range(2))
    note_classified(alone, decision.classified)
    note_decision(within, decision)
    assert [getattr(alone, name) for name in NOTED] == [getattr(within, name) for name in NOTED]
    assert alone.degraded == decision.classified.degraded
    assert within.degraded == decision.degraded
    assert (alone.model, within.model) == ("", decision.ranking.candidates[0].model.id)
