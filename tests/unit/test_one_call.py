"""Where calls of tools are wanted one at a time, no answer has two, whatever its provider was told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.generation.chat import ChatAnswer, ChatRequest, StopReason
from llm_router.generation.one_call import kept_to, piece_kept_to
from tests.support.chat import WEATHER, ask, run, streamed, together
from tests.support.provider_answers import Call, Protocol, Said
from tests.support.provider_server import ProviderServer
from tests.support.speaking import SPEAKERS

TWO = Said("I look.", (Call(), Call(arguments={"city": "Rome"}, id="call_2")))


def answers(protocol: Protocol, server: ProviderServer, request: ChatRequest) -> list[ChatAnswer]:
    """What is kept of the whole answer, and what is kept of the streamed one, added up."""
    server.then(TWO, TWO)
    speaker = SPEAKERS[protocol](server.url)
    whole = run(speaker, lambda provider: provider.complete("m", request, 5))
    pieces = run(speaker, lambda provider: streamed(provider, "m", request))
    return [kept_to(request, whole), together([piece_kept_to(request, piece) for piece in pieces])]


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize(
    ("parallel", "cities"), [(False, ["Paris"]), (True, ["Paris", "Rome"]), (None, ["Paris", "Rome"])]
)
def test_of_several_calls_the_first_one_counts(
    protocol: Protocol, parallel: bool | None, cities: list[str], server: ProviderServer
):
    for answer in answers(protocol, server, replace(ask(tools=(WEATHER,)), parallel_tool_calls=parallel)):
        assert [call.arguments for call in answer.tool_calls] == [f'{{"city": "{city}"}}' for city in cities]
        assert (answer.text, answer.stop) == ("I look.", StopReason.TOOL_CALLS)


def test_where_none_may_be_made_no_answer_ends_with_calls_that_it_does_not_have():
    answer = ChatAnswer("I look.", StopReason.TOOL_CALLS)
    assert kept_to(ask(), answer) == replace(answer, stop=StopReason.STOP)
    assert kept_to(ask(), replace(answer, stop=StopReason.LENGTH)).stop is StopReason.LENGTH
    assert kept_to(ask(tools=(WEATHER,)), answer) is answer
