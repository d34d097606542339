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
from llm_router.ranking.columns import prepare
from llm_router.ranking.explanation import reasons
from llm_router.ranking.posterior import joined, pooled
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model, quality, task

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
def test_praise_raises_a_mean_by_no_more_than_its_share_of_the_weight_and_what_counts_by_twice_that(
    prior, count, share, weight, caution
):
    before, praised = shrink(prior, count, share * count), shrink(prior, count + weight, share * count + weight)
    of_all = weight / (prior.n + count + weight)
    assert praised.mean <= before.mean + of_all * (1 - before.mean) + ROUNDING
    counted = cautious(before, caution)
    assert cautious(praised, caution) <= counted + 2 * of_all * (1 - counted) + ROUNDING


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
    assert SURE.sd < shrink(SURE, 1, 0).sd < shrink(SURE, 5, 0).sd


def test_what_outcomes_have_drawn_down_is_as_unsure_as_it_was_easily_drawn():
    """What gives way to five outcomes as if it were ten is not as sure as hundreds would be."""
    found = shrink(SURE, 5, 0)
    assert found.sd == pytest.approx(math.sqrt(found.mean * (1 - found.mean) / 15))
    assert shrink(SURE, 1, 0).sd == pytest.approx((SURE.mean - shrink(SURE, 1, 0).mean) * 10 / 11)
    assert shrink(SURE, 50, 25).sd == pytest.approx(0.064, abs=0.001)


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


tallies = st.dictionaries(st.sampled_from(Difficulty), st.tuples(counts, shares), max_size=3)
falling = st.lists(priors, min_size=3, max_size=3).map(lambda found: sorted(found, key=lambda prior: -prior.mean))


def in_coding(found: list[QualityEstimate], seen: dict[Difficulty, tuple[float, float]]) -> list[float]:
    """What is expected at each difficulty, of a model that was judged so often and so well."""
    table = {Category.CODING: dict(zip(Difficulty, found, strict=True))}
    judged = {level: Tally(count, share * count) for level, (count, share) in seen.items()}
    drawn = joined(table, Observed({Category.CODING: judged}))[Category.CODING]
    return [drawn[level].mean for level in Difficulty]


@given(falling, tallies)
def test_no_judgement_lets_a_model_do_harder_work_better_than_easier(found, seen):
    easy, medium, hard = in_coding(found, seen)
    assert easy + ROUNDING >= medium >= hard - ROUNDING


@given(falling, tallies, st.sampled_from(Difficulty), weights)
def test_praise_lowers_a_model_at_no_difficulty_and_blame_raises_it_at_none(found, seen, level, weight):
    count, share = seen.get(level, (0.0, 0.0))
    before = in_coding(found, seen)
    for good, is_no_worse in ((count * share + weight, True), (count * share, False)):
        after = in_coding(found, seen | {level: (count + weight, good / (count + weight))})
        for one, other in zip(before, after, strict=True):
            assert (one - ROUNDING <= other) if is_no_worse else (other <= one + ROUNDING)


def test_cells_that_were_judged_past_each_other_meet_by_what_they_rest_on():
    found = [replace(SURE, mean=mean) for mean in (0.9755, 0.95, 0.7312)]
    medium = 0.95 * 10 / 15
    both = (medium * 15 + 0.7312 * 10) / 25
    assert in_coding(found, {Difficulty.MEDIUM: (5.0, 0.0)}) == pytest.approx([0.9755, both, both])
    assert in_coding(found, {Difficulty.MEDIUM: (5.0, 1.0)})[2] == 0.7312


def test_figures_that_an_operator_gave_in_another_order_stay_in_it():
    found = [replace(SURE, mean=mean) for mean in (0.7, 0.8, 0.9)]
    assert in_coding(found, {Difficulty.EASY: (1.0, 0.7)}) == pytest.approx([0.7, 0.8, 0.9])


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
    here, there = prepare([HERE, THERE], {HERE.id: judged(POOR)}).rows
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


@pytest.mark.parametrize(
    ("good", "known", "words"),
    [
        (0.0, True, "lowered from 80% by judgements made here"),
        (20.0, True, "raised from 80% by judgements made here"),
        (16.0, True, None),
        (20.0, False, "known from judgements made here alone"),
    ],
)
def test_what_judgements_have_done_is_told(good: float, known: bool, words: str | None):
    of = model("m", chances=(0.8, 0.7, 0.6)) if known else model("m", quality={})
    easy = task(difficulty=Difficulty.EASY, complexity=0.2)
    for category in (Category.CODING, Category.MATH):
        seen = {of.id: Observed({category: {Difficulty.EASY: Tally(20.0, good)}})}
        (found,) = rank(prepare([of], seen), easy, Constraints(), 0.5, Surroundings()).candidates
        told = [each for each in reasons(found) if "judgements" in each]
        assert told == ([words] if words and category is Category.CODING else [])
        assert not any("inferred" in each for each in reasons(found))
