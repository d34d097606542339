"""A classification for tests of what comes after it."""

from __future__ import annotations

from llm_router.taxonomy import Category, Classification, Difficulty, InteractionStyle, Method


def classification(
    category: Category = Category.CODING, difficulty: Difficulty = Difficulty.MEDIUM, complexity: float = 0.5
) -> Classification:
    """Surely of one category, a hundred tokens long."""
    return Classification(
        category=category,
        base_category=category,
        difficulty=difficulty,
        method=Method.HYBRID,
        confidence=0.95,
        ml_confidence=0.95,
        probabilities={category.value: 1.0},
        complexity=complexity,
        creativity=0.1,
        urgency=0.0,
        interaction_style=InteractionStyle.DIRECT,
        token_count=100,
        output_tokens=400,
    )
