"""When Pydantic builds its models: a function answers few of its routes in its life, and OpenAPI's own models none.

Building them all, FastAPI's among them, takes a quarter of a cold start.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel


def build_on_first_use() -> None:
    """Have every model that is defined from now on built when it is first used."""
    BaseModel.model_config["defer_build"] = True


def build_now() -> None:
    """Build every model of ours: before threads could come upon one of them together, and before a snapshot."""
    for model in _all_below(BaseModel):
        if model.__module__.startswith(("llm_router.", "functions.", "app")):
            model.model_rebuild()


def _all_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _all_below(each)
