"""How long an attempt of the walk may take, and what it says of a model to have taken longer."""

from __future__ import annotations

import asyncio

import pytest

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import UpstreamTimeout
from llm_router.generation.chat import ChatAnswer
from llm_router.generation.cooling import OPEN_S
from llm_router.generation.limit import Limit
from llm_router.generation.provider import Failure, Provider, ProviderFailed
from llm_router.generation.walk import Walk
from tests.support.walking import A1, A2, B1, World


@pytest.mark.parametrize(
    ("models", "limits"), [([A1], [23]), ([A1, A2], [10, 13]), ([A1, B1], [23])], ids=["only", "last", "others rest"]
)
def test_where_nobody_else_can_be_asked_an_attempt_has_all_that_is_left_but_two(
    models: list[ModelEntry], limits: list[float]
):
    world = World(dict.fromkeys((A1.id, A2.id), Failure.TIMEOUT), takes_s=60)
    world.cooling.failed(B1, ProviderFailed(Failure.RATE_LIMITED, retry_after_s=40))
    assert isinstance(world.error(*models), UpstreamTimeout)
    assert world.providers.limits == limits


def test_who_could_not_be_paid_after_it_shortens_no_attempt():
    world = World()
    asked: list[tuple[ModelEntry, ModelEntry, float]] = []

    def affords(model: ModelEntry, after: ModelEntry, seconds: float) -> bool:
        asked.append((model, after, seconds))
        return model is B1

    world.affords = affords
    assert [world.walk(*models).model for models in ([A1, A2], [A1, A2, B1])] == [A1, A1]
    assert world.providers.limits == [23, 10]
    assert asked == [(A2, A1, 10), (A2, A1, 10), (B1, A1, 10)]


@pytest.mark.parametrize(("takes_s", "status", "rests"), [(11, None, False), (9, None, True), (11, 408, True)])
def test_a_model_that_was_given_less_time_than_it_takes_has_not_failed(takes_s: float, status: int | None, rests: bool):
    world = World({A1.id: ProviderFailed(Failure.TIMEOUT, status=status)}, takes_s=60)
    world.providers.does[B1.id] = ProviderFailed(Failure.BAD_REQUEST)
    world.takes_s = lambda _: takes_s
    for _ in range(3):
        assert world.cooling.wait_s(A1) == 0
        world.error(A1, B1)
    assert (world.cooling.wait_s(A1) > 0) == rests


def rests(world: World, calls: int) -> list[bool]:
    """Whether the model is left alone after each of these calls, which another answers."""
    found = []
    for _ in range(calls):
        assert world.walk(A1, B1).model is B1
        found.append(world.cooling.wait_s(A1) > 0)
    return found


def test_one_that_never_answers_in_its_time_is_left_alone_as_from_the_third_time_on_it_has_failed():
    world = World({A1.id: Failure.TIMEOUT}, takes_s=60)
    world.takes_s = lambda _: 39.9
    assert rests(world, 5) == [False] * 4 + [True]
    world.clock.pass_seconds(OPEN_S)
    assert rests(world, 1) == [True], "it still hangs"


def test_an_answer_in_between_tells_a_slow_model_from_one_that_hangs():
    world = World({A1.id: Failure.TIMEOUT}, takes_s=60)
    world.takes_s = lambda _: 39.9
    for _ in range(3):
        assert rests(world, 4) == [False] * 4
        world.providers.does[A1.id] = None
        assert world.walk(A1, B1).model is A1
        world.providers.does[A1.id] = Failure.TIMEOUT


def test_an_attempt_in_progress_when_nobody_waits_any_more_is_told_of_and_says_nothing_of_the_model():
    world = World()

    async def forever(provider: Provider, model: ModelEntry, limit: Limit) -> ChatAnswer:
        world.clock.pass_seconds(4)
        await asyncio.Event().wait()
        raise AssertionError

    async def dropped() -> None:
        walk = Walk(world.providers, world.cooling, world.clock, world.warned.append)
        walking = asyncio.create_task(walk.first([A1, B1], forever, world.terms()))
        await asyncio.sleep(0)
        walking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await walking

    for _ in range(3):
        asyncio.run(dropped())
    assert [(attempt.model, attempt.ms) for attempt in world.dropped] == [(A1.id, 4000)] * 3
    assert (world.heard, world.cooling.wait_s(A1)) == ([], 0)
