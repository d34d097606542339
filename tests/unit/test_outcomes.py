"""What becomes of each attempt: operators see them all, the ranking learns from those that speak of a model."""

from __future__ import annotations

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.decay import DecayedCounters
from llm_router.generation.attempt import UNLABELLED, AttemptReport, Label
from llm_router.generation.observer import AttemptObserver
from llm_router.generation.provider import OUR_FAULT, Failure
from llm_router.outcomes import AttemptBook, speed, tried
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock

EASY_CODING = Label(Category.CODING, Difficulty.EASY)


class Counted:
    """What operators are shown."""

    def __init__(self) -> None:
        self.attempts: list[tuple[str, str, float, bool]] = []

    def attempted(self, model: str, provider: str, ms: float, *, failed: bool) -> None:
        self.attempts.append((model, provider, ms, failed))


def observed(report: AttemptReport) -> tuple[Counted, dict[str, dict[str, float]]]:
    """What is counted of it, for operators and for the ranking."""
    clock, counted = FakeClock(), Counted()
    sums = DecayedCounters(MemoryRecordStore(clock), clock, "test", 3600.0)
    AttemptObserver(counted, AttemptBook(sums, lambda _: None), lambda name: name == "demo").observe(report)
    return counted, sums.read()


def test_an_answer_is_shown_and_learnt_from():
    counted, sums = observed(AttemptReport("acme/m", "acme", 250.0, None, EASY_CODING, 200.0, 100.0))
    assert counted.attempts == [("acme/m", "acme", 250.0, False)]
    assert tried(sums["acme/m"]) == pytest.approx((1, 1))
    measured = speed(sums["acme/m"])
    assert measured is not None
    assert (measured.time_to_first_token_ms, measured.output_tokens_per_second) == pytest.approx((200, 100))


@pytest.mark.parametrize("failure", Failure)
def test_a_failure_is_shown_and_speaks_against_the_model_unless_it_is_ours(failure: Failure):
    counted, sums = observed(AttemptReport("acme/m", "acme", 250.0, failure, EASY_CODING))
    assert counted.attempts == [("acme/m", "acme", 250.0, True)]
    tries, answered = tried(sums.get("acme/m", {}))
    assert (tries, answered) == (pytest.approx(float(failure not in OUR_FAULT)), 0)
    assert speed(sums.get("acme/m", {})) is None


def test_that_a_model_was_cut_short_is_shown_and_does_not_speak_against_it():
    counted, sums = observed(AttemptReport("acme/m", "acme", 250.0, Failure.TIMEOUT, EASY_CODING, cut_short=True))
    assert counted.attempts == [("acme/m", "acme", 250.0, True)]
    assert sums == {}


def test_of_a_request_that_nobody_classified_nothing_is_learnt():
    counted, sums = observed(AttemptReport("acme/m", "acme", 250.0, None, UNLABELLED, 200.0, 100.0))
    assert (len(counted.attempts), sums) == (1, {})


def test_of_the_model_that_a_demo_answers_for_nothing_is_learnt():
    counted, sums = observed(AttemptReport("demo/m", "demo", 0.1, None, EASY_CODING, 0.1, 9000.0))
    assert (len(counted.attempts), sums) == (1, {})
