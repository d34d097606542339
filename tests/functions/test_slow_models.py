"""Models that are named and do not answer in the time that there is: whether they are left alone for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.clock import FakeClock
from tests.support.generating import Client, client_at
from tests.support.providers import FakeProvider

NAMED = "openai/gpt-4.1"


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def client(clock: FakeClock) -> Iterator[Client]:
    with client_at(clock) as found:
        yield found


@dataclass
class Hanging(FakeProvider):
    """Takes all the time that it is given."""

    clock: FakeClock = field(default_factory=FakeClock)

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        self.asked.append((model, request))
        self.clock.pass_seconds(timeout_s)
        raise ProviderFailed(Failure.TIMEOUT)


@pytest.mark.parametrize(("longest", "calls"), [({}, 5), ({"max_tokens": 50}, 3)], ids=["a long answer", "a short one"])
def test_a_named_model_whose_answer_may_take_longer_than_there_is_time_is_left_alone_two_calls_later(
    generating: Client, clock: FakeClock, longest: dict[str, int], calls: int
):
    generating.providers.default = Hanging(clock=clock)
    assert [generating.chat(model=NAMED, **longest).status for _ in range(calls + 1)] == [504] * calls + [503]
    assert len(generating.asked) == calls
