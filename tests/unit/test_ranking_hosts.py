"""One model at several hosts, and models that are called alike: which of them wins, and how they are told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.catalogue.entry import Capability, Latency, Provenance
from llm_router.catalogue.sources import ARTIFICIAL_ANALYSIS
from llm_router.outcomes import LiveLatency
from llm_router.ranking.columns import prepare
from llm_router.ranking.explanation import counterfactual, explain
from llm_router.ranking.latency import Wait
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.taxonomy import Difficulty
from tests.support.candidates import candidate, said
from tests.support.models import model, task
from tests.support.tasks import classification

SLOW, FAST = (
    model("m", provider="acme", latency=Latency(60_000, 1)),
    model("m", provider="zeta", latency=Latency(500, 200)),
)


@pytest.mark.parametrize(
    ("quality", "ms", "compared"),
    [
        (0.80, 5400.0, "the same quality for the same money"),
        (0.80, 3458.0, "the same quality for the same money"),
        (0.80, 8642.0, "the same quality for the same money in 2.0 times the time"),
        (0.80, 1080.0, "the same quality for the same money in 25% of the time"),
        (0.80, 1.0, "the same quality for the same money in 1% of the time"),
        (0.80, 0.0, "the same quality for the same money"),
        (0.70, 8642.0, "10 points less quality for the same money"),
    ],
)
def test_a_clear_difference_in_time_is_told_where_there_is_no_other(quality: float, ms: float, compared: str):
    second = candidate("second", quality=quality, score=0.4)._replace(wait=Wait(ms, measured=True))
    assert said(candidate("first"), second).endswith(f" Next is Second from acme, with {compared}.")


def test_of_two_hosts_of_one_model_at_one_price_the_faster_wins_and_the_slower_is_told_as_such():
    ranking = rank(prepare([SLOW, FAST]), task(output_tokens=400), Constraints(), 1.0, Surroundings())
    assert [each.model.id for each in ranking.candidates] == ["zeta/m", "acme/m"]
    told = explain(ranking, classification(), 1.0)
    assert told.endswith("Next is M from acme, with the same quality for the same money in 184.0 times the time.")


def test_a_host_that_was_timed_here_goes_by_what_was_measured():
    live = Surroundings(live={SLOW.id: LiveLatency(100.0, 400.0, n=1e6), FAST.id: LiveLatency(900.0, 20.0, n=1e6)})
    ranking = rank(prepare([SLOW, FAST]), task(output_tokens=400), Constraints(), 1.0, live)
    assert [each.model.id for each in ranking.candidates] == [SLOW.id, FAST.id]


@pytest.mark.parametrize("timed_by", [ARTIFICIAL_ANALYSIS, "operator"])
@pytest.mark.parametrize("limits", [Constraints(), Constraints(max_latency_ms=10**9), Constraints(max_tokens=500)])
@pytest.mark.parametrize("live", [{}, {"acme/other": LiveLatency(1.0, 1.0, n=9)}, {"acme/m": LiveLatency(1.0, 1.0, 9)}])
def test_a_host_stands_by_the_time_that_it_is_told_with(timed_by: str, limits: Constraints, live: dict):
    measured = {"time_to_first_token_ms": Provenance(timed_by, "2026-01-01")}
    thinker = frozenset({Capability.REASONING})
    models = prepare([model("m", capabilities=thinker, provenance=measured), replace(FAST, capabilities=thinker)])
    ranking = rank(models, task(difficulty=Difficulty.HARD), limits, 0.5, Surroundings(live=live))
    assert [each.standing.wait_ms for each in ranking.candidates] == [each.wait.ms for each in ranking.candidates]


def test_two_models_that_are_called_alike_are_told_by_their_ids_too():
    twin = candidate("second", cost=0.004, score=0.4)
    twin = twin._replace(model=replace(twin.model, display_name="First"))
    words = said(candidate("first"), twin)
    assert "First from acme (acme/first) has the best balance" in words
    assert "Next is First from acme (acme/second), with" in words


def test_a_model_that_would_have_won_is_told_by_its_id_where_it_is_called_like_the_winner():
    models = [model("a"), model("b", display_name="A", chances=(0.99, 0.98, 0.97))]
    ranking = rank(prepare(models), task(), Constraints(exclude_models=frozenset({"b"})), 0.5, Surroundings())
    assert counterfactual(ranking) == ("With constraints.exclude_models (drop b) it would be A from acme (acme/b).")
