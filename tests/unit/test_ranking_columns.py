"""All models looked at at once: nothing of it shows in what one of them is told."""

from __future__ import annotations

from dataclasses import replace
from types import NoneType
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.catalogue.entry import ModelStatus
from llm_router.errors import NoEligibleModel
from llm_router.outcomes import LiveLatency
from llm_router.ranking.columns import BOUNDLESS, prepare
from llm_router.ranking.estimates import Estimates
from llm_router.ranking.quality import Grounds
from llm_router.ranking.rank import Ranking, outlook, rank, wait_for
from llm_router.ranking.task import Constraints, HeldPrompt, Surroundings
from tests.support.models import Scene, model, scenes, task

if TYPE_CHECKING:
    from llm_router.ranking.columns import Flags

FREE, HERE = Constraints(), Surroundings()
PLAIN = (bool, int, float, str)
A_LITTLE = 1e-3
"""By which share, and by how much of a quality, a bound is off a figure."""


def told(scene: Scene, limits: Constraints) -> Ranking | tuple[object, ...]:
    try:
        return rank(prepare(scene.models), scene.task, limits, 0.5, HERE)
    except NoEligibleModel as nobody:
        return nobody.message, nobody.fields


def asked_one_by_one(scene: Scene, limits: Constraints) -> Ranking | tuple[object, ...]:
    """The same with every model held against every constraint."""

    def nobody(found: Estimates, *_: object) -> Flags:
        return np.zeros_like(found.columns.priced)

    with patch.object(Estimates, "plainly_eligible", nobody):
        return told(scene, limits)


@given(scenes, st.floats(1e-6, 1e-1), st.floats(1, 60_000), st.floats(0, 0.9))
def test_who_is_not_asked_about_its_figures_would_have_met_every_bound(scene: Scene, usd, ms, quality):
    bounds = Constraints(max_cost_usd=usd), Constraints(max_latency_ms=ms), Constraints(min_quality=quality)
    all_of_them = Constraints(max_cost_usd=usd, max_latency_ms=ms, min_quality=quality)
    for limits in (FREE, *bounds, all_of_them, scene.demands):
        assert told(scene, limits) == asked_one_by_one(scene, limits)


@given(scenes, st.integers(0, 11), st.sampled_from([0.0, A_LITTLE]))
def test_a_bound_at_the_very_figure_of_a_model_is_held_as_it_is_where_everyone_is_asked(scene, which, off):
    try:
        found = rank(prepare(scene.models), scene.task, FREE, 0.5, HERE).candidates
    except NoEligibleModel:
        return
    one = found[which % len(found)]
    for limits in (
        Constraints(max_cost_usd=one.usd * (1 - off) + 1e-300),
        Constraints(max_latency_ms=one.wait.ms * (1 - off)),
        Constraints(min_quality=min(1.0, one.quality.expected + off)),
    ):
        assert told(scene, limits) == asked_one_by_one(scene, limits)


@given(scenes)
def test_a_ranking_is_told_in_numbers_of_pythons_own(scene: Scene):
    first, last = scene.models[0].id, scene.models[-1].id
    around = Surroundings(live={last: LiveLatency(900.0, 20.0, 3.0)}, unusable={"acme/m1": "is cooling"})
    of = replace(scene.task, held=HeldPrompt(first, 100, 5000), generated=True)
    try:
        found = rank(prepare(scene.models), of, scene.demands, 0.5, around)
    except NoEligibleModel:
        return
    for each in found.candidates:
        parts = (each.standing, each.quality, each.price, each.wait, each.quality.interval)
        assert {type(value) for part in parts for value in part} <= {*PLAIN, Grounds, NoneType}
    for out in found.excluded:
        assert {type(value) for value in (*(out.place or ()), *(each.distance for each in out.violations))} <= {*PLAIN}


@given(scenes)
def test_of_one_model_alone_the_same_is_expected_as_among_all(scene: Scene):
    columns = prepare(scene.models)
    around = Surroundings(live={scene.models[0].id: LiveLatency(900.0, 20.0, 3.0)})
    try:
        found = rank(columns, scene.task, FREE, 0.5, around).candidates
    except NoEligibleModel:
        return
    for each in found:
        alone = columns.only(each.model.id)
        assert alone is not None
        expected = each.wait.ms, each.quality.expected, each.standing.will_not_answer
        assert outlook(alone, scene.task, FREE, around) == expected
        assert wait_for(alone, 0, around) <= wait_for(alone, 10, around)


def test_who_is_not_there_is_nowhere():
    columns = prepare([model("a"), model("b")])
    assert columns.only("acme/c") is None
    assert columns.among(["acme/b", "acme/c", "acme/a"]) == [1, 0]


def test_what_has_no_end_is_a_number_all_the_same():
    endless = model("a", max_output_tokens=None, context_window=10**30)
    columns = prepare([endless, model("b", max_output_tokens=10**30, status=ModelStatus.DISABLED)])
    assert columns.most_output.tolist() == [BOUNDLESS, BOUNDLESS]
    assert columns.safe_tokens.tolist() == [BOUNDLESS, -1]
    assert [each.model for each in rank(columns, task(), FREE, 0.5, HERE).candidates] == [endless]


def test_where_there_is_no_model_nobody_is_left():
    with pytest.raises(NoEligibleModel):
        rank(prepare([]), task(), FREE, 0.5, HERE)
