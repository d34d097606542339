"""Candidates made by hand, and what a ranking of them is told as."""

from __future__ import annotations

from dataclasses import replace

from llm_router.ranking.cost import Price
from llm_router.ranking.explanation import explain
from llm_router.ranking.latency import Wait
from llm_router.ranking.objective import Standing
from llm_router.ranking.quality import Grounds, Quality
from llm_router.ranking.rank import Candidate, Ranking
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model
from tests.support.tasks import classification


def candidate(
    name: str = "m", *, quality: float = 0.8, mean: float | None = None, cost: float = 0.002, score: float = 0.5
) -> Candidate:
    """An ordinary candidate; one whose `mean` is not given has no caution taken off its quality."""
    return Candidate(
        model(name),
        Standing(False, quality < 0.5, -score, cost, -quality, 4321.0, f"acme/{name}"),
        Quality(quality, quality if mean is None else mean, 0.05, Grounds.MEASURED),
        Price(cost, 120, 0, 340, 0, 340, 340, 0),
        Wait(4321.0, measured=True),
    )


def said(*candidates: Candidate) -> str:
    """The explanation of these, best first, for a task that is surely hard creative writing, at preference 0.25."""
    of = replace(classification(), category=Category.CREATIVE_WRITING, difficulty=Difficulty.HARD, confidence=0.998)
    return explain(Ranking(candidates, len(candidates), ()), of, 0.25)
