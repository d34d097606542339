"""What the same traffic would have cost at one model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given

from llm_router.catalogue.entry import Capability, ModelEntry
from llm_router.counters import MORE_READ, THINKING, TOLD_TO_THINK, UNSAID, grouped
from llm_router.figures import counts
from llm_router.ranking.columns import prepare
from llm_router.ranking.cost import THINKING_TOKENS, length_of
from llm_router.ranking.elsewhere import elsewhere
from llm_router.ranking.rank import Candidate, rank
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.ranking.tokens import reading_of
from llm_router.savings import Traffic, cost_at, traffic
from llm_router.taxonomy import Difficulty
from tests.support.counted import seen
from tests.support.models import Scene, model, scenes, task

SEEN = Traffic(tokens_in=1000, tokens_out=100, thinking=500)
PLAIN = model("plain", usd_in=1.0, usd_out=8.0)
THINKER = replace(PLAIN, id="acme/thinker", capabilities=frozenset({Capability.REASONING}))
RELUCTANT = replace(THINKER, id="acme/reluctant", thinks=False)
HARD = task(difficulty=Difficulty.HARD, output_tokens=400)


def recommended(entry: ModelEntry, of: Task, limit: int | None = None) -> Candidate:
    """The one model of a catalogue, however long an answer may be."""
    return rank(prepare([entry]), replace(of, longest=limit), Constraints(), 0.5, Surroundings()).candidates[0]


def counted(*firsts: Candidate, of: Task, limit: int | None = None, effort: str | None = None) -> Traffic:
    """The traffic of these recommendations for the same task."""
    found: dict[str, float] = {}
    for first in firsts:
        told = elsewhere(first, of.reading, length_of(of, limit), effort)
        note = seen(recommended=first.model.id, elsewhere=told)
        note.tokens_in, note.tokens_out = first.price.input_tokens, first.price.output_tokens
        for name, amount in counts(note).items():
            found[name] = found.get(name, 0.0) + amount
    return traffic(grouped(found))


def test_thinking_is_paid_for_at_a_model_that_thinks_unasked_and_at_no_other():
    assert cost_at(PLAIN, SEEN) == cost_at(RELUCTANT, SEEN) == pytest.approx((1000 * 1 + 100 * 8) / 1e6)
    assert cost_at(THINKER, SEEN) == pytest.approx((1000 * 1 + 600 * 8) / 1e6)
    assert cost_at(replace(PLAIN, output_usd_per_mtok=None), SEEN) is None


def test_thinking_that_was_asked_for_is_paid_for_at_a_model_that_can_think_too():
    asked = replace(SEEN, told=500)
    assert cost_at(PLAIN, asked) == pytest.approx((1000 * 1 + 100 * 8) / 1e6)
    assert cost_at(RELUCTANT, asked) == cost_at(THINKER, asked) == pytest.approx((1000 * 1 + 600 * 8) / 1e6)


@pytest.mark.parametrize("limit", [None, 100, 1000, 10_000])
@pytest.mark.parametrize("entry", [PLAIN, THINKER, RELUCTANT], ids=lambda entry: entry.id)
def test_traffic_that_one_model_does_costs_at_that_model_what_was_estimated(entry: ModelEntry, limit: int | None):
    first = recommended(entry, HARD, limit)
    assert cost_at(entry, counted(first, first, of=HARD, limit=limit)) == pytest.approx(2 * first.usd)


@given(scenes)
def test_so_it_does_whatever_the_model_and_its_tokenizer_are_and_the_text_is_written_in(scene: Scene):
    of, limit = replace(scene.task, shares=reading_of("слово и 言葉").shares), scene.demands.max_tokens
    for entry in scene.models:
        known = entry.input_usd_per_mtok is not None and entry.output_usd_per_mtok is not None
        if known and entry.active:
            entry = replace(entry, long_prompt=None, max_output_tokens=None, context_window=10**9, tokenizer="claude")
            first = recommended(entry, of, limit)
            assert cost_at(entry, counted(first, of=of, limit=limit)) == pytest.approx(first.usd)


@pytest.mark.parametrize("limit", [100, 1000, 4000])
def test_what_another_model_would_have_cost_keeps_to_the_limit_of_the_request(limit: int):
    everyone = [PLAIN, THINKER, RELUCTANT]
    estimated = {entry.id: recommended(entry, HARD, limit).usd for entry in everyone}
    for chosen in everyone:
        of_it = counted(recommended(chosen, HARD, limit), of=HARD, limit=limit)
        assert {entry.id: cost_at(entry, of_it) for entry in everyone} == pytest.approx(estimated)


def test_another_tokenizer_is_paid_for_what_it_makes_of_the_text():
    thai = replace(HARD, input_tokens=10_000, shares=reading_of("เขียนบทกวี").shares)
    everyone = [replace(PLAIN, id=f"acme/{name}", tokenizer=name) for name in ("o200k", "claude", "never heard of")]
    estimated = {entry.id: recommended(entry, thai).usd for entry in everyone}
    assert len(set(estimated.values())) == len(everyone)
    for chosen in everyone:
        of_it = counted(recommended(chosen, thai), of=thai)
        assert {entry.id: cost_at(entry, of_it) for entry in everyone} == pytest.approx(estimated)


def thinking(*names: str) -> Iterable[tuple[str, float]]:
    return ((f"tokens|{name}", float(THINKING_TOKENS[Difficulty.HARD])) for name in names)


@pytest.mark.parametrize(
    ("effort", "who_thinks"),
    [
        (None, [THINKING]),
        ("none", []),
        ("minimal", [THINKING]),
        ("low", [THINKING, TOLD_TO_THINK]),
        ("high", [THINKING, TOLD_TO_THINK]),
    ],
)
def test_who_thinks_goes_by_the_effort_that_is_asked_for(effort: str | None, who_thinks: list[str]):
    found = elsewhere(recommended(PLAIN, HARD), HARD.reading, length_of(HARD, None), effort)
    assert {name: much for name, much in found.items() if MORE_READ not in name} == dict(thinking(*who_thinks))


def test_a_model_that_thinks_otherwise_than_it_would_tells_of_all_that_are_like_it():
    for entry, effort, who_thinks in ((THINKER, "none", [THINKING]), (RELUCTANT, "none", [])):
        found = elsewhere(recommended(entry, HARD), HARD.reading, length_of(HARD, None), effort)
        assert {name: much for name, much in found.items() if MORE_READ not in name} == dict(thinking(*who_thinks))
    kept = replace(HARD, thinks_otherwise=frozenset({THINKER.id, RELUCTANT.id}))
    silenced = elsewhere(recommended(THINKER, kept), HARD.reading, length_of(HARD, None), None)
    told = elsewhere(recommended(RELUCTANT, kept), HARD.reading, length_of(HARD, None), "none")
    assert f"tokens|{THINKING}" not in silenced
    assert f"tokens|{TOLD_TO_THINK}" in told


def test_what_thoughts_leave_unsaid_is_counted_for_those_that_would_say_it():
    found = elsewhere(recommended(THINKER, HARD, 100), HARD.reading, length_of(HARD, 100), None)
    assert found[f"tokens|{UNSAID}"] == 100
    assert f"tokens|{THINKING}" not in found
