"""`GET /info`: what the classifier is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from llm_router import __version__
from llm_router.taxonomy import Category, Method

if TYPE_CHECKING:
    from classifier import ClassifierInfo


class InfoAnswer(BaseModel):
    """Which artefact runs. `reason` says why there is no model."""

    service: str
    version: str
    ml_model_available: bool
    ml_model: str
    categories: list[str]
    classification_methods: list[Method]
    artefact: str
    artefacts: dict[str, str]
    measured: dict[str, float] = Field(
        description="how right the x86_64-vnni artefact is on held-out prompts; those for other processors can differ"
    )
    reason: str | None


def info_answer(about: ClassifierInfo) -> InfoAnswer:
    """What runs, as JSON shows it."""
    return InfoAnswer(
        service="classifier",
        version=__version__,
        ml_model_available=about.available,
        ml_model=about.model,
        categories=list(Category),
        classification_methods=list(Method),
        artefact=about.version,
        artefacts=dict(about.artifacts),
        measured=dict(about.measured),
        reason=about.reason,
    )
