"""`GET /info` and `/categories`: what the classifier is and what it sorts into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from llm_router import __version__
from llm_router.taxonomy import Category, Method

if TYPE_CHECKING:
    from classifier import ClassifierInfo


class InfoAnswer(BaseModel):
    """Which artefact runs. `reason` says why there is no model; `measured` is from the artefact's own report."""

    service: str
    version: str
    ml_model_available: bool
    ml_model: str
    categories: list[str]
    own_categories: list[str]
    classification_methods: list[Method]
    artefact: str
    artefacts: dict[str, str]
    measured: dict[str, float]
    reason: str | None


class CategoryAnswer(BaseModel):
    """A category in force; `own` marks an operator's."""

    name: str
    description: str
    own: bool


class CategoriesAnswer(BaseModel):
    """The categories in force."""

    categories: list[CategoryAnswer]


DESCRIPTIONS = {
    Category.CODING: "Code, debugging, shell, SQL, configuration, or an explanation of code.",
    Category.MATH: "A calculation, equation, proof, statistics exercise or word problem.",
    Category.CREATIVE_WRITING: "Imaginative text: story, poem, lyrics, joke, role-play, slogan.",
    Category.ANALYSIS: "Compare, evaluate, critique, analyse given data or text, diagnose from evidence.",
    Category.QUESTION: "One short fact that can be checked.",
    Category.CHAT: "Greeting, small talk, feelings, talk about or to the assistant.",
    Category.GENERAL: "Explanation, how-to, plan, list, transformation of given text, practical writing.",
}


def info_answer(about: ClassifierInfo) -> InfoAnswer:
    """What runs, as JSON shows it."""
    return InfoAnswer(
        service="classifier",
        version=__version__,
        ml_model_available=about.available,
        ml_model=about.model,
        categories=list(Category),
        own_categories=list(about.own_categories),
        classification_methods=list(Method),
        artefact=about.version,
        artefacts=dict(about.artifacts),
        measured=dict(about.measured),
        reason=about.reason,
    )


def categories_answer() -> CategoriesAnswer:
    """The seven."""
    return CategoriesAnswer(
        categories=[CategoryAnswer(name=name, description=words, own=False) for name, words in DESCRIPTIONS.items()]
    )
