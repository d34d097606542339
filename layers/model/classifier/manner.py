"""The writer's manner: how urgent it is, and in what style they speak to the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.features import Features
from classifier.phrases import Found
from llm_router.taxonomy import Category, InteractionStyle

URGENT, VERY_URGENT, RELAXED, POLITE = "urgent", "very_urgent", "relaxed", "polite"
CONVERSATIONAL = ("hello", "thanks", "feelings", "first_person")

_BASE = 0.1
_EACH_URGENT, _MOST_URGENT = 0.35, 0.75
_SHOUTING, _RELAXED = 0.2, 0.02
_EDGE_WORDS = 40
"""Urgency stands at the edges of a prompt; in the middle the word belongs to what was pasted."""


def urgency(found: Mapping[str, Sequence[Found]], features: Features, word_count: int) -> float:
    """0 to 1, reasoned from words of urgency near either end, and from shouting. 0.1 when nothing is said of it."""
    if RELAXED in found:
        return _RELAXED

    def near_edge(group: str) -> int:
        return sum(p.first < _EDGE_WORDS or p.after > word_count - _EDGE_WORDS for p in found.get(group, ()))

    calm = 1 - _BASE
    if near_edge(VERY_URGENT):
        calm *= 1 - _MOST_URGENT
    elif near_edge(URGENT):
        calm *= 1 - _EACH_URGENT
    if features.capitals > 0.5 and features.words > 2:
        calm *= 1 - _SHOUTING
    return 1 - calm


def interaction_style(category: Category, found: Mapping[str, Sequence[Found]], features: Features) -> InteractionStyle:
    """Structured: lists, sections, pasted blocks. Conversational: talk, or a request wrapped in it. Else direct."""
    if features.list_lines >= 2 or (features.lines >= 5 and features.words > 60) or features.has_code:
        return InteractionStyle.STRUCTURED
    if category is Category.CHAT:
        return InteractionStyle.CONVERSATIONAL
    talk = sum(group in found for group in CONVERSATIONAL) + (POLITE in found)
    if talk >= 2 and features.words > 8:
        return InteractionStyle.CONVERSATIONAL
    return InteractionStyle.DIRECT
