"""How long an attempt of the walk may take, and what it says of a model to have taken longer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import UpstreamTimeout
from llm_router.generation.attempt import Attempt
from llm_router.generation.chat import ChatAnswer
from llm_router.generation.cooling import OPEN_S
from llm_router.generation.limit import Limit
from llm_router.generation.provider import Failure, Provider, ProviderFailed
from llm_router.generation.walk import TakesS, Walk
from tests.support.walking import A1, A2, A3, B1, World, tried


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


def expecting(seconds: Mapping[str, float]) -> TakesS:
    """These of the models with these ids."""
    return lambda model: seconds[model.id]


@pytest.mark.parametrize(
    ("takes", "limits"),
    [
        ((9.5, 11.5), [11.5, 11.5]),
        ((11, 11), [12, 11]),
        ((12, 9), [14, 9]),
        ((12, 11), [12, 11]),
        ((16, 4), [19, 4]),
        ((18, 2), [21, 2]),
        ((20, 3), [20, 3]),
        ((12, 20), [23]),
        ((12, 12), [10, 13]),
        ((12, 14), [23]),
        ((12, 8), [15, 8]),
        ((12, 20, 8), [15, 8]),
        ((12, 11, 9), [14, 9]),
        ((20, 8), [10, 13]),
        ((9, 20), [23]),
        ((9, 11), [11.25, 11.75]),
        ((5, 20), [10, 13]),
        ((5, 5, 5), [10, 10, 3]),
        ((30, 13), [10, 13]),
        ((30, 14), [23]),
    ],
)
def test_an_attempt_that_takes_its_time_has_it_and_is_cut_short_only_for_who_would_be_done_after_it(
    takes: tuple[float, ...], limits: list[float]
):
    models = [A1, A2, A3][: len(takes)]
    expected = dict(zip((each.id for each in models), takes, strict=True))
    world = World(dict.fromkeys(expected, Failure.TIMEOUT), takes_s=60)
    world.takes_s = expecting(expected)
    assert isinstance(world.error(*models), UpstreamTimeout)
    assert world.providers.limits == limits


def test_time_is_left_to_the_nearest_other_that_could_be_paid_and_does_not_rest():
    world = World({A1.id: Failure.TIMEOUT}, takes_s=60)
    world.takes_s = expecting({A1.id: 12.0, A2.id: 9.0, B1.id: 10.5})
    world.affords = lambda model, after, seconds: model is not A2
    assert world.walk(A1, A2, B1).model is A2
    world.cooling.failed(A2, ProviderFailed(Failure.RATE_LIMITED, retry_after_s=40))
    world.affords = lambda *_: True
    assert world.walk(A1, A2, B1).model is B1
    world.affords = lambda model, after, seconds: seconds < 12
    assert world.walk(A1, B1).model is B1
    assert world.providers.limits == [12.5, 10.5, 12.5, 10.5, 10, 13]


def test_once_time_has_gone_by_those_are_asked_first_that_would_be_done_in_what_is_left():
    world = World({A1.id: Failure.TIMEOUT}, takes_s=60)
    world.takes_s = expecting({A1.id: 11.6, A2.id: 20.5, B1.id: 8.0})
    assert tried(world.walk(A1, A2, B1)) == [(A1.id, "timeout"), (B1.id, "ok")]
    world.providers.does[A1.id] = Failure.SERVER_ERROR
    world.providers.takes_s = 1
    assert tried(world.walk(A1, A2, B1)) == [(A1.id, "server_error"), (A2.id, "ok")]


@pytest.mark.parametrize(("takes_s", "status", "rests"), [(30, None, False), (9, None, True), (30, 408, True)])
def test_a_model_that_was_given_less_time_than_it_takes_has_not_failed(takes_s: float, status: int | None, rests: bool):
    world = World({A1.id: ProviderFailed(Failure.TIMEOUT, status=status)}, takes_s=60)
    world.providers.does[B1.id] = ProviderFailed(Failure.BAD_REQUEST)
    world.takes_s = expecting({A1.id: takes_s, B1.id: 5.0})
    for _ in range(3):
        assert world.cooling.wait_s(A1) == 0
        world.error(A1, B1)
    assert (world.cooling.wait_s(A1) > 0) == rests
    assert [attempt.cut_short for attempt in world.heard if attempt.model == A1.id] == [not rests] * 3


class Telling(list[Attempt]):
    """What is heard of attempts, which takes a moment each time."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def append(self, attempt: Attempt) -> None:
        self.world.clock.pass_seconds(0.05)
        super().append(attempt)


def test_a_moment_in_between_takes_nothing_from_who_was_left_its_time():
    world = World({A1.id: Failure.TIMEOUT, A2.id: Failure.TIMEOUT}, takes_s=60)
    world.takes_s, world.heard = expecting({A1.id: 9.5, A2.id: 11.5, A3.id: 12.0}), Telling(world)
    assert isinstance(world.error(A1, A2, A3), UpstreamTimeout)
    assert [(attempt.model, attempt.cut_short) for attempt in world.heard] == [(A1.id, False), (A2.id, False)]
    assert world.providers.limits == [11.5, pytest.approx(11.45)]


def rests(world: World, calls: int) -> list[bool]:
    """Whether the model is left alone after each of these calls, which another answers."""
    found = []
    for _ in range(calls):
        assert world.walk(A1, B1).model is B1
        found.append(world.cooling.wait_s(A1) > 0)
    return found


def test_one_that_never_answers_in_its_time_is_left_alone_as_from_the_third_time_on_it_has_failed():
    world = World({A1.id: Failure.TIMEOUT}, takes_s=60)
    world.takes_s = expecting({A1.id: 39.9, B1.id: 5.0})
    assert rests(world, 5) == [False] * 4 + [True]
    world.clock.pass_seconds(OPEN_S)
    assert rests(world, 1) == [True], "it still hangs"


def test_an_answer_in_between_tells_a_slow_model_from_one_that_hangs():
    world = World({A1.id: Failure.TIMEOUT}, takes_s=60)
    world.takes_s = expecting({A1.id: 39.9, B1.id: 5.0})
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
