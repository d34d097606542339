"""How measures are put on one scale, combine, and give way to measured outcomes."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from llm_router.catalogue.abilities import Ability, combine
from llm_router.catalogue.entry import Basis, QualityEstimate
from llm_router.catalogue.evidence import Evidence, Figure
from llm_router.catalogue.linking import link, links
from llm_router.catalogue.quality import LEAST_SD, PRIOR_WEIGHT, shrink
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Reading, Scale, Score
from llm_router.catalogue.tables import tables
from llm_router.taxonomy import Category
from tests.support.sources import TODAY, reading


def test_too_few_common_models_put_no_measure_on_the_scale():
    few = Reading(
        "artificial_analysis",
        10,
        TODAY,
        scores=[Score("o3", "aime", 0.9, Scale.SHARE), Score("x", "aime", 0.1, Scale.SHARE)],
    )
    evidence = Evidence([reading("lmarena"), few], quality_map(), tables())
    found = links(evidence, list(tables().models.values()), quality_map().categories[Category.MATH], quality_map())
    assert not any(measure.source == "artificial_analysis" for measure in found)


def test_what_has_no_spread_links_nothing():
    apart = {name: float(place) for place, name in enumerate("abcdefgh")}
    same = dict.fromkeys("abcdefgh", 0.1)
    assert (link(same, apart, 8), link(apart, same, 8)) == (None, None)


@given(
    st.dictionaries(st.sampled_from("abcdefghijkl"), st.floats(-5, 5), min_size=8),
    st.floats(0.1, 50),
    st.floats(-2000, 2000),
)
def test_linking_undoes_any_change_of_unit(values, factor, shift):
    assume(len({round(value, 3) for value in values.values()}) > 2)
    moved = {name: factor * value + shift for name, value in values.items()}
    found = link(values, moved, 8)
    assert found is not None
    for name, value in values.items():
        assert found.offset + found.slope * value == pytest.approx(moved[name], abs=1e-6 * (1 + abs(shift)))


@pytest.mark.parametrize("count", [8, 13, 30, 100])
def test_one_absurd_point_moves_nobody_else_by_more_than_a_little_however_absurd_it_is(count: int):
    random = Random(count)
    values = {f"m{number:02}": random.gauss(0, 1) for number in range(count)}
    scale = {name: 1300 + 80 * value + random.gauss(0, 30) for name, value in values.items()}
    fair, moved = link(values, scale, 8), link(values, {**scale, "m03": 0.0}, 8)
    assert fair is not None
    assert moved is not None
    assert moved == link(values, {**scale, "m03": 1e9}, 8)
    assert moved.overlap < count
    for name in values.keys() - {"m03"}:
        assert abs(moved.apply(Figure(values[name], 0)).value - fair.apply(Figure(values[name], 0)).value) < 30


abilities = st.lists(
    st.builds(
        Ability,
        points=st.floats(900, 1600),
        sd=st.floats(5, 200),
        sources=st.just(frozenset({"s"})),
        basis=st.sampled_from([Basis.CORRECTNESS, Basis.PREFERENCE]),
        as_of=st.just(TODAY),
    ),
    min_size=1,
    max_size=5,
)


@given(abilities)
def test_combined_measures_lie_between_their_extremes_and_agreeing_ones_are_surer_than_any_alone(given_abilities):
    found = combine(given_abilities)
    points = [ability.points for ability in given_abilities]
    assert min(points) - 1e-6 <= found.points <= max(points) + 1e-6
    agreed = combine([replace(ability, points=1200.0) for ability in given_abilities])
    assert agreed.sd <= min(ability.sd for ability in given_abilities) + 1e-9
    assert found.sd >= agreed.sd - 1e-9


priors = st.builds(
    QualityEstimate,
    mean=st.floats(0.02, 0.98),
    sd=st.floats(0.01, 0.3),
    n=st.just(PRIOR_WEIGHT),
    source=st.just("lmarena"),
    as_of=st.just(TODAY),
    imputed=st.just(False),
    basis=st.just(Basis.PREFERENCE),
)
outcomes = st.lists(st.floats(0, 1), min_size=1, max_size=200)


@given(priors, outcomes)
def test_measured_outcomes_draw_the_prior_towards_their_mean_in_proportion_to_their_number(prior, seen):
    found = shrink(prior, len(seen), math.fsum(seen))
    mean = math.fsum(seen) / len(seen)
    share = len(seen) / (len(seen) + 10)
    assert found.mean == pytest.approx((1 - share) * prior.mean + share * mean)
    assert found.n == prior.n + len(seen)
    assert found.source == "lmarena+outcomes"
    assert LEAST_SD <= found.sd <= max(prior.sd, 0.5)


@given(priors)
def test_no_outcomes_leave_the_prior_as_it_is_and_a_thousand_replace_it(prior):
    assert shrink(prior, 0, 0) == prior
    many = shrink(prior, 1000, 500)
    assert many.mean == pytest.approx(0.5, abs=0.01)
    assert many.sd < 0.02 + 0.01 * prior.sd
    assert many.basis is Basis.OUTCOMES
