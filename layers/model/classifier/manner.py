"""The writer's manner: how urgent it is, and in what style they speak to the model.

Nothing measured says what either is of a prompt: the constants were chosen by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.features import Features
from classifier.phrases import Found
from llm_router.taxonomy import Category, InteractionStyle

URGENT, VERY_URGENT, RELAXED, POLITE = "urgent", "very_urgent", "relaxed", "polite"
CONVERSATIONAL = ("hello", "thanks", "feelings", "first_person")

_BASE, _RELAXED = 0.1, 0.02
"""How urgent a prompt is that says nothing of it, and one that says there is time."""

_URGENT, _VERY_URGENT, _SHOUTING = 0.35, 0.75, 0.2
"""The share of the calm that is left that each of these takes away."""

_SHOUTED_CAPITALS, _SHOUTED_WORDS = 0.5, 2
"""The share of a text's letters, and the words, beyond which capitals are shouting."""

_EDGE_WORDS = 40
"""Urgency stands at the edges of a prompt; in the middle the word belongs to what was pasted."""


LISTED = 2
"""Lines of a list from which on a prompt reads as one of requirements."""

_SECTION_LINES, _SECTION_WORDS = 5, 60
"""Lines from which on, and words beyond which, a prompt has sections."""

_TALK, _TALK_WORDS = 2, 8
"""Signs of talk from which on, and words beyond which, a request is wrapped in it."""


def urgency(found: Mapping[str, Sequence[Found]], features: Features, word_count: int) -> float:
    """0 to 1, reasoned from words of urgency near either end, and from shouting. 0.1 when nothing is said of it."""
    if RELAXED in found:
        return _RELAXED

    def near_edge(group: str) -> int:
        return sum(p.first < _EDGE_WORDS or p.after > word_count - _EDGE_WORDS for p in found.get(group, ()))

    calm = 1 - _BASE
    if near_edge(VERY_URGENT):
        calm *= 1 - _VERY_URGENT
    elif near_edge(URGENT):
        calm *= 1 - _URGENT
    if features.capitals > _SHOUTED_CAPITALS and features.words > _SHOUTED_WORDS:
        calm *= 1 - _SHOUTING
    return 1 - calm


def interaction_style(category: Category, found: Mapping[str, Sequence[Found]], features: Features) -> InteractionStyle:
    """Structured: lists, sections, pasted blocks. Conversational: talk, or a request wrapped in it. Else direct."""
    sections = features.lines >= _SECTION_LINES and features.words > _SECTION_WORDS
    if features.list_lines >= LISTED or sections or features.has_code:
        return InteractionStyle.STRUCTURED
    if category is Category.CHAT:
        return InteractionStyle.CONVERSATIONAL
    talk = sum(group in found for group in CONVERSATIONAL) + (POLITE in found)
    if talk >= _TALK and features.words > _TALK_WORDS:
        return InteractionStyle.CONVERSATIONAL
    return InteractionStyle.DIRECT
