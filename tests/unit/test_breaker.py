"""The breaker against a small model of itself."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from llm_router.breaker import Breaker, BreakerState
from tests.support.clock import FakeClock

FAILURES, OPEN_S = 3, 30.0


class BreakerModel(RuleBasedStateMachine):
    """Remembers only: failures in a row, when it opened, when a probe went out."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.breaker = Breaker(self.clock, failures=FAILURES, open_s=OPEN_S)
        self.row = 0
        self.closed = True
        self.since = 0.0

    @rule(seconds=st.sampled_from([0.0, 1.0, 29.0, 30.0, 31.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.pass_seconds(seconds)

    @rule()
    def call_succeeds(self) -> None:
        self.breaker.succeeded()
        self.row, self.closed = 0, True

    @rule()
    def call_fails(self) -> None:
        self.breaker.failed()
        self.row += 1
        if not self.closed or self.row >= FAILURES:
            self.closed, self.since = False, self.clock.monotonic()

    @rule()
    def trips(self) -> None:
        self.breaker.trip()
        self.row = max(self.row, FAILURES)
        self.closed, self.since = False, self.clock.monotonic()

    @rule()
    def asks(self) -> None:
        due = self.closed or self.clock.monotonic() - self.since >= OPEN_S
        assert self.breaker.allows() is due
        if due and not self.closed:
            self.since = self.clock.monotonic()
            assert not self.breaker.allows(), "two probes at once"

    @rule()
    def asks_and_makes_no_call(self) -> None:
        if self.breaker.allows():
            self.breaker.not_made()
            assert self.breaker.allows(), "nothing was found out"
            if not self.closed:
                self.since = self.clock.monotonic()

    @invariant()
    def it_is_closed_exactly_when_the_model_is(self) -> None:
        assert (self.breaker.state is BreakerState.CLOSED) is self.closed


TestBreaker = BreakerModel.TestCase
TestBreaker.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def test_whoever_listens_hears_once_that_it_opens_and_once_that_it_is_closed_again():
    clock = FakeClock()
    heard: list[str] = []
    breaker = Breaker(
        clock, failures=2, open_s=OPEN_S, opened=lambda: heard.append("opened"), closed=lambda: heard.append("closed")
    )
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert heard == []
    breaker.failed()
    breaker.failed()
    breaker.trip()
    assert heard == ["opened"]
    clock.pass_seconds(OPEN_S)
    assert breaker.allows()
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.succeeded()
    breaker.succeeded()
    assert heard == ["opened", "closed"]
    breaker.trip()
    assert heard == ["opened", "closed", "opened"]
    assert breaker.state is BreakerState.OPEN
