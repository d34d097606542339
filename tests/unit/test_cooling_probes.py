"""After a breaker has been open one caller finds out; what comes of that and tells nothing leaves it to the next."""

from __future__ import annotations

import pytest

from llm_router.generation.cooling import MODEL_FAILURES, OPEN_S, PROVIDER_FAILURES, Cooling
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.clock import FakeClock
from tests.support.models import model

ONE, OTHER = model("one"), model("other")
DOWN = ProviderFailed(Failure.SERVER_ERROR)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def cooling(clock: FakeClock) -> Cooling:
    """Of a provider that failed until its breaker opened, which is due by now; OTHER is to find out."""
    cooling = Cooling(clock)
    for _ in range(PROVIDER_FAILURES):
        cooling.failed(ONE, DOWN)
    clock.pass_seconds(OPEN_S + 1)
    assert cooling.admits(OTHER)
    return cooling


@pytest.mark.parametrize(
    "says", [ProviderFailed(Failure.BAD_REQUEST), ProviderFailed(Failure.RATE_LIMITED, retry_after_s=1)]
)
def test_an_answer_that_tells_nothing_of_the_provider_leaves_it_to_the_next_caller_to_find_out(
    cooling: Cooling, says: ProviderFailed
):
    assert not cooling.admits(ONE)
    cooling.failed(OTHER, says)
    assert cooling.admits(ONE)


def test_running_out_of_a_time_that_was_too_short_leaves_it_to_the_next_caller_too(cooling: Cooling):
    cooling.ran_out(OTHER)
    assert cooling.admits(ONE)


def test_a_model_whose_provider_is_not_admitted_is_not_taken_for_one_that_is_being_found_out(clock: FakeClock):
    cooling = Cooling(clock)
    for _ in range(MODEL_FAILURES):
        cooling.failed(ONE, DOWN)
    for _ in range(PROVIDER_FAILURES - MODEL_FAILURES):
        cooling.failed(OTHER, DOWN)
    clock.pass_seconds(OPEN_S + 1)
    assert cooling.admits(OTHER)
    assert not cooling.admits(ONE)
    cooling.succeeded(OTHER)
    assert cooling.admits(ONE)
