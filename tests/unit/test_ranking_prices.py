"""What an answer is expected to cost, to the digit: tokens read, held, thought and written, at their prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llm_router.catalogue.entry import Capability, LongPrompt
from llm_router.ranking.columns import Columns, prepare
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.ranking.estimates import estimated
from llm_router.ranking.prepared import Prepared
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, HeldPrompt, Surroundings, Task
from llm_router.ranking.tokens import NO_TEXT, ratios_of
from llm_router.taxonomy import Category, Difficulty, Writing
from tests.support.models import billed_tokens, expected_price, model, ready, task

ENGLISH = list(Writing).index(Writing.ENGLISH)
THINKER = frozenset({Capability.REASONING})
TIER = LongPrompt(200_000, 4.0, 12.0, 0.4)


def held_by(name: str, *, history: int = 0, cached: int = 0) -> Task:
    return Task(
        {Category.CODING: 1.0}, Difficulty.EASY, 0.2, 1000, 100,
        held=HeldPrompt(model_id=name, history_tokens=history, cached_tokens=cached),
    )  # fmt: skip


def of_tokens(tokens: int, of: Task | None = None) -> Task:
    """A task of just so many tokens, whoever counts them."""
    return replace(of or task(output_tokens=100), input_tokens=tokens, shares=NO_TEXT)


def carried_usd(prepared: Prepared, of: Task) -> float:
    """What a place goes by beside the price of the request itself."""
    usd = estimated(Columns.of([prepared]), of, Constraints(), Surroundings()).usd
    (carried,) = (usd.spent - (usd.full - usd.saved)).tolist()
    return carried


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


@pytest.mark.parametrize("unknown", ["usd_in", "usd_out"])
def test_without_a_price_of_reading_or_writing_there_is_none(unknown: str):
    entries = [model("known"), model("unknown", long_prompt=TIER, **{unknown: None})]  # type: ignore[arg-type]
    for of in (task(), of_tokens(300_000), held_by("acme/unknown", history=4000)):
        found = estimated(prepare(entries), of, Constraints(), Surroundings())
        assert [each.usd is None for each in found.prospects(np.arange(2))] == [False, True]
        assert found.columns.priced.tolist() == [True, False]


def test_what_the_cache_of_its_provider_holds_costs_a_model_less_and_no_other():
    plain, cheap = {"usd_in": 2.0, "usd_out": 8.0}, {"cached_input_usd_per_mtok": 0.5, "tokenizer": "o200k"}
    mine = ready(**plain, **cheap)
    ratio = ratios_of("o200k")[ENGLISH]
    with_cache = expected_price(mine, held_by("acme/m", cached=600), None)
    without = expected_price(mine, held_by("acme/other", cached=600), None)
    assert with_cache.cached_tokens == round(600 * ratio)
    assert without.cached_tokens == 0
    assert without.usd - with_cache.usd == pytest.approx(600 * ratio * 1.5 / 1e6)
    more = expected_price(mine, held_by("acme/m", cached=5000), None)
    assert more.usd == pytest.approx((round(1000 * ratio) * 0.5 + 100 * 8) / 1e6)


def test_the_conversation_that_is_sent_along_is_read_from_the_cache_by_who_holds_it():
    mine = ready(usd_in=2.0, cached_input_usd_per_mtok=0.5, tokenizer="o200k")
    ratio = ratios_of("o200k")[ENGLISH]
    assert carried_usd(mine, held_by("acme/m", history=4000)) == pytest.approx(4000 * ratio * 0.5 / 1e6)
    assert carried_usd(mine, held_by("acme/other", history=4000)) == pytest.approx(4000 * ratio * 2.0 / 1e6)
    assert carried_usd(mine, held_by("acme/m")) == 0
    assert carried_usd(mine, task()) == 0


def test_a_prompt_longer_than_its_bound_costs_what_long_ones_do_with_its_whole_answer():
    dear = ready(usd_in=2.0, usd_out=8.0, long_prompt=TIER)
    assert expected_price(dear, of_tokens(200_000)).usd == pytest.approx((200_000 * 2 + 100 * 8) / 1e6)
    assert expected_price(dear, of_tokens(200_001)).usd == pytest.approx((200_001 * 4 + 100 * 12) / 1e6)
    limits, long = Constraints(max_cost_usd=0.5), task(input_tokens=220_000)
    both = [model("flat", context_window=10**6), model("dear", context_window=10**6, usd_in=0.9, long_prompt=TIER)]
    found = rank(prepare(both), long, limits, 0.5, Surroundings())
    assert [each.model.api_alias for each in found.candidates] == ["flat"]
    assert [each.path for each in found.excluded[0].violations] == ["constraints.max_cost_usd"]


def test_the_conversation_before_a_request_makes_its_prompt_a_long_one():
    dear = ready(usd_in=2.0, usd_out=8.0, cached_input_usd_per_mtok=0.2, long_prompt=TIER, tokenizer="o200k")
    ratio = ratios_of("o200k")[ENGLISH]
    history = 300_000 * ratio
    mine, others = held_by("acme/m", history=300_000), held_by("acme/other", history=300_000)
    assert expected_price(dear, mine).usd == pytest.approx((round(1000 * ratio) * 4 + 100 * 12) / 1e6)
    assert carried_usd(dear, mine) == pytest.approx(history * 0.4 / 1e6)
    assert carried_usd(dear, others) == pytest.approx(history * 4 / 1e6)
    cached = expected_price(dear, of_tokens(250_000, held_by("acme/m", cached=10**6)))
    assert cached.usd == pytest.approx((250_000 * 0.4 + 100 * 12) / 1e6)


def test_an_unknown_tokenizer_has_the_ratios_of_the_others():
    assert ratios_of(None) == ratios_of("other") == ratios_of("never heard of it")
    assert ratios_of("o200k") != ratios_of("other")
    assert len(ratios_of("o200k")) == len(Writing)
    assert ratios_of("claude")[list(Writing).index(Writing.DEVANAGARI)] == 2.64
    assert ratios_of("cl100k")[list(Writing).index(Writing.THAI)] == 2.08
