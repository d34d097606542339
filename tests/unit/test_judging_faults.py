"""Whichever call of the store fails while a judgement is counted, it counts once; if nobody can tell, not twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.decay import DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.feedback import FeedbackBook, Given, Subject, Uncounted
from llm_router.ports import RecordStore
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock

SUBJECT = Subject("a/b", Category.CODING, Difficulty.HARD, "tenant:one")
KEPT_S, COUNTING_S = 6000.0, 60.0
CALLS = {"begins": 1, "looks up the voice": 2, "uses the voice": 3, "ends": 4, "counts": 5}
"""The calls that a judgement makes, in order."""

WHICH = pytest.mark.parametrize("failing", CALLS.values(), ids=CALLS.keys())
DONE = pytest.mark.parametrize("done", [False, True], ids=["not done", "done without an answer"])


@dataclass
class Failing:
    """Before a store whose `failing`-th call fails, and with `outage` every one after it."""

    records: MemoryRecordStore
    failing: int
    done: bool
    outage: bool
    calls: int = 0

    def __getattr__(self, operation: str) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            self.calls += 1
            if self.calls == self.failing:
                if self.done:
                    getattr(self.records, operation)(*given, **named)
                raise StoreUnavailable("lost", retry_after_s=5, nothing_done=not self.done)
            if self.outage and self.calls > self.failing:
                raise StoreUnavailable("silent", retry_after_s=5)
            return getattr(self.records, operation)(*given, **named)

        return call


@dataclass
class World:
    """A book over a store that fails until it `mends`."""

    failing: int
    done: bool
    outage: bool = False
    clock: FakeClock = field(default_factory=lambda: FakeClock(1.8e9))

    def __post_init__(self) -> None:
        self.store = Failing(MemoryRecordStore(self.clock), self.failing, self.done, self.outage)
        records = cast(RecordStore, self.store)
        self.counters = DecayedCounters(records, self.clock, "judgements", 1e9)
        self.book = FeedbackBook(records, self.clock, self.counters, KEPT_S)

    def give(self) -> Given:
        return self.book.give("decision", SUBJECT, 1.0)

    def mends(self) -> None:
        self.store.failing, self.store.outage = 0, False

    def counted(self) -> float:
        sums = self.counters.read().get(SUBJECT.model_id, {})
        return round(sums.get(f"{SUBJECT.category}|{SUBJECT.difficulty}|n", 0.0), 3)


def test_these_are_all_the_calls_of_a_judgement():
    world = World(failing=0, done=False)
    world.give()
    assert world.store.calls == len(CALLS)


@WHICH
@DONE
def test_after_one_call_that_failed_a_judgement_that_is_sent_again_has_counted_once(failing: int, done: bool):
    world = World(failing, done)
    with pytest.raises(StoreUnavailable):
        world.give()
    again = world.give()
    may_have_counted = done and failing == CALLS["counts"]
    assert again == ((0.0, Uncounted.JUDGED_BEFORE) if may_have_counted else (1.0, None))
    assert world.counted() == 1.0


@WHICH
@DONE
def test_after_an_outage_no_judgement_has_counted_twice_however_late_it_is_sent_again(failing: int, done: bool):
    world = World(failing, done, outage=True)
    with pytest.raises(StoreUnavailable):
        world.give()
    world.mends()
    world.clock.pass_seconds(COUNTING_S + 1)
    for _ in range(2):
        world.give()
    taken = failing > CALLS["ends"] or (done and failing == CALLS["ends"])
    assert world.counted() == (1.0 if not taken or (done and failing == CALLS["counts"]) else 0.0)


def test_a_judgement_that_took_so_long_that_another_has_counted_does_not():
    world = World(failing=0, done=False)

    def meanwhile(model: str) -> str:
        world.clock.pass_seconds(COUNTING_S + 1)
        assert world.give().weight == 1.0
        return model

    slow = FeedbackBook(world.book.records, world.clock, world.counters, KEPT_S, meanwhile)
    with pytest.raises(StoreUnavailable):
        slow.give("decision", SUBJECT, 1.0)
    assert world.counted() == 1.0
