"""What a ranking rests on, to the digit: tokens, prices, waits, and a catalogue made ready."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from llm_router.adapters.sources import artificial_analysis
from llm_router.catalogue.entry import Capability, Latency, LongPrompt, Provenance
from llm_router.errors import NoEligibleModel
from llm_router.outcomes import LiveLatency, Observed, Tally
from llm_router.ranking.cost import THINKING_TOKENS, carried_usd, expected_price, expected_usd
from llm_router.ranking.latency import (
    ASSUMED_OF_LARGE,
    ASSUMED_OF_SMALL,
    PRIOR_ANSWERS,
    SLOWEST,
    SMALL_USD_PER_MTOK,
    Wait,
    assumed_speed,
    expected_wait,
)
from llm_router.ranking.prepared import CATEGORY_INDEX, Prepared, Prices, log_odds, prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Held, Surroundings, Task
from llm_router.ranking.tokens import ratios_of
from llm_router.ranking.told import told_ms
from llm_router.taxonomy import Category, Difficulty, Writing
from tests.support.models import billed_tokens, model, quality, task

ENGLISH = list(Writing).index(Writing.ENGLISH)
THINKER = frozenset({Capability.REASONING})
TIER = LongPrompt(200_000, 4.0, 12.0, 0.4)


def ready(**fields: object) -> Prepared:
    (prepared,) = prepare([model("m", **fields)])  # type: ignore[arg-type]
    return prepared


def held_by(name: str, *, history: int = 0, cached: int = 0) -> Task:
    return Task(
        {Category.CODING: 1.0}, Difficulty.EASY, 0.2, 1000, 100,
        held=Held(model_id=name, history_tokens=history, cached_tokens=cached),
    )  # fmt: skip


def test_a_wait_is_the_first_token_and_then_each_at_its_speed():
    assert expected_wait(500.0, 12.5, None, 80, measured=True) == Wait(1500.0, measured=True)
    assert expected_wait(500.0, 12.5, None, 80, measured=False) == Wait(1500.0, measured=False)


def test_what_was_measured_here_counts_by_how_often_against_the_catalogue():
    live = LiveLatency(time_to_first_token_ms=1000.0, output_tokens_per_second=50.0, n=15)
    share = 15 / (15 + PRIOR_ANSWERS)
    expected = (1 - share) * 500 + share * 1000 + 100 * ((1 - share) * 10 + share * 20)
    found = expected_wait(500.0, 10.0, live, 100, measured=False)
    assert found.ms == pytest.approx(expected)
    assert found.measured


def test_a_speed_of_nothing_is_slow_and_not_a_division_by_nothing():
    live = LiveLatency(time_to_first_token_ms=0.0, output_tokens_per_second=0.0, n=PRIOR_ANSWERS)
    assert expected_wait(0.0, 0.0, live, 1, measured=True).ms == pytest.approx(5000)


@pytest.mark.parametrize("speed", [1e-320, 1e-300, 1e-9])
def test_however_slow_a_catalogue_says_a_model_is_its_wait_is_a_number_that_can_be_told(speed: float):
    models = prepare([model("m", latency=Latency(500, speed))])
    (found,) = rank(models, task(output_tokens=400), Constraints(), 0.5, Surroundings()).candidates
    assert found.wait.ms == 500 + 400 * 1000 / SLOWEST
    assert told_ms(found.wait.ms) == 4_000_500


def test_thinking_within_a_measured_first_token_is_not_waited_for_twice():
    def wait_ms(measured_by: str) -> float:
        origins = {"time_to_first_token_ms": Provenance(measured_by)}
        thinker = model("m", latency=Latency(9000, 100), capabilities=THINKER, provenance=origins)
        of = task(difficulty=Difficulty.HARD, output_tokens=400)
        return rank(prepare([thinker]), of, Constraints(), 0.5, Surroundings()).candidates[0].wait.ms

    assert wait_ms(artificial_analysis.NAME) == 9000 + 400 * 10
    assert wait_ms("operator") == 9000 + (400 + THINKING_TOKENS[Difficulty.HARD]) * 10


def test_thinking_counts_by_the_share_of_what_was_measured_here():
    live = LiveLatency(time_to_first_token_ms=1000.0, output_tokens_per_second=100.0, n=PRIOR_ANSWERS)
    assert expected_wait(3000.0, 10.0, live, 500, measured=True, included=400).ms == 2000 + (100 + 200) * 10


@pytest.mark.parametrize("difficulty", Difficulty)
def test_only_a_model_that_reasons_thinks_and_by_how_hard_it_is(difficulty: Difficulty):
    of = task(difficulty=difficulty, output_tokens=400)
    assert billed_tokens(ready(), of, None) == (400, 0)
    assert billed_tokens(ready(capabilities=THINKER), of, None) == (400, THINKING_TOKENS[difficulty])


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_who_is_told_to_think_does_so_and_who_is_told_not_to_does_not(difficulty: Difficulty):
    asked, keen = ready(capabilities=THINKER, thinks=False), ready(thinks=True)
    unasked = task(difficulty=difficulty, output_tokens=400)
    told = replace(unasked, thinks_otherwise=frozenset({asked.model.id}))
    other = replace(unasked, thinks_otherwise=frozenset({"acme/other"}))
    for of in (unasked, other):
        assert billed_tokens(asked, of, None) == (400, 0)
        assert billed_tokens(keen, of, None) == (400, THINKING_TOKENS[difficulty])
    assert billed_tokens(asked, told, None) == (400, THINKING_TOKENS[difficulty])
    assert billed_tokens(asked, told, 4000) == (400, THINKING_TOKENS[difficulty])
    assert billed_tokens(keen, told, None) == (400, 0)


def test_an_answer_is_no_longer_than_the_model_writes_and_the_request_allows():
    of = task(difficulty=Difficulty.HARD, output_tokens=400)
    assert billed_tokens(ready(max_output_tokens=300), of, None) == (300, 0)
    assert billed_tokens(ready(max_output_tokens=None), of, None) == (400, 0)
    assert billed_tokens(ready(max_output_tokens=300), of, 200) == (200, 0)
    assert billed_tokens(ready(), replace(of, longest=300), 350) == (300, 0)
    assert billed_tokens(ready(), replace(of, longest=350), 300) == (300, 0)


def test_a_price_is_tokens_in_and_out_at_their_prices():
    of = task(input_tokens=1000, output_tokens=100)
    price = expected_price(ready(usd_in=2.0, usd_out=8.0, tokenizer="o200k"), of, None)
    tokens = round(1000 * ratios_of("o200k")[ENGLISH])
    assert price.usd == pytest.approx((tokens * 2 + 100 * 8) / 1e6)
    assert price[1:] == (tokens, 0, 100, 0, 100, 100, 0)
    assert expected_usd(ready(usd_in=None), of, 1000, 100) is None
    assert expected_price(ready(usd_out=None), of, None).usd is None


def test_what_the_cache_of_its_provider_holds_costs_a_model_less_and_no_other():
    plain, cheap = {"usd_in": 2.0, "usd_out": 8.0}, {"cached_input_usd_per_mtok": 0.5, "tokenizer": "o200k"}
    mine = ready(**plain, **cheap)
    ratio = ratios_of("o200k")[ENGLISH]
    with_cache = expected_price(mine, held_by("acme/m", cached=600), None)
    without = expected_price(mine, held_by("acme/other", cached=600), None)
    assert with_cache.cached_tokens == round(600 * ratio)
    assert without.cached_tokens == 0
    assert with_cache.usd is not None
    assert without.usd is not None
    assert without.usd - with_cache.usd == pytest.approx(600 * ratio * 1.5 / 1e6)
    more = expected_price(mine, held_by("acme/m", cached=5000), None)
    assert more.usd == pytest.approx((round(1000 * ratio) * 0.5 + 100 * 8) / 1e6)


def test_the_conversation_that_is_sent_along_is_read_from_the_cache_by_who_holds_it():
    mine = ready(usd_in=2.0, cached_input_usd_per_mtok=0.5, tokenizer="o200k")
    ratio = ratios_of("o200k")[ENGLISH]
    assert carried_usd(mine, held_by("acme/m", history=4000), 1000) == pytest.approx(4000 * ratio * 0.5 / 1e6)
    assert carried_usd(mine, held_by("acme/other", history=4000), 1000) == pytest.approx(4000 * ratio * 2.0 / 1e6)
    assert carried_usd(mine, held_by("acme/m"), 1000) == 0
    assert carried_usd(mine, task(), 1000) == 0
    assert carried_usd(ready(usd_in=None), held_by("acme/m", history=4000), 1000) == 0


def test_a_prompt_longer_than_its_bound_costs_what_long_ones_do_with_its_whole_answer():
    dear = ready(usd_in=2.0, usd_out=8.0, long_prompt=TIER)
    assert expected_usd(dear, task(), 200_000, 100) == pytest.approx((200_000 * 2 + 100 * 8) / 1e6)
    assert expected_usd(dear, task(), 200_001, 100) == pytest.approx((200_001 * 4 + 100 * 12) / 1e6)
    limits, long = Constraints(max_cost_usd=0.5), task(input_tokens=220_000)
    both = [model("flat", context_window=10**6), model("dear", context_window=10**6, usd_in=0.9, long_prompt=TIER)]
    found = rank(prepare(both), long, limits, 0.5, Surroundings())
    assert [each.model.api_alias for each in found.candidates] == ["flat"]
    assert [each.path for each in found.excluded[0].violations] == ["constraints.max_cost_usd"]


def test_the_conversation_before_a_request_makes_its_prompt_a_long_one():
    dear = ready(usd_in=2.0, usd_out=8.0, cached_input_usd_per_mtok=0.2, long_prompt=TIER, tokenizer="o200k")
    history = 300_000 * ratios_of("o200k")[ENGLISH]
    mine, others = held_by("acme/m", history=300_000), held_by("acme/other", history=300_000)
    assert expected_usd(dear, mine, 1000, 100) == pytest.approx((1000 * 4 + 100 * 12) / 1e6)
    assert carried_usd(dear, mine, 1000) == pytest.approx(history * 0.4 / 1e6)
    assert carried_usd(dear, others, 1000) == pytest.approx(history * 4 / 1e6)
    cached = expected_usd(dear, held_by("acme/m", cached=10**6), 250_000, 0)
    assert cached == pytest.approx(250_000 * 0.4 / 1e6)


def test_a_model_made_ready_has_its_figures_and_what_is_assumed_where_it_has_none():
    known = ready(usd_in=2.0, usd_out=8.0, cached_input_usd_per_mtok=0.5, latency=Latency(300, 100))
    assert known.prices == pytest.approx((2e-6, 8e-6, 5e-7, 2e-6))
    assert (known.long_prices, known.long_above) == (None, math.inf)
    assert (known.first_token_ms, known.ms_per_token, known.speed_measured) == (300, 10, True)
    assert not known.thinks
    assert ready(capabilities=THINKER).thinks
    assert ready(capabilities=THINKER, thinks=True).thinks
    assert not ready(capabilities=THINKER, thinks=False).thinks
    assert ready(thinks=True).thinks
    bare = ready(usd_in=2.0, usd_out=8.0, latency=Latency(None, None))
    assert bare.prices == pytest.approx((2e-6, 8e-6, 2e-6, 2e-6))
    assert (bare.first_token_ms, 1000 / bare.ms_per_token) == ASSUMED_OF_LARGE
    assert not bare.speed_measured
    assert not ready(latency=Latency(300, None)).speed_measured
    assert not ready(latency=Latency(None, 100)).speed_measured
    assert ready(usd_in=2.0, cached_input_usd_per_mtok=9.0).prices == pytest.approx((2e-6, 4e-6, 2e-6, 2e-6))
    assert ready(usd_in=0.0, usd_out=0.0).prices == Prices(0.0, 0.0, 0.0, 0.0)
    assert ready(usd_in=None, usd_out=8.0).prices is None
    assert ready(usd_in=2.0, usd_out=None).prices is None
    dear = ready(long_prompt=TIER)
    assert (dear.long_prices, dear.long_above) == (pytest.approx((4e-6, 12e-6, 4e-7, 4e-6)), 200_000)


def test_a_cheap_model_is_assumed_to_be_as_swift_as_small_ones_and_one_without_a_price_is_not():
    assert assumed_speed(SMALL_USD_PER_MTOK) == ASSUMED_OF_SMALL
    assert assumed_speed(SMALL_USD_PER_MTOK + 0.01) == assumed_speed(None) == ASSUMED_OF_LARGE
    assert ASSUMED_OF_SMALL.first_token_ms < ASSUMED_OF_LARGE.first_token_ms
    assert ASSUMED_OF_SMALL.tokens_per_second > ASSUMED_OF_LARGE.tokens_per_second
    half_known = ready(usd_in=0.1, usd_out=0.4, latency=Latency(300, None))
    assert (half_known.first_token_ms, 1000 / half_known.ms_per_token) == (300, ASSUMED_OF_SMALL.tokens_per_second)


def test_a_curve_has_log_odds_and_deviations_and_needs_all_three_difficulties():
    table = dict(quality(0.9, 0.7, 0.4, sd=0.1))
    del table[Category.CHAT]
    found = ready(quality=table).curves
    assert found[CATEGORY_INDEX[Category.CHAT]] is None
    assert found[CATEGORY_INDEX[Category.MATH]] == pytest.approx(
        (log_odds(0.9), log_odds(0.7), log_odds(0.4), 0.1, 0.1, 0.1, True, True, True, True)
    )
    assert log_odds(0.9) == pytest.approx(math.log(9))
    assert (log_odds(1.0), log_odds(0.0)) == pytest.approx((math.log(999), -math.log(999)))


def test_what_was_observed_of_a_model_moves_its_own_curve_alone():
    seen = Observed({Category.MATH: {Difficulty.EASY: Tally(1000, 1000)}})
    one, other = prepare([model("one"), model("other")], {"acme/one": seen})
    place = CATEGORY_INDEX[Category.MATH]
    assert one.curves[place] != other.curves[place]
    assert prepare([model("one")])[0].curves == other.curves


def test_an_unknown_tokenizer_has_the_ratios_of_the_others():
    assert ratios_of(None) == ratios_of("other") == ratios_of("never heard of it")
    assert ratios_of("o200k") != ratios_of("other")
    assert len(ratios_of("o200k")) == len(Writing)
    assert ratios_of("claude")[list(Writing).index(Writing.DEVANAGARI)] == 2.64
    assert ratios_of("cl100k")[list(Writing).index(Writing.THAI)] == 2.08


def test_the_speed_measured_here_decides_on_a_limit_of_latency_and_is_told():
    models = prepare([model("m", latency=Latency(500, 100))])
    slow = Surroundings(live={"acme/m": LiveLatency(9000.0, 10.0, n=1000)})
    limits = Constraints(max_latency_ms=6000)
    (found,) = rank(models, task(output_tokens=400), limits, 0.5, Surroundings()).candidates
    assert found.wait == Wait(4500.0, measured=True)
    with pytest.raises(NoEligibleModel) as refused:
        rank(models, task(output_tokens=400), limits, 0.5, slow)
    (problem,) = refused.value.fields
    assert problem.path == "constraints.max_latency_ms"
    nearest = problem.problem.removeprefix("binds; the nearest value that gives a model: ")
    assert 48_000 < int(nearest) < 49_000
    assert refused.value.message == (
        "No model meets the constraints; the nearest relaxation is "
        f"constraints.max_latency_ms: {nearest} (gives acme/m)."
    )


def test_a_model_that_cannot_be_used_now_is_out_with_its_reason_and_nothing_would_help():
    out = Surroundings(unusable={"acme/m": "is cooling"})
    (excluded,) = rank(prepare([model("m"), model("other")]), task(), Constraints(), 0.5, out).excluded
    assert (excluded.model.id, [each.detail for each in excluded.violations]) == ("acme/m", ["is cooling"])
    with pytest.raises(NoEligibleModel, match="whatever its constraints") as refused:
        rank(prepare([model("m")]), task(), Constraints(), 0.5, out)
    assert refused.value.fields == ()


def test_several_demands_that_bind_together_are_all_named():
    limits = Constraints(max_cost_usd=1e-6, min_quality=0.99)
    with pytest.raises(NoEligibleModel) as refused:
        rank(prepare([model("m")]), task(), limits, 0.5, Surroundings())
    assert [each.path for each in refused.value.fields] == ["constraints.max_cost_usd", "constraints.min_quality"]
    assert " and constraints.min_quality: " in refused.value.message
