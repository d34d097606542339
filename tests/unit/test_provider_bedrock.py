"""What Bedrock's protocol alone has: Amazon's own form and signature."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64decode
from dataclasses import replace

import pytest
from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import ClientError, NoCredentialsError

from llm_router.adapters.providers import bedrock_request
from llm_router.adapters.providers.bedrock import Bedrock
from llm_router.generation.chat import (
    ChatMessage,
    ChatRequest,
    FilePart,
    JsonFormat,
    Role,
    TextPart,
    ToolCall,
    ToolChoice,
    ToolMode,
)
from llm_router.generation.provider import Failure
from tests.support.chat import PIXEL, SCHEMA, WEATHER, ask, conversation, failure, run
from tests.support.provider_answers import Protocol
from tests.support.provider_server import ProviderServer
from tests.support.speaking import MODELS, asked


def test_bedrock_gets_what_amazon_s_own_client_sends(server: ProviderServer):
    import boto3
    from botocore.config import Config

    sent = asked(Protocol.BEDROCK, server, conversation())
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="AKIATEST",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )
    image = {"format": "png", "source": {"bytes": b64decode(PIXEL)}}
    document = {"format": "pdf", "name": "a report pdf", "source": {"bytes": b"%PDF-"}}
    call = {"name": "get_weather"}
    client.converse(
        modelId=f"us.{MODELS[Protocol.BEDROCK]}",
        system=[{"text": "Be brief."}],
        messages=[
            {"role": "user", "content": [{"text": "What is this?"}, {"image": image}, {"document": document}]},
            {
                "role": "assistant",
                "content": [
                    {"text": "I look it up."},
                    {"toolUse": {"toolUseId": "call_1", **call, "input": {"city": "Paris"}}},
                    {"toolUse": {"toolUseId": "call_2", **call, "input": {"city": "Rome"}}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "call_1", "content": [{"text": "rain"}]}},
                    {"toolResult": {"toolUseId": "call_2", "content": [{"text": '{"sky": "blue"}'}]}},
                    {"text": "So?"},
                ],
            },
        ],
        toolConfig={
            "tools": [
                {
                    "toolSpec": {
                        "name": "get_weather",
                        "description": "The weather in a city.",
                        "inputSchema": {"json": json.loads(SCHEMA)},
                    }
                }
            ]
        },
    )
    client.close()
    own = server.requests[-1]
    assert (sent.method, sent.path, sent.json) == (own.method, own.path, own.json)
    signed = "authorization", "x-amz-date", "content-type"
    assert all(name in sent.headers for name in signed)
    assert (
        sent.headers["authorization"].split("Signature=")[0].split("/")[2:]
        == (own.headers["authorization"].split("Signature=")[0].split("/")[2:])
    )


@pytest.mark.parametrize(
    ("settings", "part", "sent"),
    [
        (
            {"max_tokens": 5, "temperature": 1.5, "top_p": 0.5, "stop": ("END", " "), "seed": 3},
            "inferenceConfig",
            {"maxTokens": 5, "temperature": 1.0, "stopSequences": ["END"]},
        ),
        ({"tools": (WEATHER,), "tool_choice": ToolChoice(ToolMode.NONE)}, "toolConfig", None),
    ],
)
def test_bedrock_s_settings_go_by_their_names(settings, part, sent, server: ProviderServer):
    assert asked(Protocol.BEDROCK, server, ask(**settings)).json.get(part) == sent


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(ToolMode.REQUIRED), {"any": {}}),
        (ToolChoice(), {"auto": {}}),
        (ToolChoice(name="get_weather"), {"tool": {"name": "get_weather"}}),
    ],
)
def test_bedrock_is_told_how_tools_are_to_be_used(choice, sent, server: ProviderServer):
    body = asked(Protocol.BEDROCK, server, ask(tools=(WEATHER,), tool_choice=choice)).json
    assert body["toolConfig"]["toolChoice"] == sent


def test_claudes_that_take_no_sampling_are_told_none_at_bedrock_either():
    request = ask(temperature=0.7)
    assert "inferenceConfig" not in bedrock_request.body("anthropic.claude-opus-4-7", request)
    told = bedrock_request.body("anthropic.claude-haiku-4-5", request)
    assert told["inferenceConfig"] == {"temperature": 0.7}


@pytest.mark.parametrize("words", [(), (TextPart(" "),), (TextPart("Sum up."),)])
def test_a_document_does_not_stand_alone(words: tuple[TextPart, ...], server: ProviderServer):
    part = FilePart(data="data:application/pdf;base64,JVBERi0=", filename="a.pdf")
    request = ChatRequest((ChatMessage(Role.USER, (*words, part)),))
    (turn,) = asked(Protocol.BEDROCK, server, request).json["messages"]
    texts = [block["text"] for block in turn["content"] if "text" in block]
    assert (len(texts), [bool(text.strip()) for text in texts]) == (1, [True])


def test_documents_of_a_conversation_have_names_of_their_own(server: ProviderServer):
    def pdf(filename: str | None) -> FilePart:
        return FilePart(data="data:application/pdf;base64,JVBERi0=", filename=filename)

    call = ToolCall("call_1", "get_weather", "{}")
    messages = (
        ChatMessage(Role.USER, (TextPart("Compare."), pdf(None), pdf("a (2)"), pdf("a"), pdf("a"), pdf("\u5206.pdf"))),
        ChatMessage(Role.ASSISTANT, tool_calls=(call,)),
        ChatMessage(Role.TOOL, (pdf("a"), pdf("\u5831.pdf")), tool_call_id="call_1"),
        ChatMessage(Role.USER, (TextPart("And?"), pdf("b" * 240), pdf("b" * 250), pdf(""))),
    )
    sent = asked(Protocol.BEDROCK, server, ChatRequest(messages, tools=(WEATHER,))).json["messages"]
    blocks = [block for turn in sent for block in turn["content"]]
    inside = [each for block in blocks for each in block.get("toolResult", {"content": [block]})["content"]]
    names = [block["document"]["name"] for block in inside if "document" in block]
    assert names == ["document", "a (2)", "a", "a (3)", "pdf", "a (4)", "pdf (2)", *names[7:9], "document (2)"]
    assert len(set(names)) == len(names)
    assert all(name.startswith("b" * 180) and len(name) <= 190 for name in names[7:9])


@pytest.mark.parametrize(
    ("known", "kept"), [("functions.w:0", True), ("c" * 64, True), ("c" * 65, False), ("call/1", False)]
)
def test_calls_have_ids_that_bedrock_takes(known: str, kept: bool, server: ProviderServer):
    messages = (
        ChatMessage(Role.USER, (TextPart("Weather?"),)),
        ChatMessage(Role.ASSISTANT, tool_calls=(ToolCall(known, "get_weather", "{}"),)),
        ChatMessage(Role.TOOL, (TextPart("rain"),), tool_call_id=known),
    )
    _, called, answered = asked(Protocol.BEDROCK, server, ChatRequest(messages, tools=(WEATHER,))).json["messages"]
    told = called["content"][0]["toolUse"]["toolUseId"]
    assert (answered["content"][0]["toolResult"]["toolUseId"], told == known) == (told, kept)
    assert re.fullmatch("[a-zA-Z0-9_.:-]{1,64}", told)


@pytest.mark.parametrize("choice", [ToolChoice(ToolMode.REQUIRED), ToolChoice(name="get_weather")])
def test_claudes_that_cannot_be_made_to_call_a_tool_are_not_at_bedrock_either(choice: ToolChoice):
    model = "eu.anthropic.claude-opus-5-5-20260901-v1:0"
    forced = json.loads(json.dumps(bedrock_request.body(model, ask(tools=(WEATHER,), tool_choice=choice))))
    assert forced["toolConfig"]["toolChoice"] == {"auto": {}}
    shaped = bedrock_request.body(model, ask(json_format=JsonFormat(SCHEMA)))
    assert ("toolConfig" in shaped, SCHEMA in str(shaped["system"])) == (False, True)


@pytest.mark.parametrize(
    ("region", "model", "served"),
    [
        ("us-east-1", "anthropic.claude-sonnet-4-20250514-v1:0", "us.anthropic.claude-sonnet-4-20250514-v1%3A0"),
        ("eu-west-3", "anthropic.claude-3-7-sonnet", "eu.anthropic.claude-3-7-sonnet"),
        ("ap-south-1", "anthropic.claude-sonnet-4-20250514-v1:0", "apac.anthropic.claude-sonnet-4-20250514-v1%3A0"),
        ("ap-south-1", "anthropic.claude-fable-5-1", "global.anthropic.claude-fable-5-1"),
        ("ap-northeast-1", "jp.anthropic.claude-fable-5-1", "jp.anthropic.claude-fable-5-1"),
        ("sa-east-1", "anthropic.claude-haiku-4-5", "global.anthropic.claude-haiku-4-5"),
        ("us-east-1", "anthropic.claude-3-5-sonnet", "anthropic.claude-3-5-sonnet"),
        ("us-east-1", "amazon.nova-lite-v1", "amazon.nova-lite-v1"),
        ("us-gov-west-1", "anthropic.claude-opus-5", "us-gov.anthropic.claude-opus-5"),
        ("us-west-2", "openai.gpt-6-sol", "us.openai.gpt-6-sol"),
        ("eu-west-1", "openai.gpt-6-luna", "global.openai.gpt-6-luna"),
        ("ap-south-1", "openai.gpt-6-luna", "global.openai.gpt-6-luna"),
        ("us-west-2", "global.openai.gpt-6-luna", "global.openai.gpt-6-luna"),
        ("us-west-2", "openai.gpt-oss-20b-1:0", "openai.gpt-oss-20b-1%3A0"),
        *(("us-east-1", f"{given}.anthropic.claude-opus-5", f"{given}.anthropic.claude-opus-5")
          for given in ("us", "eu", "apac", "global")),
        ("us-east-1", "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5",
         "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic.claude-opus-5"),
    ],
)  # fmt: skip
def test_models_served_by_inference_profiles_alone_go_by_that_of_the_region(region: str, model: str, served: str):
    post = asyncio.run(Bedrock(region, key="k").post(model, ask(), stream=False))
    assert post.url == f"https://bedrock-runtime.{region}.amazonaws.com/model/{served}/converse"


def test_the_tools_of_earlier_calls_are_declared_though_the_request_brings_none():
    body = bedrock_request.body("m", replace(conversation(), tools=(), tool_choice=None))
    declared = [each["toolSpec"]["name"] for each in json.loads(json.dumps(body))["toolConfig"]["tools"]]
    assert declared == ["get_weather"]
    assert "toolConfig" not in bedrock_request.body("m", ask())


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (replace(conversation(), tool_choice=ToolChoice(ToolMode.NONE)), True),
        (replace(conversation(), tools=(), tool_choice=None), True),
        (conversation(), False),
        (ask(tools=(WEATHER,), tool_choice=ToolChoice(ToolMode.NONE)), False),
        (ask(json_format=JsonFormat(SCHEMA)), False),
        (ask(), False),
    ],
)
def test_where_tools_are_declared_and_none_may_be_called_it_is_told_in_words(request_: ChatRequest, told: bool):
    body = json.loads(json.dumps(bedrock_request.body("anthropic.claude-sonnet-4-5", request_)))
    said = [each["text"] for each in body.get("system", ())]
    assert [*said[-1:]] == [bedrock_request.CALL_NONE] if told else bedrock_request.CALL_NONE not in said


EXPIRED = ClientError({"Error": {"Code": "ExpiredToken", "Message": "The token is expired."}}, "AssumeRole")


@pytest.mark.parametrize("fault", [EXPIRED, NoCredentialsError()], ids=["role", "none"])
def test_credentials_that_cannot_be_fetched_anew_are_a_refusal(fault: Exception):
    def refresh() -> dict[str, str]:
        raise fault

    credentials = DeferredRefreshableCredentials(refresh_using=refresh, method="assume-role")
    bedrock = Bedrock("us-east-1", "http://127.0.0.1:9", credentials=credentials)
    failed = run(bedrock, lambda provider: failure(provider.complete("amazon.nova-lite-v1:0", ask(), 5)))
    assert failed.failure is Failure.REFUSED
