"""Who is left out since the request cannot be put to its provider is found out from what is no text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from llm_router.catalogue.entry import Catalogue
from llm_router.generation.chat import ChatMessage, ChatRequest, ImagePart, Part, Role, TextPart
from llm_router.generation.sparing import FEW_TOOLS, spared
from tests.support.chat import WEATHER
from tests.support.models import model

TEXT, SEEN = TextPart("Look."), ImagePart("https://example.com/a.png")
MODELS = [replace(model(name), provider=name[0]) for name in ("a1", "a2", "b1")]
CATALOGUE = Catalogue(1, {each.id: each for each in MODELS})


def left_out(*messages: tuple[Part, ...], tools: int = 0) -> tuple[list[dict[str, str]], list[tuple[str, list[Part]]]]:
    """Whom a request spares, one after the other, and what providers were asked about."""
    asked: list[tuple[str, list[Part]]] = []

    def why_not(provider: str, parts: Sequence[Part], tools: int) -> str | None:
        asked.append((provider, list(parts)))
        return "blind" if provider == "a" else None

    request = ChatRequest(tuple(ChatMessage(Role.USER, parts) for parts in messages), tools=(WEATHER,) * tools)
    found = spared(request, CATALOGUE, {}, lambda _: True, why_not)
    return [dict(each) for each in found], sorted(asked)


def test_of_a_request_of_text_alone_no_provider_is_asked_about():
    assert left_out((TEXT,), (TEXT, TEXT)) == ([{}], [])


def test_otherwise_each_provider_is_asked_about_once():
    spares, asked = left_out((TEXT, SEEN), (TEXT,))
    assert spares == [{MODELS[0].id: "blind", MODELS[1].id: "blind"}]
    assert asked == [("a", [SEEN]), ("b", [SEEN])]


def test_of_many_tools_each_provider_is_asked_about_too():
    assert left_out((TEXT,), tools=FEW_TOOLS) == ([{}], [])
    assert left_out((TEXT,), tools=FEW_TOOLS + 1)[1] == [("a", []), ("b", [])]
