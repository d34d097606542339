"""The objective's figures, at the points where they can be said without its code."""

from __future__ import annotations

import pytest

from llm_router.ranking.objective import NEGLIGIBLE_USD, WILL_DO, Standing, place_of, thrift


def test_thrift_is_whole_for_nothing_and_gone_at_a_dollar_a_request():
    assert NEGLIGIBLE_USD == 1e-4
    assert thrift(0.0) == 1.0
    assert thrift(1.0) == pytest.approx(0.0, abs=1e-4)
    assert thrift(10.0) == pytest.approx(-0.25, abs=1e-4)


def test_thrift_falls_by_a_quarter_for_ten_times_the_money():
    assert thrift(9 * NEGLIGIBLE_USD) == pytest.approx(0.75)
    assert thrift(99 * NEGLIGIBLE_USD) == pytest.approx(0.5)
    assert thrift(NEGLIGIBLE_USD) == pytest.approx(1 - 0.30103 / 4, abs=1e-5)


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
