"""Models that a request is better not put to: they are left out as long as there are others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.generation.chat import ChatRequest, Part, TextPart

UNFORCED = "cannot be made to call a tool"

FEW_TOOLS = 128
"""No provider is known to take fewer."""

WhyNot = Callable[[str, Sequence[Part], int], str | None]
"""Why a request with these parts, of which none is text, and so many tools cannot be put to a provider; None where it
can."""


def spared(
    request: ChatRequest,
    catalogue: Catalogue,
    resting: Mapping[str, str],
    can_force: Callable[[ModelEntry], bool],
    why_not: WhyNot,
) -> Iterator[Mapping[str, str]]:
    """The models to leave out, by id with the reason, and then those where that leaves nobody: at first all `resting`
    and those that only may call the tool that must be called, then the former alone: who rests is not asked, who only
    may call it is. The last are the models of providers that the request cannot be put to, which are left out all
    along."""
    unforced = _unforced(request, catalogue, can_force)
    untaken = _untaken(request, catalogue, why_not)
    if unforced:
        yield {**resting, **unforced, **untaken}
    if resting:
        yield {**resting, **untaken}
    yield untaken


def _untaken(request: ChatRequest, catalogue: Catalogue, why_not: WhyNot) -> Mapping[str, str]:
    parts = [part for message in request.messages for part in message.parts if not isinstance(part, TextPart)]
    if not parts and len(request.tools) <= FEW_TOOLS:
        return {}
    models = catalogue.active()
    whys = {provider: why_not(provider, parts, len(request.tools)) for provider in {model.provider for model in models}}
    return {model.id: why for model in models if (why := whys[model.provider]) is not None}


def _unforced(request: ChatRequest, catalogue: Catalogue, can_force: Callable[[ModelEntry], bool]) -> Mapping[str, str]:
    if not request.tools or request.tool_choice is None or not request.tool_choice.forces:
        return {}
    return {model.id: UNFORCED for model in catalogue.active() if not can_force(model)}
