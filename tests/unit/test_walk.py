"""The walk, on providers that do what a test says."""

from __future__ import annotations

import asyncio

import pytest

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import (
    BudgetExceeded,
    InvalidRequest,
    RateLimited,
    TooDear,
    Unavailable,
    UpstreamError,
    UpstreamTimeout,
)
from llm_router.generation.chat import ChatAnswer
from llm_router.generation.cooling import MOST_S, OPEN_S
from llm_router.generation.limit import Limit
from llm_router.generation.provider import Failure, Provider, ProviderFailed
from llm_router.generation.walk import Patience, Walk
from tests.support.models import model
from tests.support.walking import A1, A2, A3, B1, World, tried


def test_the_first_that_answers_ends_the_walk():
    world = World({A1.id: Failure.SERVER_ERROR})
    assert tried(world.walk(A1, A2, A3)) == [(A1.id, "server_error"), (A2.id, "ok")]
    assert [attempt.outcome for attempt in world.heard] == ["server_error"]


def test_the_last_attempt_goes_to_a_provider_that_has_not_failed_yet():
    down = dict.fromkeys((A1.id, A2.id, A3.id), Failure.UNREACHABLE)
    assert World(down).walk(A1, A2, A3, B1).model is B1


def test_an_attempt_has_ten_seconds_or_what_is_left_but_two_and_the_whole_ends_before_the_deadline():
    models = [model(f"m{number}") for number in range(5)]
    world = World({each.id: Failure.TIMEOUT for each in models}, takes_s=60)
    error = world.error(*models)
    assert isinstance(error, UpstreamTimeout)
    assert world.providers.limits == [10, 10, 3]
    assert world.clock.monotonic() == 23


def test_a_named_model_that_is_rate_limited_is_told_so_and_one_that_rests_is_unavailable():
    world = World({A1.id: ProviderFailed(Failure.RATE_LIMITED, status=429, retry_after_s=40)})
    world.named = True
    error = world.error(A1)
    assert isinstance(error, RateLimited)
    assert (error.code, error.retry_after_s) == ("upstream_rate_limited", pytest.approx(40))
    assert isinstance(world.error(A1), Unavailable)


def test_without_time_for_an_attempt_nobody_is_asked():
    world = World()
    assert isinstance(world.error(A1, seconds=2), UpstreamTimeout)
    assert world.providers.limits == []


def test_an_attempt_that_does_not_mind_its_time_is_given_up():
    async def forever(provider: Provider, model: ModelEntry, limit: Limit) -> ChatAnswer:
        await asyncio.Event().wait()
        raise AssertionError

    world = World()
    patience = Patience(attempts=1)
    walk = Walk(world.providers, world.cooling, world.clock, world.warned.append, patience)
    with pytest.raises(UpstreamTimeout):
        asyncio.run(walk.first([A1], forever, world.terms(seconds=2.01)))


@pytest.mark.parametrize(
    ("asked", "cooled"), [(None, 10), (0.0, 1), (42.0, 42), (1e9, MOST_S)], ids=["unsaid", "none", "some", "forever"]
)
def test_a_rate_limited_model_cools_for_as_long_as_its_provider_says_within_bounds(asked, cooled):
    world = World({A1.id: ProviderFailed(Failure.RATE_LIMITED, status=429, retry_after_s=asked)})
    assert world.walk(A1, B1).model is B1
    assert world.cooling.wait_s(A1) == pytest.approx(cooled)
    assert tried(world.walk(A1, B1)) == [(A1.id, "cooling"), (B1.id, "ok")]
    world.clock.pass_seconds(cooled + 0.1)
    assert world.cooling.wait_s(A1) == 0


def test_an_invalid_key_cools_the_whole_provider_and_a_forbidden_model_itself_alone():
    world = World({A1.id: ProviderFailed(Failure.REFUSED, status=401)})
    world.error(A1)
    assert world.cooling.wait_s(A2) == pytest.approx(60)
    world = World({A1.id: ProviderFailed(Failure.REFUSED, status=403), A2.id: Failure.UNKNOWN_MODEL})
    world.error(A1, A2)
    assert [world.cooling.wait_s(each) for each in (A1, A2, A3)] == pytest.approx([60, 60, 0])


def test_three_failures_in_a_row_rest_a_model_and_one_caller_finds_out_whether_it_is_back():
    world = World({A1.id: Failure.SERVER_ERROR})
    for _ in range(3):
        assert world.cooling.wait_s(A1) == 0
        world.error(A1)
    assert world.cooling.wait_s(A1) == pytest.approx(OPEN_S)
    assert isinstance(world.error(A1), Unavailable)
    world.clock.pass_seconds(OPEN_S + 0.1)
    assert world.cooling.admits(A1)
    assert not world.cooling.admits(A1)
    world.cooling.succeeded(A1)
    assert world.cooling.admits(A1)
    assert world.cooling.admits(A1)


