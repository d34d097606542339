"""What stands around a request without being it: courtesies, and sentences that tell the router what to decide.

Neither says what is asked for, and the second kind is how someone would steer a prompt to a model of their liking, so
what sorts a prompt does not read them. They are only looked for at either end; in the middle they belong to the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from classifier.claims import between_claims
from classifier.normalise import Prompt, normalise
from classifier.rules import Reading, RuleBook
from classifier.words import Word

OPENING, CLOSING, NO_COURTESY, CLAIM = "opening_courtesy", "closing_courtesy", "no_courtesy", "claim"
"""Groups of phrases in `rules.toml`: what may stand before and after a request, what only looks like it, and words
without one of which nothing is claimed."""

LEAST_WORDS = 3
"""Words that must be left: a greeting with less behind it is the message."""

_SIGNS = frozenset(",.!:;-–—~…،。，！、；：")
_APART = _SIGNS | frozenset("\n?？؟)")

_ALSO_WORDS = {
    *("beste", "buna", "chao", "er", "hai", "halo", "hoi", "lg", "look", "nha", "nhe", "oie", "ola", "so"),
    *("tia", "ty", "um", "vg", "well", "ya", "yo", "あの"),
}
"""Courtesies that are words of a request too, in some language or without their accents: German `er`, Vietnamese `hai`
(two), Spanish `tía`. They are courtesies only where something sets them off."""

_SPELT_OUT = frozenset(("chào", "nhé", "olá"))
"""What is a courtesy wherever it stands when its accents are written."""

_HOLDS = {
    *"“„«‹「『",
    *("called", "titled", "named", "with", "word", "say", "says", "saying", "spell"),
    *("con", "dice", "avec", "dit", "mit", "sagt", "diz"),
}
"""What makes part of the request of the words directly behind it: nobody is thanked in `a poem called Thank You`."""

_LISTS = {"or", "and", "ou", "et", "oder", "und"}
"""Such words too, before a single one: `sorry or thanks`, but not `explain gravity and thanks in advance`."""

_QUOTES = "'\""
"""Such a sign too, where it touches them: else it may close what stands before it."""


def read_request(rules: RuleBook, text: str) -> tuple[Reading, Reading]:
    """The whole prompt, and what it asks for: one and the same where nothing stands around it."""
    whole = rules.read(normalise(text))
    prompt = asked(whole)
    return whole, whole if prompt is whole.prompt else rules.read(prompt)


def asked(reading: Reading) -> Prompt:
    """What the writer asks for, without what stands around it; the prompt itself where nothing does."""
    prompt, words = reading.prompt, reading.words
    first, after = _between_courtesies(reading)
    if first >= after:
        return prompt
    start = words[first].start if first else 0
    end = words[after - 1].end if after < len(words) else len(prompt.text)
    if CLAIM in reading.found:
        start, end = between_claims(prompt.text, start, end)
    if start == 0 and end == len(prompt.text):
        return prompt
    left = sum(word.text[0].isalnum() for word in words if start <= word.start < end)
    if left < LEAST_WORDS:
        return prompt
    return prompt.part(start, end)


def _between_courtesies(reading: Reading) -> tuple[int, int]:
    """The words from the first that is not courtesy up to, not including, the first that is courtesy to the end."""
    words, found = reading.words, reading.found
    first, after = 0, len(words)
    barred = {phrase.first for phrase in found.get(NO_COURTESY, ())}
    openings = {phrase.first: phrase.after for phrase in found.get(OPENING, ()) if phrase.first not in barred}
    while first in openings and _opens(reading, first, openings[first]):
        first = _past_signs(words, openings[first])
    closings = {phrase.after: phrase.first for phrase in reversed(found.get(CLOSING, ()))}
    while (end := _before_signs(words, after)) in closings and _closes(reading, closings[end], end):
        after = closings[end]
    return first, after


def _opens(reading: Reading, first: int, after: int) -> bool:
    """Whether the phrase is a courtesy where it stands, with the request behind it."""
    words, text = reading.words, reading.prompt.text
    if not _may_be_meant(reading, first, after):
        return True
    following = next((words[k].start for k in range(after, len(words)) if words[k].text[0].isalnum()), len(text))
    return _sets_off(text[words[after - 1].end : following])


def _closes(reading: Reading, first: int, after: int) -> bool:
    """Whether the phrase is a courtesy where it stands, with the request before it."""
    words, text = reading.words, reading.prompt.text
    if first and _holds(reading, first, after):
        return False
    if not _may_be_meant(reading, first, after):
        return True
    before = next((words[k].end for k in range(first - 1, -1, -1) if words[k].text[0].isalnum()), 0)
    return _sets_off(text[before : words[first].start])


def _holds(reading: Reading, first: int, after: int) -> bool:
    """Whether the word or sign before the phrase makes it part of the request."""
    word, following = reading.words[first - 1], reading.words[first]
    if word.text in _LISTS:
        return after == first + 1
    if word.text == ":":
        return "\n" not in reading.prompt.text[word.end : following.start]
    return word.text in _HOLDS or (word.text in _QUOTES and word.end == following.start)


def _may_be_meant(reading: Reading, first: int, after: int) -> bool:
    """Whether the words may as well be part of the request."""
    words = reading.words[first:after]
    if "".join(word.text for word in words) not in _ALSO_WORDS:
        return False
    return reading.prompt.text[words[0].start : words[-1].end].lower() not in _SPELT_OUT


def _sets_off(gap: str) -> bool:
    """Whether what stands between two words parts them: a sign, an emoji or the end of a line."""
    return gap != "-" and any(sign in _APART or unicodedata.category(sign) == "So" for sign in gap)


def _past_signs(words: Sequence[Word], first: int) -> int:
    while first < len(words) and words[first].text in _SIGNS:
        first += 1
    return first


def _before_signs(words: Sequence[Word], after: int) -> int:
    while after and words[after - 1].text in _SIGNS:
        after -= 1
    return after
