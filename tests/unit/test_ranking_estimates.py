"""What a ranking rests on, to the digit: waits, and a catalogue made ready."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from llm_router.adapters.sources import artificial_analysis
from llm_router.catalogue.entry import Capability, Latency, LongPrompt, Provenance
from llm_router.errors import NoEligibleModel
from llm_router.outcomes import LiveLatency, Observed, Tally
from llm_router.ranking.columns import Columns, prepare
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.ranking.latency import (
    ASSUMED_OF_LARGE,
    ASSUMED_OF_SMALL,
    PRIOR_ANSWERS,
    SLOWEST,
    SMALL_USD_PER_MTOK,
    Wait,
    assumed_speed,
    waits_ms,
)
from llm_router.ranking.prepared import CATEGORY_INDEX, Prepared, Prices, log_odds
from llm_router.ranking.quality import Quality
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.ranking.told import told_ms
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model, quality, ready, task

THINKER = frozenset({Capability.REASONING})
FREE, HERE = Constraints(), Surroundings()
TIER = LongPrompt(200_000, 4.0, 12.0, 0.4)


def wait_ms(of: Prepared, live: LiveLatency | None, output: int, thinking: int = 0) -> float:
    """Until one model, of which so much is known from here, has thought and written so many tokens."""
    seen = {} if live is None else {of.model.id: live}
    (found,) = waits_ms(Columns.of([of]), np.array([output]), np.array([thinking]), seen).tolist()
    return found


@pytest.mark.parametrize(("speed", "measured"), [(Latency(500, 80), True), (Latency(500, None), False)])
def test_a_wait_is_the_first_token_and_then_each_at_its_speed(speed: Latency, measured: bool):
    assert wait_ms(ready(latency=Latency(500, 80)), None, 80) == 1500
    ms = 500 + 80 * 1000 / (speed.output_tokens_per_second or ASSUMED_OF_LARGE.tokens_per_second)
    (found,) = rank(prepare([model("m", latency=speed)]), task(output_tokens=80), FREE, 0.5, HERE).candidates
    assert (found.wait.ms, found.wait.measured) == (pytest.approx(ms), measured)


def test_what_was_measured_here_counts_by_how_often_against_the_catalogue():
    live = LiveLatency(time_to_first_token_ms=1000.0, output_tokens_per_second=50.0, n=15)
    share = 15 / (15 + PRIOR_ANSWERS)
    expected = (1 - share) * 500 + share * 1000 + 100 * ((1 - share) * 10 + share * 20)
    assert wait_ms(ready(latency=Latency(500, 100)), live, 100) == pytest.approx(expected)
    around = Surroundings(live={"acme/m": live, "acme/elsewhere": live})
    models = prepare([model("m", latency=Latency(None, None)), model("other", latency=Latency(None, None))])
    found = {each.model.id: each.wait for each in rank(models, task(), FREE, 0.5, around).candidates}
    assert found["acme/m"].measured
    unseen = {each.model.id: each.wait for each in rank(models, task(), FREE, 0.5, HERE).candidates}
    assert found["acme/other"] == unseen["acme/other"]


def test_a_speed_of_nothing_is_slow_and_not_a_division_by_nothing():
    live = LiveLatency(time_to_first_token_ms=0.0, output_tokens_per_second=0.0, n=PRIOR_ANSWERS)
    assert wait_ms(ready(latency=Latency(0, math.inf)), live, 1) == pytest.approx(5000)


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
    origins = {"time_to_first_token_ms": Provenance(artificial_analysis.NAME)}
    thinker = ready(latency=Latency(3000, 100), provenance=origins)
    assert wait_ms(thinker, live, 100, thinking=400) == pytest.approx(2000 + (100 + 200) * 10)


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
    one, other = prepare([model("one"), model("other")], {"acme/one": seen}).rows
    place = CATEGORY_INDEX[Category.MATH]
    assert one.curves[place] != other.curves[place]
    assert prepare([model("one")]).rows[0].curves == other.curves


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


def test_a_speed_that_nobody_has_measured_keeps_no_model_out_unless_it_is_too_slow_by_twice():
    slow = {"slow": 12.0, "slower": 4.0}
    known = [model(name, latency=Latency(500, speed)) for name, speed in slow.items()]
    guessed = [model(f"guessed {name}", latency=Latency(None, speed)) for name, speed in slow.items()]
    live = LiveLatency(500.0, 12.0, n=1000)
    seen = model("seen", latency=Latency(None, 12.0))
    models = prepare([model("quick", latency=Latency(500, 100)), *known, *guessed, seen])
    around = Surroundings(live={seen.id: live})
    found = rank(models, replace(task(output_tokens=400), within_s=23.0), FREE, 0.5, around)
    assert {each.model.id for each in found.candidates} == {"acme/quick", guessed[0].id}
    assert {each.model.id for each in found.excluded} == {*(each.id for each in known), guessed[1].id, seen.id}


def test_what_a_model_would_be_without_what_was_seen_here_is_told_of_each_that_anything_was_seen_of():
    judged, every = {Category.CHAT: {level: Tally(50, 10) for level in Difficulty}}, [model(name) for name in "abcd"]
    seen = {"acme/a": Observed(judged), "acme/b": Observed(tries=20, answered=15), "acme/d": Observed(judged, 20, 10)}

    def qualities(seen: dict[str, Observed]) -> dict[str, Quality]:
        found = rank(prepare(every, seen), task(), FREE, 0.5, HERE).candidates
        return {each.model.id: each.quality for each in found}

    found, unseen = qualities(seen), qualities({})
    unjudged = qualities({"acme/d": Observed(tries=20, answered=10)})["acme/d"]
    answering = qualities({"acme/d": Observed(judged, 20, 20)})["acme/d"]
    assert (found["acme/a"].before, found["acme/a"].if_answered) == (unseen["acme/a"], None)
    assert (found["acme/b"].before, found["acme/b"].if_answered) == (None, unseen["acme/b"])
    assert (found["acme/c"].before, found["acme/c"].if_answered) == (None, None)
    assert (found["acme/d"].before, found["acme/d"].if_answered) == (
        unjudged._replace(answered=1.0, if_answered=None),
        answering._replace(before=None),
    )


def test_several_demands_that_bind_together_are_all_named():
    limits = Constraints(max_cost_usd=1e-6, min_quality=0.99)
    with pytest.raises(NoEligibleModel) as refused:
        rank(prepare([model("m")]), task(), limits, 0.5, Surroundings())
    assert [each.path for each in refused.value.fields] == ["constraints.max_cost_usd", "constraints.min_quality"]
    assert " and constraints.min_quality: " in refused.value.message
