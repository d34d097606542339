"""What outcomes measured here make of an estimate: praise never costs a model anything, and nothing weighs too much."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm_router.catalogue.entry import Basis, ModelEntry, QualityEstimate
from llm_router.catalogue.quality import IMPUTED_WEIGHT, LEAST_SD, PRIOR_WEIGHT, shrink
from llm_router.outcomes import Observed, Tally
from llm_router.ranking.posterior import joined, pooled
from llm_router.ranking.prepared import prepare
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model, quality

SURE = QualityEstimate(0.9658, 0.01, PRIOR_WEIGHT, "livebench", "2026-01-01", imputed=False, basis=Basis.CORRECTNESS)
INFERRED = QualityEstimate(0.8, 0.1, IMPUTED_WEIGHT, "lmarena", "2026-01-01", imputed=True, basis=Basis.PREFERENCE)
ROUNDING = 1e-9

shares = st.floats(0, 1)
priors = st.builds(
    QualityEstimate,
    mean=shares,
    sd=st.floats(0, 0.5),
    n=st.sampled_from([0.0, IMPUTED_WEIGHT, PRIOR_WEIGHT, 1000.0]),
    source=st.just("acme"),
    as_of=st.none(),
    imputed=st.booleans(),
)
counts = st.floats(0, 200)
weights = st.floats(0.01, 50)
cautions = st.floats(0, 1)


def cautious(found: QualityEstimate, caution: float) -> float:
    return max(0.0, found.mean - caution * found.sd)


@given(priors, counts, shares, weights, cautions)
@example(SURE, 0.0, 0.0, 1.0, 0.5)
def test_a_success_never_lowers_the_cautious_quality_and_a_failure_never_raises_it(
    prior, count, share, weight, caution
):
    before = cautious(shrink(prior, count, share * count), caution)
    praised = cautious(shrink(prior, count + weight, share * count + weight), caution)
    blamed = cautious(shrink(prior, count + weight, share * count), caution)
    assert blamed - ROUNDING <= before <= praised + ROUNDING


@given(priors, weights, shares, shares, cautions)
def test_the_better_judgements_are_the_higher_is_the_cautious_quality(prior, count, one, other, caution):
    worse, better = (shrink(prior, count, share * count) for share in sorted((one, other)))
    assert cautious(worse, caution) <= cautious(better, caution) + ROUNDING


@given(priors, counts, shares, weights, cautions)
def test_praise_raises_an_estimate_by_no_more_than_its_share_of_the_weight(prior, count, share, weight, caution):
    before = cautious(shrink(prior, count, share * count), caution)
    praised = cautious(shrink(prior, count + weight, share * count + weight), caution)
    of_all = weight / (prior.n + count + weight)
    assert praised <= before + of_all * (1 - before) + ROUNDING


@given(priors, weights)
def test_outcomes_at_the_rate_that_was_expected_never_widen_the_interval(prior, count):
    found = shrink(prior, count, count * prior.mean)
    assert found.mean == pytest.approx(prior.mean)
    assert found.sd <= prior.sd + ROUNDING


@given(priors, counts, st.floats(0.5, 1), weights)
def test_more_of_the_likelier_outcome_never_widens_the_interval(prior, count, share, weight):
    likely = replace(prior, mean=max(prior.mean, 1 - prior.mean))
    before = shrink(likely, count, share * count)
    assert shrink(likely, count + weight, share * count + weight).sd <= before.sd + ROUNDING
    unlikely = replace(likely, mean=1 - likely.mean)
    before = shrink(unlikely, count, (1 - share) * count)
    assert shrink(unlikely, count + weight, (1 - share) * count).sd <= before.sd + ROUNDING


@given(priors, shares)
def test_many_outcomes_have_the_say(prior, share):
    count = 1e7
    found = shrink(prior, count, share * count)
    assert found.mean == pytest.approx(share, abs=1e-3)
    assert found.sd <= max(LEAST_SD, 2 * math.sqrt(share * (1 - share) / count))


@given(priors, shares)
def test_an_outcome_that_hardly_counts_hardly_changes_anything(prior, share):
    known = replace(prior, n=max(prior.n, IMPUTED_WEIGHT))
    found = shrink(known, 1e-9, share * 1e-9)
    assert found.mean == pytest.approx(prior.mean, abs=1e-6)
    assert found.sd == pytest.approx(prior.sd, abs=1e-4)
    assert found.imputed == prior.imputed


def test_a_sure_estimate_is_not_less_sure_for_being_right_and_is_for_being_wrong():
    assert shrink(SURE, 1, 1).sd == SURE.sd
    assert shrink(SURE, 1, 0).sd == pytest.approx(0.018, abs=0.001)
    assert shrink(SURE, 50, 25).sd > shrink(SURE, 1, 0).sd


def test_one_judgement_does_not_lift_a_model_past_one_that_is_known_to_be_better():
    assert cautious(shrink(replace(SURE, mean=0.9), 1, 1), 0.0) < SURE.mean
    for caution in (0.0, 0.5, 1.0):
        assert cautious(shrink(INFERRED, 1, 1), caution) < cautious(SURE, caution)


def test_what_is_inferred_stays_so_until_more_is_judged_than_it_weighs():
    few, many = shrink(INFERRED, IMPUTED_WEIGHT, 1), shrink(INFERRED, IMPUTED_WEIGHT + 1, 1)
    assert (few.imputed, few.basis) == (True, Basis.PREFERENCE)
    assert (many.imputed, many.basis) == (False, Basis.OUTCOMES)
    assert not shrink(SURE, 1, 1).imputed


@given(weights, shares, st.floats(0, 1, exclude_min=True), cautions)
def test_a_success_never_lowers_a_model_that_often_does_not_answer(count, share, answered, caution):
    """The mean counts less by the share of attempts that went unanswered; the uncertainty does not."""

    def seen(good: float, n: float) -> float:
        judged = {Category.MATH: {Difficulty.HARD: Tally(n, good)}}
        table = {Category.MATH: {Difficulty.HARD: INFERRED}}
        found = joined(table, Observed(judged, tries=1000.0, answered=1000.0 * answered))
        return cautious(found[Category.MATH][Difficulty.HARD], caution)

    before = seen(share * count, count)
    assert seen(share * count, count + 1) - ROUNDING <= before <= seen(share * count + 1, count + 1) + ROUNDING


HERE, THERE = model("m", provider="acme"), model("m-turbo", provider="beta", display_name="M")
POOR, FAIR = Tally(5.0, 0.0), Tally(1.0, 0.5)


def judged(tally: Tally, **attempts: float) -> Observed:
    return Observed({Category.CODING: {Difficulty.EASY: tally}}, **attempts)


def test_judgements_of_a_model_count_at_all_its_providers_and_attempts_at_each_alone():
    seen = {HERE.id: judged(POOR, tries=8.0, answered=4.0), THERE.id: judged(FAIR)}
    found = pooled([HERE, THERE], seen)
    assert found[HERE.id] == judged(Tally(6.0, 0.5), tries=8.0, answered=4.0)
    assert found[THERE.id] == judged(Tally(6.0, 0.5))
    assert pooled([HERE, THERE], {HERE.id: judged(POOR)})[THERE.id] == judged(POOR)
    here, there = prepare([HERE, THERE], {HERE.id: judged(POOR)})
    assert here.curves is there.curves


@pytest.mark.parametrize(
    "other",
    [
        replace(THERE, display_name="M Mini"),
        replace(THERE, quality=quality(0.9, 0.8, 0.7)),
        replace(THERE, quality={}),
    ],
    ids=["called otherwise", "other evidence", "no evidence"],
)
def test_judgements_of_one_model_say_nothing_of_another(other: ModelEntry):
    seen = {HERE.id: judged(POOR), other.id: judged(FAIR)}
    assert pooled([HERE, other], seen) == seen
    assert pooled([HERE, other], {HERE.id: judged(POOR)}).keys() == {HERE.id}


def test_models_that_are_called_alike_and_of_which_nothing_is_known_are_not_taken_for_one():
    blank = [replace(entry, quality={}) for entry in (HERE, THERE)]
    assert pooled(blank, {HERE.id: judged(POOR)}).keys() == {HERE.id}