def test_five_failures_in_a_row_rest_a_provider_and_a_success_in_between_counts_anew():
    world = World({A1.id: Failure.UNREACHABLE, A2.id: Failure.UNREACHABLE})
    world.error(A1, A2)
    world.error(A1, A2)
    world.walk(A3)
    world.error(A2)
    assert world.cooling.wait_s(A3) == 0
    later = World({each.id: Failure.UNREACHABLE for each in (A1, A2)})
    for _ in range(2):
        later.error(A1, A2)
    later.error(A1)
    assert later.cooling.wait_s(A3) == pytest.approx(OPEN_S)
    assert later.cooling.wait_s(B1) == 0


def test_when_all_are_cooling_the_error_says_how_long():
    world = World({A1.id: ProviderFailed(Failure.RATE_LIMITED, retry_after_s=40)})
    world.error(A1)
    error = world.error(A1)
    assert isinstance(error, Unavailable)
    assert error.retry_after_s == pytest.approx(40)
    assert A1.id in error.message


def test_what_two_providers_do_not_take_is_the_callers_to_change():
    world = World(dict.fromkeys((A1.id, A2.id, A3.id, B1.id), Failure.BAD_REQUEST))
    assert isinstance(world.error(A1, B1, A2), InvalidRequest)
    assert len(world.providers.limits) == 2
    assert world.cooling.wait_s(A1) == 0


def test_what_one_provider_does_not_take_another_may():
    world = World(dict.fromkeys((A1.id, A2.id, A3.id), Failure.BAD_REQUEST))
    assert tried(world.walk(A1, A2, A3, B1)) == [(A1.id, "bad_request"), (A2.id, "bad_request"), (B1.id, "ok")]
    assert isinstance(world.error(A1, A2, A3), InvalidRequest)


def test_a_mixed_failure_is_an_upstream_error_naming_models_and_codes():
    world = World({A1.id: ProviderFailed(Failure.SERVER_ERROR, status=503), A2.id: Failure.TIMEOUT})
    error = world.error(A1, A2)
    assert type(error) is UpstreamError
    assert f"{A1.id}: server_error 503" in error.message
    assert f"{A2.id}: timeout" in error.message


def test_a_defect_in_speaking_to_a_provider_is_logged_without_its_words_and_the_next_one_answers():
    world = World({A1.id: KeyError("the provider's own words")})
    assert tried(world.walk(A1, B1)) == [(A1.id, "server_error"), (B1.id, "ok")]
    (warning,) = world.warned
    assert A1.id in warning
    assert "KeyError" in warning
    assert "complete:" in warning, "where it was raised"
    assert "words" not in warning


def test_what_the_router_itself_refuses_ends_the_walk():
    world = World({A1.id: BudgetExceeded("Too dear.")})
    assert isinstance(world.error(A1, B1), BudgetExceeded)
    assert (world.providers.limits, world.warned) == ([10], [])


def test_who_is_too_dear_is_passed_over_and_counts_as_no_attempt():
    world = World(dict.fromkeys((A1.id, A3.id), Failure.SERVER_ERROR))
    world.too_dear = {A2.id}
    assert tried(world.walk(A1, A2, A3, B1)) == [(A1.id, "server_error"), (A3.id, "server_error"), (B1.id, "ok")]
    assert world.cooling.wait_s(A2) == 0


def test_that_the_money_does_not_suffice_is_told_once_nobody_else_is_left():
    world = World(dict.fromkeys((A1.id, A3.id), Failure.SERVER_ERROR))
    world.too_dear = {A2.id}
    assert isinstance(world.error(A1, A2, A3), BudgetExceeded)
    refused = World(dict.fromkeys((A1.id, B1.id), Failure.BAD_REQUEST))
    refused.too_dear = {A2.id}
    assert isinstance(refused.error(A1, A2, B1), InvalidRequest)


def test_that_it_is_more_than_the_caller_wants_to_pay_is_told_where_all_others_are_too():
    world = World()
    world.unwanted = {A1.id: 0.2, A2.id: 0.1, B1.id: 0.3}
    nearest = world.error(A1, A2, B1)
    assert isinstance(nearest, TooDear)
    assert nearest.enough_usd == 0.1
    world.too_dear = {A1.id}
    assert isinstance(world.error(A1, B1), BudgetExceeded)
    assert isinstance(world.error(B1, A1), BudgetExceeded)


def test_where_another_merely_cools_it_is_told_when_that_is_over():
    world = World({A1.id: ProviderFailed(Failure.RATE_LIMITED, retry_after_s=3.0)})
    world.error(A1)
    world.unwanted = {B1.id: 0.1}
    error = world.error(A1, B1)
    assert isinstance(error, Unavailable)
    assert error.retry_after_s == pytest.approx(3.0)


def test_one_that_was_too_dear_to_find_out_whether_it_is_back_is_found_out_by_the_next_caller():
    world = World({A1.id: Failure.SERVER_ERROR})
    for _ in range(3):
        world.error(A1)
    world.clock.pass_seconds(OPEN_S + 0.1)
    world.too_dear = {A1.id}
    assert world.walk(A1, B1).model is B1
    world.too_dear.clear()
    world.providers.does.clear()
    assert world.walk(A1, B1).model is A1
