"""The writer's manner: how urgent it is, and in what style they speak to the model.

Nothing measured says what either is of a prompt: the constants were chosen by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.features import Features
from classifier.phrases import Found
from classifier.rules import Reading
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

_QUOTES = ">"
"""What opens the lines of an earlier message."""

_NOW = ("right", "now")
_ASKING = {"what", "which", "who", "whose", "where", "when", "why", "how"}
_CLAUSE_ENDS = ".!?,;:\n"
"""Behind one of these words in the same clause, `right now` means no more than at present."""

LISTED = 2
"""Lines of a list from which on a prompt reads as one of requirements."""

_SECTION_LINES, _SECTION_WORDS = 5, 60
"""Lines from which on, and words beyond which, a prompt has sections."""

_TALK, _TALK_WORDS = 2, 8
"""Signs of talk from which on, and words beyond which, a request is wrapped in it."""


def urgency(reading: Reading) -> float:
    """0 to 1, reasoned from words of urgency near either end, and from shouting. 0.1 when nothing is said of it.

    Who says both that it is very urgent and that there is time is taken to be in a hurry.
    """
    relaxed = _said(reading, RELAXED)
    pressing, very_pressing = (
        [phrase for phrase in _said(reading, group) if _presses(reading, phrase, relaxed)]
        for group in (URGENT, VERY_URGENT)
    )
    if relaxed and not very_pressing:
        return _RELAXED
    calm = 1 - _BASE
    if very_pressing:
        calm *= 1 - _VERY_URGENT
    elif pressing:
        calm *= 1 - _URGENT
    features = reading.features
    if features.capitals > _SHOUTED_CAPITALS and features.words > _SHOUTED_WORDS:
        calm *= 1 - _SHOUTING
    return 1 - calm


def _said(reading: Reading, group: str) -> list[Found]:
    """The phrases of a group that the writer says near either end, in lines that are not quoted."""
    phrases, last = reading.found.get(group, ()), len(reading.words) - _EDGE_WORDS
    return [p for p in phrases if (p.first < _EDGE_WORDS or p.after > last) and not _is_quoted(reading, p)]


def _is_quoted(reading: Reading, phrase: Found) -> bool:
    text, start = reading.prompt.text, reading.words[phrase.first].start
    return text[text.rfind("\n", 0, start) + 1 : start].lstrip().startswith(_QUOTES)


def _presses(reading: Reading, phrase: Found, relaxed: Sequence[Found]) -> bool:
    """Whether a phrase of urgency means it: `urgent` does not in `not urgent`, nor `right now` in a question."""
    if any(calm.first <= phrase.first and phrase.after <= calm.after for calm in relaxed):
        return False
    words, text = reading.words, reading.prompt.text
    if tuple(word.text for word in words[phrase.first : phrase.after]) != _NOW:
        return True
    begins = max(text.rfind(sign, 0, words[phrase.first].start) for sign in _CLAUSE_ENDS)
    is_calm = any(words[calm.first].start > begins and calm.first < phrase.first for calm in relaxed)
    return not is_calm and not any(word.text in _ASKING for word in words[: phrase.first] if word.start > begins)


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
