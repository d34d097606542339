"""Under which name a generation is booked."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.taxonomy import Category, Difficulty


@dataclass(frozen=True, slots=True)
class Label:
    """What the request was classified as; None and empty where the model was pinned and nothing was classified."""

    decision_id: str = ""
    category: str = ""
    base: Category | None = None
    difficulty: Difficulty | None = None


UNLABELLED = Label()
