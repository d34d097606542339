"""Models that a request is better not put to: they are left out as long as there are others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.generation.chat import ChatRequest
from llm_router.generation.cooling import Cooling

UNFORCED = "cannot be made to call a tool"


def spared(
    request: ChatRequest, catalogue: Catalogue, cooling: Cooling, can_force: Callable[[ModelEntry], bool]
) -> Iterator[Mapping[str, str]]:
    """The models to leave out, by id with the reason, and then those where that leaves nobody: at first all that rest
    or only may call the tool that must be called, then the former alone: who rests is not asked, who only may call it
    is."""
    resting, unforced = cooling.resting(catalogue), _unforced(request, catalogue, can_force)
    if unforced:
        yield {**resting, **unforced}
    if resting:
        yield resting


def _unforced(request: ChatRequest, catalogue: Catalogue, can_force: Callable[[ModelEntry], bool]) -> Mapping[str, str]:
    if not request.tools or request.tool_choice is None or not request.tool_choice.forces:
        return {}
    return {model.id: UNFORCED for model in catalogue.active() if not can_force(model)}
