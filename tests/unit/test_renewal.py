"""Of those who find something due, one renews it: the others wait only where there is nothing yet to go on with."""

from __future__ import annotations

import threading

import pytest

from llm_router.errors import StoreUnavailable
from llm_router.renewal import Renewal
from tests.support.clock import FakeClock

EVERY_S, SOONER_S = 60.0, 5.0
PATIENCE_S = 10.0


class Source:
    """Counts how often it is read, and holds up the reads it is told to."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self.every_s, self.asked, self.away = every_s, 0, False
        self.reading, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def renew(self) -> float:
        self.asked += 1
        self.reading.set()
        assert self.go_on.wait(PATIENCE_S)
        if self.away:
            raise StoreUnavailable("away")
        return self.every_s

    def hold_up(self) -> None:
        self.reading.clear()
        self.go_on.clear()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def renewal(source: Source, clock: FakeClock) -> Renewal:
    return Renewal(source.renew, clock)


def test_it_is_due_again_after_as_long_as_was_said_the_last_time(renewal: Renewal, source: Source, clock: FakeClock):
    asked = []
    for seconds in (0, EVERY_S - 1, 1, SOONER_S - 1, 1):
        clock.pass_seconds(seconds)
        source.every_s = EVERY_S if source.asked == 0 else SOONER_S
        renewal.if_due()
        asked.append(source.asked)
    assert asked == [1, 1, 2, 2, 3]


def test_what_raises_stays_due(renewal: Renewal, source: Source):
    source.away = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            renewal.if_due()
    source.away = False
    renewal.if_due()
    renewal.if_due()
    assert source.asked == 3


def test_what_expired_is_due_at_once(renewal: Renewal, source: Source):
    renewal.if_due()
    renewal.expire()
    renewal.if_due()
    assert source.asked == 2


def test_what_expires_while_it_is_renewed_is_due_at_once(renewal: Renewal, source: Source):
    source.hold_up()
    renewing = threading.Thread(target=renewal.if_due, daemon=True)
    renewing.start()
    assert source.reading.wait(PATIENCE_S)
    renewal.expire()
    source.go_on.set()
    renewing.join(PATIENCE_S)
    renewal.if_due()
    renewal.if_due()
    assert source.asked == 2


def test_what_expired_and_raises_stays_due(renewal: Renewal, source: Source):
    renewal.if_due()
    renewal.expire()
    source.away = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            renewal.if_due()
    assert source.asked == 3


def test_while_one_thread_renews_the_others_go_on(renewal: Renewal, source: Source, clock: FakeClock):
    renewal.if_due()
    clock.pass_seconds(EVERY_S)
    source.hold_up()
    renewing = threading.Thread(target=renewal.if_due, daemon=True)
    renewing.start()
    assert source.reading.wait(PATIENCE_S)
    renewal.if_due()
    assert source.asked == 2
    source.go_on.set()
    renewing.join(PATIENCE_S)


def test_the_first_time_the_others_wait_for_whoever_came_first(renewal: Renewal, source: Source):
    source.hold_up()
    threads = [threading.Thread(target=renewal.if_due, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert source.reading.wait(PATIENCE_S)
    assert all(thread.is_alive() for thread in threads)
    source.go_on.set()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert source.asked == 1
