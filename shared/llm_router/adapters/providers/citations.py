"""The pages that an answer in OpenAI's form rests on, as leniently as its many speakers need: what is no citation is
left out."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import JsonValue

from llm_router.generation.chat import Citation


def cited(annotations: JsonValue) -> tuple[Citation, ...]:
    """Those among a message's annotations."""
    told = (each.get("url_citation") for each in _objects(annotations) if each.get("type") == "url_citation")
    return _distinct(_citation(each) for each in told if isinstance(each, dict))


def listed(addresses: JsonValue, results: JsonValue) -> tuple[Citation, ...]:
    """What stands beside the whole answer, as Perplexity's and xAI's do it: `[1]` in the text means the first."""
    found = {each.url: each for each in map(_citation, _objects(results)) if each is not None}
    named = [each for each in addresses if isinstance(each, str)] if isinstance(addresses, list) else []
    return tuple(found.get(url) or Citation(url) for url in named) or tuple(found.values())


def _citation(told: dict[str, JsonValue]) -> Citation | None:
    url, title = told.get("url"), told.get("title")
    if not isinstance(url, str) or not url:
        return None
    return Citation(
        url, title if isinstance(title, str) else "", _place(told, "start_index"), _place(told, "end_index")
    )


def _place(told: dict[str, JsonValue], name: str) -> int:
    return place if isinstance(place := told.get(name), int) else 0


def _objects(values: JsonValue) -> list[dict[str, JsonValue]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _distinct(found: Iterable[Citation | None]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(each for each in found if each is not None))
