"""As what a generation's outcome is counted."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.taxonomy import Category, Difficulty


@dataclass(frozen=True, slots=True)
class Label:
    """What the request was classified as, an own category as its base; None where the model was pinned."""

    base: Category | None = None
    difficulty: Difficulty | None = None


UNLABELLED = Label()
