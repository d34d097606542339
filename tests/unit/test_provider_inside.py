"""A provider in the operator's own network is sent to no address there; nobody else is kept from anything."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers.inside import INSIDE, must_not_look_inside
from llm_router.generation.chat import ChatMessage, ChatRequest, FilePart, ImagePart, Part, Role, TextPart
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.provider_addresses import is_inside
from tests.support.provider_answers import Protocol
from tests.support.provider_server import provider_server
from tests.support.speaking import stream, whole

PUBLIC = [
    *("https://x.example/a.png", "http://8.8.8.8/", "https://bücher.example/a", "http://[2606:4700::1111]/a"),
    *("https://1.example/", "https://x.example:80/?q=http://10.0.0.1", "https://u:p@x.example/10.0.0.1"),
]
PRIVATE = [
    *("http://169.254.169.254/latest/meta-data", "http://localhost/x", "http://LOCALHOST./", "http://a.localhost:1/"),
    *(
        "http://vllm:8000/",
        "http://10.1.2.3",
        "http://127.1",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0.0.0.0/",
    ),
    *(
        "http://017700000001/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fd00::1]",
    ),
    *("http://[2002:a00:1::]/", "http://user@10.0.0.1/", "http://100.64.0.1/", "http://printer.local/"),
    *("http://metadata.google.internal/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://%31%32%37.0.0.1/"),
    *("http://x.example\\@10.0.0.1/", "http://10.0.0.1\\@x.example/", "http://[x/"),
    *("http://a%00b/x.png", "http://10.0.0.1%00.x.example/", "http://10.0\u00ad.0.1/", "http://\ud800/"),
    *("http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a9fe:a9fe]/"),
    *("http://[::127.0.0.1]/", "http://[ff0e::1]/", "http://224.0.0.1/", "http://240.0.0.1/"),
]


def asking(*parts: Part) -> ChatRequest:
    return ChatRequest((ChatMessage(Role.USER, (TextPart("What is it?"), *parts)),), max_tokens=10)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_known_however_it_is_written(address: str):
    assert is_inside(address)
    for part in (ImagePart(address), FilePart(address)):
        for provider in ("http://127.0.0.1:8000/v1/chat/completions", "https://vllm.internal/v1", "http://10.0.0.7/v1"):
            with pytest.raises(ProviderFailed) as refused:
                must_not_look_inside(provider, asking(part))
            assert (refused.value.failure, refused.value.why) == (Failure.BAD_REQUEST, INSIDE)
        must_not_look_inside("https://api.openai.com/v1/chat/completions", asking(part))


def test_a_request_to_a_public_provider_is_not_searched_for_addresses(monkeypatch: pytest.MonkeyPatch):
    looked_at: list[str] = []
    monkeypatch.setattr("llm_router.adapters.providers.inside.is_inside", lambda address: looked_at.append(address))
    for _ in range(2):
        must_not_look_inside("https://api.not-asked-before.example/v1", asking(*map(ImagePart, PRIVATE)))
    assert looked_at == ["https://api.not-asked-before.example/v1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_web_is_anybodys(address: str):
    assert not is_inside(address)
    must_not_look_inside("http://127.0.0.1:8000/v1", asking(ImagePart(address), FilePart(address)))


def test_what_is_sent_itself_or_held_by_the_provider_is_no_address():
    held = asking(ImagePart("data:image/png;base64,AA=="), FilePart("data:,x"), FilePart(file_id="localhost"))
    must_not_look_inside("http://127.0.0.1:8000/v1", held)


@pytest.mark.parametrize("ask", [whole, stream])
def test_the_provider_is_not_asked_at_all(ask):
    with provider_server() as server:
        with pytest.raises(ProviderFailed) as refused:
            ask(Protocol.OPENAI, server, asking(ImagePart("http://169.254.169.254/a.png")))
        assert refused.value.failure is Failure.BAD_REQUEST
        assert not server.requests
