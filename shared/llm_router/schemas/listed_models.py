"""The list of models, in OpenAI's form and Anthropic's at once: each SDK reads its own fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel

from llm_router.catalogue.entry import ModelEntry


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
    """Every model that can be asked here, and `auto`, on one page."""

    object: Literal["list"] = "list"
    data: list[ListedModel]
    has_more: Literal[False] = False
    first_id: str
    last_id: str


def model_list(models: Sequence[ModelEntry], as_of: float) -> ModelList:
    """`auto` first, then the routable models."""
    listed = [listed_auto("auto", as_of), *(listed_model(model, as_of) for model in models)]
    return ModelList(data=listed, first_id=listed[0].id, last_id=listed[-1].id)


def listed_model(model: ModelEntry, as_of: float) -> ListedModel:
    """One model."""
    return _listed(model.id, model.provider, model.display_name, as_of)


def listed_auto(name: str, as_of: float) -> ListedModel:
    """The router itself, by `auto` or a name that carries a preference."""
    return _listed(name, "router", name, as_of)


def _listed(name: str, owner: str, shown: str, as_of: float) -> ListedModel:
    made = int(as_of)
    at = datetime.fromtimestamp(made, UTC)
    return ListedModel(id=name, created=made, owned_by=owner, display_name=shown, created_at=at)
