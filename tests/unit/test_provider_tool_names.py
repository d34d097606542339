"""Names of tools that a provider does not take go by others there, and the caller hears of its own."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from llm_router.adapters.providers.tool_names import ToolNames, short
from llm_router.generation.chat import (
    ChatAnswer,
    ChatChunk,
    ChatMessage,
    ChatRequest,
    Role,
    StopReason,
    TextPart,
    ToolCall,
    ToolCallDelta,
    ToolChoice,
    ToolMode,
)
from tests.support.chat import WEATHER, text
from tests.support.provider_answers import Call, Protocol, Said
from tests.support.provider_server import ProviderServer
from tests.support.speaking import stream, whole

LONG = "mcp__plugin_chrome-devtools-mcp_chrome-devtools__performance_analyze_insight"
DOTTED = "files.read"
FEW = [Protocol.OPENAI, Protocol.BEDROCK, Protocol.GEMINI]
TAKEN = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def request(name: str) -> ChatRequest:
    """A choice of the tool, after a call of it and its result."""
    return ChatRequest(
        (
            text(Role.USER, "Hi"),
            ChatMessage(Role.ASSISTANT, tool_calls=(ToolCall("call_1", name, "{}"),)),
            ChatMessage(Role.TOOL, (TextPart("rain"),), tool_call_id="call_1", name=name),
            text(Role.USER, "So?"),
        ),
        tools=(replace(WEATHER, name=name), replace(WEATHER, name="other")),
        tool_choice=ToolChoice(ToolMode.REQUIRED, name),
    )


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("protocol", "name"),
    [
        *((each, LONG) for each in FEW),
        (Protocol.OPENAI, DOTTED),
        (Protocol.ANTHROPIC, DOTTED),
        (Protocol.GEMINI, "3d_view"),
        (Protocol.GEMINI, "-x"),
    ],
)
def test_a_name_that_is_not_taken_is_another_there_and_itself_again_here(
    protocol: Protocol, name: str, streams: bool, server: ProviderServer
):
    server.then(Said("", calls=(Call(name=short(name)), Call(id="call_b", name="other"))))
    answer = (stream if streams else whole)(protocol, server, request(name))
    assert [call.name for call in answer.tool_calls] == [name, "other"]
    sent = json.dumps(server.requests[-1].json)
    assert f'"{name}"' not in sent
    assert sent.count(f'"{short(name)}"') >= 3, "as a tool, as the choice, and as what was called"
    assert '"other"' in sent


@pytest.mark.parametrize(
    ("protocol", "name"),
    [
        (Protocol.ANTHROPIC, LONG),
        (Protocol.GEMINI, DOTTED),
        (Protocol.OPENAI, "3d_view"),
        *((each, "get_weather") for each in FEW),
    ],
)
def test_one_that_is_taken_stays(protocol: Protocol, name: str, server: ProviderServer):
    whole(protocol, server, request(name))
    assert f'"{name}"' in json.dumps(server.requests[-1].json)


def test_what_stands_for_a_name_begins_like_it_and_is_like_no_other():
    found = {short(name) for name in (LONG, f"{LONG}s", f"{LONG}_2", DOTTED, "files_read", "", "3d", "3" * 70, "-x")}
    assert len(found) == 9
    assert all(TAKEN.fullmatch(each) and not re.match("[0-9-]", each) for each in found)
    assert short("3d").startswith("_3d_")
    assert short(LONG).startswith("mcp__plugin_chrome-devtools-mcp_chrome-devtools__pe")


def test_a_request_whose_names_are_all_taken_is_left_alone():
    asked, names = request("get_weather"), ToolNames.of(request("get_weather"), TAKEN)
    told = ChatAnswer("", StopReason.TOOL_CALLS, (ToolCall("c", "get_weather", "{}"),))
    assert names.sent(asked) is asked
    assert names.answer(told) is told


def test_only_the_piece_with_a_name_is_changed():
    names = ToolNames.of(request(LONG), TAKEN)
    begun = ChatChunk(tool_calls=(ToolCallDelta(0, "c", short(LONG)),))
    more = ChatChunk(tool_calls=(ToolCallDelta(0, arguments="{}"),))
    assert list(names.chunks([ChatChunk("So"), begun, more])) == [
        ChatChunk("So"),
        ChatChunk(tool_calls=(ToolCallDelta(0, "c", LONG),)),
        more,
    ]
