"""The list of models, in OpenAI's form and Anthropic's at once: each SDK reads its own fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import BaseModel

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import FieldProblem, InvalidRequest

MOST: Final = 1000
"""Models that a page may be asked for."""


class ListedModel(BaseModel):
    """A model by its id; `created` and `created_at` are when the catalogue was made."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str
    type: Literal["model"] = "model"
    display_name: str
    created_at: datetime


class ModelList(BaseModel):
    """Every model that can be asked here, and `auto`, or a page of that, whose ends have no ids where it is empty."""

    object: Literal["list"] = "list"
    data: list[ListedModel]
    has_more: bool = False
    first_id: str | None
    last_id: str | None


def model_list(models: Sequence[ModelEntry], as_of: float) -> ModelList:
    """`auto` first, then the routable models."""
    return _of([listed_auto("auto", as_of), *(listed_model(model, as_of) for model in models)])


def page_of(whole: ModelList, query: Mapping[str, str]) -> ModelList:
    """The page that a client of Anthropic's asks for: without a `limit` all that is behind and before the models it
    names. `has_more` tells whether there is more on that side. Raises `InvalidRequest` naming everything that is wrong.
    """
    limit = query.get("limit", str(MOST))
    ends, problems = _ends(whole, query)
    if not (limit.isascii() and limit.isdecimal() and len(limit) <= len(str(MOST)) and 1 <= int(limit) <= MOST):
        problems.append(FieldProblem("limit", f"must be a whole number from 1 to {MOST}"))
    if problems:
        raise InvalidRequest("Some parameters of the query are wrong; see 'fields'.", tuple(problems))
    between = whole.data[ends]
    if "limit" not in query:
        return _of(between)
    backwards = "before_id" in query and "after_id" not in query
    page = between[-int(limit) :] if backwards else between[: int(limit)]
    return _of(page, has_more=len(page) < len(between))


def listed_model(model: ModelEntry, as_of: float) -> ListedModel:
    """One model."""
    return _listed(model.id, model.provider, model.display_name, as_of)


def listed_auto(name: str, as_of: float) -> ListedModel:
    """The router itself, by `auto` or a name that carries a preference."""
    return _listed(name, "router", name, as_of)


def _ends(whole: ModelList, query: Mapping[str, str]) -> tuple[slice, list[FieldProblem]]:
    """What is behind `after_id` and before `before_id`, and which of these names none of the models."""
    places = {model.id: place for place, model in enumerate(whole.data)}
    named = [name for name in ("after_id", "before_id") if name in query]
    problems = [FieldProblem(name, "must be an id of this list") for name in named if query[name] not in places]
    after, before = places.get(query.get("after_id", ""), -1), places.get(query.get("before_id", ""))
    return slice(after + 1, before), problems


def _of(listed: list[ListedModel], *, has_more: bool = False) -> ModelList:
    first, last = (listed[0].id, listed[-1].id) if listed else (None, None)
    return ModelList(data=listed, has_more=has_more, first_id=first, last_id=last)


def _listed(name: str, owner: str, shown: str, as_of: float) -> ListedModel:
    made = int(as_of)
    at = datetime.fromtimestamp(made, UTC)
    return ListedModel(id=name, created=made, owned_by=owner, display_name=shown, created_at=at)
