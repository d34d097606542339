"""The objective's figures, at the points where they can be said without its code."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from llm_router.ranking.objective import NEGLIGIBLE_USD, WILL_DO, Standing, places_of, thrift
from tests.support.places import place_of


def thrift_of(usd: float) -> float:
    return float(thrift(np.array([usd]))[0])


def test_thrift_is_whole_for_nothing_and_gone_at_a_dollar_a_request():
    assert NEGLIGIBLE_USD == 1e-4
    assert thrift_of(0.0) == 1.0
    assert thrift_of(1.0) == pytest.approx(0.0, abs=1e-4)
    assert thrift_of(10.0) == pytest.approx(-0.25, abs=1e-4)


def test_thrift_falls_by_a_quarter_for_ten_times_the_money():
    assert thrift_of(9 * NEGLIGIBLE_USD) == pytest.approx(0.75)
    assert thrift_of(99 * NEGLIGIBLE_USD) == pytest.approx(0.5)
    assert thrift_of(NEGLIGIBLE_USD) == pytest.approx(1 - 0.30103 / 4, abs=1e-5)


@pytest.mark.parametrize(("preference", "score"), [(0.0, 0.75), (1.0, 0.9), (0.5, 0.825), (0.2, 0.78)])
def test_the_score_weighs_quality_against_thrift_by_the_preference(preference: float, score: float):
    found = Standing(*place_of("acme/one", 0.9, 9 * NEGLIGIBLE_USD, preference))
    assert found.score == pytest.approx(score)
    assert (found.quality, found.usd, found.model_id) == (0.9, 9 * NEGLIGIBLE_USD, "acme/one")


def test_what_will_not_do_comes_after_everything_that_will():
    assert Standing(*place_of("a", WILL_DO, 0.0, 0.5)).will_not_do is False
    assert Standing(*place_of("a", WILL_DO - 1e-9, 0.0, 0.5)).will_not_do is True
    assert Standing(*place_of("a", 0.9, 0.0, 0.5, evidenced=False)).will_not_do is True
    assert place_of("free and bad", 0.49, 0.0, 0.0) > place_of("dear and fair", 0.5, 50.0, 0.0)


@pytest.mark.parametrize("preference", [0.0, 0.5, 1.0])
def test_what_will_not_answer_comes_after_everything_that_may(preference: float):
    assert Standing(*place_of("a", 0.9, 0.0, 0.5)).will_not_answer is False
    silent = place_of("free and good", 0.99, 0.0, preference, silent=True)
    assert Standing(*silent).will_not_answer is True
    assert silent > place_of("dear and bad", 0.1, 50.0, preference)
    assert silent > place_of("unknown", 0.5, 50.0, preference, evidenced=False)


def test_of_equals_the_cheaper_the_better_the_sooner_done_and_the_first_of_the_alphabet_wins():
    assert place_of("b", 0.9, 0.1, 1.0) < place_of("a", 0.9, 0.2, 1.0)
    assert place_of("b", 0.9, 0.1, 0.0) < place_of("a", 0.8, 0.1, 0.0)
    assert place_of("b", 0.9, 0.1, 0.5, wait_ms=1.0) < place_of("a", 0.9, 0.1, 0.5, wait_ms=2.0)
    assert place_of("a", 0.9, 0.1, 0.5) < place_of("b", 0.9, 0.1, 0.5)


def test_speed_counts_for_nothing_where_quality_or_cost_differ():
    assert place_of("a", 0.9, 0.1, 0.5, wait_ms=1e9) < place_of("b", 0.9, 0.11, 0.5)
    assert place_of("a", 0.9, 0.1, 0.5, wait_ms=1e9) < place_of("b", 0.89, 0.1, 0.5)


@pytest.mark.parametrize("most", [1, 5, 20, 59, 60, 100])
@pytest.mark.parametrize("preference", [0.0, 0.3, 1.0])
def test_the_best_of_many_are_found_without_sorting_all_and_with_everything_that_ties_with_them(most, preference):
    for seed in range(20):
        random = Random(seed)
        quality = np.array([random.choice([0.2, 0.6, 0.7, random.random()]) for _ in range(60)])
        usd = np.array([random.choice([0.0, 1e-3, 10 ** random.uniform(-6, 6), 1e300]) for _ in range(60)])
        wait = np.array([random.choice([1.0, 2.0]) for _ in range(60)])
        evidenced, silent = (np.array([random.random() < share for _ in range(60)]) for share in (0.9, 0.2))
        found = places_of(quality, usd, preference, wait_ms=wait, evidenced=evidenced, silent=silent)
        rows = np.flatnonzero([random.random() < 0.8 for _ in range(60)])
        names = [f"{row:02}" for row in range(60)]

        def in_order(places, names=names, found=found):
            return sorted(found.of(places, [names[place] for place in places]))

        assert in_order(found.first(rows, most))[:most] == in_order(rows)[:most]
