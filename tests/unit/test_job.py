"""How long an answer may be: what the model can write, what its window holds, and what the caller pays for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given

from llm_router.catalogue.entry import Latency, LongPrompt
from llm_router.errors import NoEligibleModel
from llm_router.generation.attempt import Attempt
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart, Usage
from llm_router.generation.job import Job
from llm_router.generation.lost import Lost
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Failure
from llm_router.ranking.columns import prepare
from llm_router.ranking.latency import ASSUMED_OF_LARGE
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Surroundings
from llm_router.ranking.tokens import NO_TEXT, UNSURE, Reading, reading_of
from tests.support.models import model, scenes

ASKED = ChatRequest((ChatMessage(Role.USER, (TextPart("hello"),)),), max_tokens=8192)
DEAR = model("dear", usd_in=10.0, usd_out=40.0, context_window=128_000)


def job(input_tokens: int = 1000, most_usd: float | None = None) -> Job:
    return reading_job(Reading(input_tokens, NO_TEXT), most_usd)


def reading_job(reading: Reading, most_usd: float | None = None) -> Job:
    return Job(ASKED, (DEAR,), reading, until=25.0, most_usd_wanted=most_usd)


def test_without_bounds_of_its_own_a_model_is_asked_what_was_asked():
    assert job().asked_of(DEAR) is ASKED


def test_an_answer_as_long_as_is_asked_for_never_costs_more_than_the_caller_wants():
    bounded = job(most_usd=0.05)
    longest = bounded.asked_of(DEAR).max_tokens
    assert longest is not None
    assert 1 < longest < 8192
    unsure = int(1000 * UNSURE)
    assert (cost_usd(DEAR, Usage(unsure, longest)) or 1) <= 0.05
    assert (cost_usd(DEAR, Usage(unsure, longest + 2)) or 0) > 0.05


def test_a_long_prompt_costs_what_long_ones_do_and_its_answer_is_bounded_by_that():
    long = replace(DEAR, context_window=10**6, long_prompt=LongPrompt(900, 20.0, 60.0, 2.0))
    assert cost_usd(long, Usage(900, 10)) == pytest.approx((900 * 10 + 10 * 40) / 1e6)
    assert cost_usd(long, Usage(901, 10, cached_tokens=401)) == pytest.approx((500 * 20 + 401 * 2 + 10 * 60) / 1e6)
    longest = job(most_usd=0.05).asked_of(long).max_tokens or 0
    unsure = int(1000 * UNSURE)
    assert (cost_usd(long, Usage(unsure, longest)) or 1) <= 0.05 < (cost_usd(long, Usage(unsure, longest + 2)) or 0)


def test_a_small_window_leaves_room_for_what_is_read():
    small = model("small", context_window=4096)
    assert job(input_tokens=1000).asked_of(small).max_tokens == 4096 - 1100
    assert job(input_tokens=4000).asked_of(small).max_tokens == 48, "half of what there seems to be"
    assert job(input_tokens=9000).asked_of(small) is ASKED, "for the model to say"


def test_a_prompt_is_as_long_as_the_models_tokenizer_makes_it_in_its_script():
    russian, hindi = (reading_of(letter, 10_000) for letter in "жह")
    cheap, claude = replace(DEAR, tokenizer="o200k"), replace(DEAR, tokenizer="claude")
    assert (reading_job(russian).reads(cheap), reading_job(hindi).reads(claude)) == (6800, 26_400)
    bounded = reading_job(russian, most_usd=0.0905)
    assert bounded.asked_of(cheap).max_tokens == (90_500 - 74_810) // 40
    dear = reading_job(hindi, most_usd=0.35)
    longest = dear.asked_of(claude).max_tokens or 0
    assert (cost_usd(claude, Usage(26_400, longest)) or 1) <= dear.most_usd(claude) <= 0.35
    small = replace(cheap, context_window=8192)
    assert reading_job(russian).asked_of(small).max_tokens == 8192 - 7481


def test_the_last_money_buys_a_token():
    usd = (1100 * 10 + 40) / 1e6
    assert job(most_usd=usd).usd_with(DEAR, 1) == pytest.approx(usd)
    assert job(most_usd=usd).asked_of(DEAR).max_tokens == 1


@given(scenes)
def test_of_what_a_ranking_admits_nothing_is_asked_that_costs_more_or_is_longer_than_may_be(scene):
    answered = replace(scene.task, generated=True)
    try:
        found = rank(prepare(scene.models), answered, scene.demands, 0.5, Surroundings())
    except NoEligibleModel:
        assume(False)
    cap = scene.demands.max_cost_usd
    models = tuple(each.model for each in found.candidates)
    made = Job(ASKED, models, scene.task.reading, until=25.0, most_usd_wanted=cap)
    for each in models:
        longest = made.asked_of(each).max_tokens
        assert longest is not None
        assert longest >= 1
        assert cap is None or made.most_usd(each) <= cap * (1 + 1e-9)
        assert each.context_window is None or made.reads(each) + longest <= each.context_window


@pytest.mark.parametrize("failure", Failure)
def test_what_was_read_and_written_before_an_attempt_was_cut_off_or_came_to_nothing_is_booked(failure: Failure):
    lost = Lost(job())
    lost.count(Attempt(DEAR.id, DEAR.provider, 10_000.0, failure))
    billed = failure in (Failure.TIMEOUT, Failure.GARBAGE)
    written = 10 * (DEAR.latency.output_tokens_per_second or 0.0)
    assert lost.usd == pytest.approx((1000 * 10 + written * 40) / 1e6 if billed else 0.0)


def test_one_that_was_not_measured_or_is_slow_is_taken_to_have_written_as_fast_as_a_large_one():
    usual = ASSUMED_OF_LARGE.tokens_per_second
    for speed, taken in ((None, usual), (usual / 10, usual), (usual * 8, usual * 8)):
        assert job().written_in(replace(DEAR, latency=Latency(None, speed)), 10.0) == taken * 10


def test_of_what_was_cut_off_no_more_is_booked_than_the_answer_may_have():
    most = job(most_usd=0.02)
    lost = Lost(most)
    lost.count(Attempt(DEAR.id, DEAR.provider, 3_600_000.0, Failure.TIMEOUT))
    assert lost.usd == pytest.approx(cost_usd(DEAR, Usage(1000, most.asked_of(DEAR).max_tokens or 0)))
