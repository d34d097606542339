"""What a protocol has no form for is refused in our own words, before a model is chosen as when it is asked."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers import taking
from llm_router.adapters.providers.configured import speakers
from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.generation.chat import AudioPart, ChatMessage, ChatRequest, FilePart, ImagePart, Part, Role, TextPart
from llm_router.generation.provider import Failure
from tests.support.chat import PIXEL, WEATHER, failure, run
from tests.support.provider_answers import Protocol
from tests.support.provider_server import ProviderServer
from tests.support.speaking import SPEAKERS, model_of

NAMES = {Protocol.ANTHROPIC: "anthropic", Protocol.BEDROCK: "bedrock", Protocol.GEMINI: "google"}
AT, PICTURE = "https://example.com/a.png", f"data:image/png;base64,{PIXEL}"
REFUSED = [
    (Protocol.BEDROCK, ImagePart(AT), taking.PICTURE_BY_ADDRESS),
    *((protocol, AudioPart("UklG", "wav"), taking.NO_SOUND) for protocol in (Protocol.ANTHROPIC, Protocol.BEDROCK)),
    (Protocol.BEDROCK, FilePart("https://example.com/a.pdf"), taking.FILE_BY_ADDRESS),
    *((protocol, FilePart(file_id="file-1"), taking.FILE_BY_ID) for protocol in NAMES),
]


def asked(part: Part) -> ChatRequest:
    return ChatRequest((ChatMessage(Role.USER, (TextPart("Look."), part)),))


@pytest.mark.parametrize(("protocol", "part", "why"), REFUSED)
def test_why_it_is_refused_is_told(protocol: Protocol, part: Part, why: str, server: ProviderServer):
    assert taking.why_not(NAMES[protocol], [part], 0) == why
    attempt = lambda provider: failure(provider.complete(model_of(protocol), asked(part), 5))  # noqa: E731
    failed = run(SPEAKERS[protocol](server.url), attempt)
    assert (failed.failure, failed.why, server.requests) == (Failure.BAD_REQUEST, why, [])


@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.BEDROCK])
@pytest.mark.parametrize(
    ("part", "why"),
    [
        (FilePart("data:application/zip;base64,UEs="), taking.OTHER_KIND),
        (FilePart("data:application/pdf;base64,%%"), taking.UNREADABLE),
        (FilePart("data:application/pdf"), taking.UNREADABLE),
    ],
)
def test_so_is_what_only_shows_when_it_is_read(protocol: Protocol, part: Part, why: str, server: ProviderServer):
    assert taking.why_not(NAMES[protocol], [part], 0) is None
    attempt = lambda provider: failure(provider.complete(model_of(protocol), asked(part), 5))  # noqa: E731
    assert run(SPEAKERS[protocol](server.url), attempt).why == why


@pytest.mark.parametrize(
    ("provider", "part"),
    [
        *((name, ImagePart(PICTURE)) for name in NAMES.values()),
        ("anthropic", ImagePart(AT)),
        ("google", ImagePart(AT)),
        ("google", AudioPart("UklG", "wav")),
        ("google", FilePart(AT)),
        ("anthropic", FilePart("https://example.com/a.pdf")),
        ("anthropic", FilePart("data:application/pdf;base64,JVBERi0=", file_id="file-1")),
        *((name, part) for name in ("openai", "vllm") for part in (FilePart(file_id="f"), ImagePart(AT))),
    ],
)
def test_nothing_else_is_refused_beforehand(provider: str, part: Part):
    assert taking.why_not(provider, [part], 0) is None


@pytest.mark.parametrize("provider", ["openai", "azure"])
@pytest.mark.parametrize(
    ("part", "why"),
    [
        (FilePart("https://example.com/a.pdf"), taking.FILE_BY_ADDRESS),
        (FilePart("data:text/csv;base64,YSxi"), taking.OTHER_KIND),
        (FilePart("data:application/pdf;base64,JVBERi0="), None),
    ],
)
def test_openai_takes_pdfs_alone_and_none_by_its_address(
    provider: str, part: Part, why: str | None, server: ProviderServer
):
    assert taking.why_not(provider, [part], 0) == why
    assert taking.why_not("openrouter", [part], 0) is None
    if why is not None:
        speaker = OpenAiChat(f"{server.url}/v1/chat/completions", {}, speakers()[provider].quirks)
        failed = run(speaker, lambda asked_: failure(asked_.complete("m", asked(part), 5)))
        assert (failed.failure, failed.why, server.requests) == (Failure.BAD_REQUEST, why, [])


@pytest.mark.parametrize(
    ("provider", "most"), [("openai", 128), ("azure", 128), ("groq", 128), ("xai", 200), ("google", 512)]
)
def test_more_tools_than_a_provider_takes_are_for_others(provider: str, most: int, server: ProviderServer):
    why = f"it takes no more than {most} tools"
    assert [taking.why_not(provider, [], tools) for tools in (most, most + 1)] == [None, why]
    many = ChatRequest((ChatMessage(Role.USER, (TextPart("Hi"),)),), tools=(WEATHER,) * (most + 1))
    speaker = (
        SPEAKERS[Protocol.GEMINI](server.url)
        if provider == "google"
        else OpenAiChat(f"{server.url}/v1/chat/completions", {}, speakers()[provider].quirks)
    )
    failed = run(speaker, lambda asked: failure(asked.complete("m", many, 5)))
    assert (failed.failure, failed.why, server.requests) == (Failure.BAD_REQUEST, why, [])


@pytest.mark.parametrize("provider", ["mistral", "anthropic", "bedrock"])
def test_others_take_any_number(provider: str):
    assert taking.why_not(provider, [], 10_000) is None
