"""The measuring of the choice: what it says of outcomes whose truth is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llm_router.taxonomy import Category, Difficulty
from tests.support.pages import DOCS
from tests.support.tasks import classification
from training import outcomes as measured_outcomes
from training.evaluate import CHOICE, REPORT
from training.evaluation.bootstrap import resamples
from training.evaluation.choice import (
    area,
    blinded,
    folds_of_kinds,
    folds_of_prompts,
    hull,
    ours,
    step_area,
    usd_at,
)
from training.evaluation.choice_areas import OURS, Measured, beside_singles, compared, endpoints, measured
from training.evaluation.choice_default import END, MARK, landing, told
from training.evaluation.fitted_models import fitted_models
from training.evaluation.outcome_sets import OutcomeSet


def specialists() -> OutcomeSet:
    """Two cheap models, each good at one category alone, and a dear one that is good at both."""
    prompts = 240
    random = np.random.default_rng(3)
    categories = [Category.CODING, Category.MATH] * (prompts // 2)
    chances = np.array([[0.9, 0.1, 0.92] if each is Category.CODING else [0.1, 0.9, 0.92] for each in categories])
    found = tuple(classification(each, Difficulty.EASY, 0.2) for each in categories)
    usd = np.tile([1e-4, 1e-4, 4e-3], (prompts, 1))
    scores = (random.random(chances.shape) < chances).astype(np.float64)
    return OutcomeSet("specialists", ("coder", "reckoner", "master"), tuple(map(str, categories)), found, scores, usd)


def test_a_frontier_never_falls_and_leaves_out_what_lots_would_beat():
    x, y = hull(np.array([3.0, 1.0, 2.0, 2.5]), np.array([0.9, 0.5, 0.6, 0.4]))
    assert (x.tolist(), y.tolist()) == ([1.0, 3.0], [0.5, 0.9])


def test_area_and_prices_of_a_line_are_those_of_geometry():
    usd, scores = np.array([0.0, 1.0]), np.array([0.2, 0.8])
    assert area(usd, scores, 0, 1) == pytest.approx(0.5)
    assert usd_at(usd, scores, 0.5) == pytest.approx(0.5)
    assert usd_at(usd, scores, 0.9) == float("inf")
    assert step_area(usd, scores, 0, 0.5) == pytest.approx(0.2)


def in_known_kinds(outcomes: OutcomeSet) -> dict[str, Measured]:
    folds = folds_of_prompts(outcomes)
    ways = compared(outcomes, ours(outcomes, folds, judged=True), ours(blinded(outcomes), folds, judged=True))
    return {each.way: each for each in measured(outcomes, ways, resamples(outcomes))}


def test_where_categories_decide_the_ranking_beats_every_other_way():
    ways = in_known_kinds(specialists())
    assert next(iter(ways)) == OURS
    assert all(each.behind.prompts[0] > 0 for each in ways.values() if each.way != OURS)


def test_where_nothing_can_be_told_apart_the_interval_says_so():
    outcomes = specialists()
    same = replace(outcomes, found=(classification(),) * len(outcomes.found))
    assert in_known_kinds(same)["random mix"].behind.prompts[0] < 0.02


def lopsided() -> OutcomeSet:
    """Two models of one price, each good at three of six kinds of coding; nearly all prompts are of the first kind."""
    kinds = np.repeat(np.arange(6), [500, 20, 20, 20, 20, 20])
    good = np.stack([kinds % 2 == 0, kinds % 2 == 1], axis=1)
    scores = (np.random.default_rng(5).random(good.shape) < np.where(good, 0.9, 0.1)).astype(np.float64)
    found = (classification(Category.CODING, Difficulty.MEDIUM, 0.5),) * len(kinds)
    names = tuple(f"kind {kind}" for kind in kinds)
    return OutcomeSet("lopsided", ("one", "other"), names, found, scores, np.full(scores.shape, 1e-4))


def gap_in_coding(outcomes: OutcomeSet) -> tuple[float, float]:
    one, other = (
        entry.quality[Category.CODING][Difficulty.MEDIUM] for entry in fitted_models(outcomes, np.arange(600))
    )
    return one.mean - other.mean, one.sd


def test_what_one_kind_shows_often_is_not_believed_of_its_whole_category():
    outcomes = lopsided()
    gap, sd = gap_in_coding(outcomes)
    assert gap < 0.3
    assert sd > 0.2
    as_if_kinds_were_alike = replace(outcomes, kinds=tuple(f"kind {place % 6}" for place in range(600)))
    assert gap_in_coding(as_if_kinds_were_alike)[0] > 0.5


def test_resamples_are_weights_and_those_of_kinds_take_kinds_whole():
    outcomes = specialists()
    draws = resamples(outcomes)
    for weights in (draws.whole, draws.prompts, draws.kinds):
        assert weights.sum(axis=1) == pytest.approx(np.ones(len(weights)))
    coding = np.array([kind == "coding" for kind in outcomes.kinds])
    assert (draws.kinds[:, coding] == draws.kinds[:, coding][:, :1]).all()


def test_beside_a_single_model_ours_is_as_good_for_less_where_specialists_are_cheap():
    outcomes = specialists()
    ranking = ours(outcomes, folds_of_prompts(outcomes), judged=True)
    (best,) = beside_singles(outcomes, ranking, [endpoints(outcomes).strong], resamples(outcomes))
    assert best.model == "master"
    assert best.more.prompts[0] > -0.05
    at_default = landing("specialists", outcomes, ranking)
    assert at_default.usd_of_best < 0.5
    assert at_default.than_mix > 0.2


def test_the_table_of_the_page_about_choosing_is_that_of_the_report():
    page, report = (DOCS / "choosing.md").read_text("utf-8"), (REPORT / CHOICE).read_text("utf-8")
    table = page.partition(MARK)[2].partition(END)[0].strip()
    assert table.startswith("| outcomes |")
    assert table in report
    assert told(page, table.splitlines()) == page
    with pytest.raises(ValueError, match="no place"):
        told("a page without marks", [])


def test_natural_questions_and_what_routerbench_asks_are_not_trained_on(tmp_path: Path):
    twin = measured_outcomes.ALSO_IN_ROUTERBENCH.read_text("utf-8").split()[0]
    rows = [("kept:1", "mbpp"), (twin, "mbpp"), ("left-out:1", measured_outcomes.NATURAL_QUESTIONS)]
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / f"{measured_outcomes.OUTCOMES}.jsonl").write_text(
        "".join(
            json.dumps({"id": name, "task": task, "prompt": "?", "outcomes": {"m": 1}}) + "\n" for name, task in rows
        )
    )
    assert [row["id"] for row in measured_outcomes.measured_rows(tmp_path)] == ["kept:1", twin]
    for name in (measured_outcomes.LEVELS, measured_outcomes.WORD_PROBLEMS):
        (tmp_path / "train" / f"{name}.jsonl").write_text("")
    both = [*measured_outcomes.training_outcomes(tmp_path), *measured_outcomes.development_outcomes(tmp_path)]
    assert len(both) == 1


def test_folds_are_a_partition_and_the_ends_are_chosen_in_favour_of_the_baselines():
    outcomes = specialists()
    for folds in (folds_of_prompts(outcomes), folds_of_kinds(outcomes)):
        assert sorted(np.concatenate(folds).tolist()) == list(range(len(outcomes.found)))
    ends = endpoints(outcomes)
    assert outcomes.models[ends.strong] == "master"
    assert ends.cheap == ends.cheapest
    assert outcomes.scores.mean(axis=0)[ends.cheapest] == outcomes.scores[:, :2].mean(axis=0).max()
