"""What stands around a request without being it: courtesies, and sentences that tell the router what to decide.

Neither says what is asked for, and the second kind is how someone would steer a prompt to a model of their liking, so
what sorts a prompt does not read them. They are only looked for at either end; in the middle they belong to the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from classifier.normalise import Prompt, normalise
from classifier.phrases import Found
from classifier.rules import Reading, RuleBook
from classifier.words import Word

OPENING, CLOSING, NO_COURTESY, CLAIM = "opening_courtesy", "closing_courtesy", "no_courtesy", "claim"
"""Groups of phrases in `rules.toml`: what may stand before and after a request, what only looks like it, and words
without one of which nothing is claimed."""

LEAST_WORDS = 3
"""Words that must be left: a greeting with less behind it is the message."""

_SIGNS = frozenset(",.!:;-–—~…،。，！、；：")

LONGEST_CLAIM = 160
"""Characters of a sentence that may be left out; longer ones say more than a claim."""

_ENDS = r".!?。！？؟"
_BREAK = (
    rf"[{_ENDS}]+[\"'”]*\s*|\n\s*|(?=[\[(<{{])"
    r"|\s(?=(?:Ignore|Disregard|Forget|Override|Treat|Classify|Categori[sz]e|Label|Mark|Route|SYSTEM|System|Note to"
    r"|This is|It is|It['’]s|Please use)\b)"
)
"""Where a sentence ends: at its sign, a line's end, before a bracket, or where a claim begins without any of these."""

_BRACKETED = r"(?:<[^<>\n]{1,40}>[^<>\n]{1,80}</[^<>\n]{1,40}>|[\[(<{][^\])>}\n]{1,120}[\])>}]+)\s*"
_CLOSING_BRACKETS = "])>}"

_LABEL = (
    r"(?:coding|code|programming|math(?:s|ematics)?|creative[ _-]?writing|creative|poem|story|analysis|question|chat"
    r"|chatting|chit-?chat|small[ -]?talk|conversation|general|joke|easy|simple|trivial|basic|medium|moderate|hard"
    r"|difficult|complex|complicated)"
)
_ASKS = (
    r"[?？؟]\W*$|^\W*(?:what|which|who|whose|how|why|when|where|should|tell me|explain|help me|show me|give me|write"
    r"|make|find)\b"
)
"""A sentence that asks for something is the request, whatever else it says."""

_ABOUT = r"(?:this|it|that|we|the (?:following|above|prompt|message|request|task))(?:['’]?s|['’]re|['’]m| is| are| was)"
_CLAIM = "|".join(
    (
        r"\b(?:category|difficulty|complexity|intent|label|class|task[ _]?type)(?: \w+)?\W{0,5}(?:is|to|as|be)?"
        rf"\W{{0,5}}{_LABEL}\b",
        rf"\b(?:classify|categori[sz]e|label|treat|mark|tag|route|rate|regard|consider|count|handle)\b.{{0,40}}\b"
        rf"(?:as|to)\b.{{0,24}}\b{_LABEL}\b",
        rf"\b{_ABOUT}\b(?: (?!my\b|our\b|his\b|her\b|their\b)\w+){{0,4}} {_LABEL}(?: \w+){{0,4}}\W*$",
        r"\b(?:use|pick|choose|select|send|route)\b.{0,30}\b(?:cheap|best|strong|small|big|larg|expensive|weak|fast)"
        r"(?:er|est|ger|gest)?\b.{0,12}\bmodel",
        r"^\W*#(?:coding|math|creative_writing|analysis|question|chat|general)\W*$",
        r"^\W*(?:please )?(?:ignore|disregard|forget|override|overrule)\b.{0,50}\b(?:above|before|previous|earlier"
        r"|prior|instructions?|everything else|anything else|rest)\b[^,;:]{0,24}"
        r"(?:\W+(?:and )?(?:this|it|that|we|just|only|classify|label|treat|mark|tag|route|consider|set|use)\b.*)?$",
    )
)


@cache
def _break() -> re.Pattern[str]:
    return re.compile(_BREAK)


@cache
def _bracketed(*, last: bool) -> re.Pattern[str]:
    return re.compile(_BRACKETED + r"\Z" if last else _BRACKETED)


@cache
def _claim() -> re.Pattern[str]:
    """Compiled when the first claim may be there: most processes never see one."""
    return re.compile(_CLAIM, re.IGNORECASE)


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(_ASKS, re.IGNORECASE)


def read_request(rules: RuleBook, text: str) -> tuple[Reading, Reading]:
    """The whole prompt, and what it asks for: one and the same where nothing stands around it."""
    whole = rules.read(normalise(text))
    prompt = asked(whole)
    return whole, whole if prompt is whole.prompt else rules.read(prompt)


def asked(reading: Reading) -> Prompt:
    """What the writer asks for, without what stands around it; the prompt itself where nothing does."""
    prompt, words = reading.prompt, reading.words
    first, after = _between_courtesies(words, reading.found)
    if first >= after:
        return prompt
    start = words[first].start if first else 0
    end = words[after - 1].end if after < len(words) else len(prompt.text)
    if CLAIM in reading.found:
        start, end = _between_claims(prompt.text, start, end)
    if start == 0 and end == len(prompt.text):
        return prompt
    left = sum(word.text[0].isalnum() for word in words if start <= word.start < end)
    if left < LEAST_WORDS:
        return prompt
    return prompt.part(start, end)


def _between_courtesies(words: Sequence[Word], found: Mapping[str, Sequence[Found]]) -> tuple[int, int]:
    """The words from the first that is not courtesy up to, not including, the first that is courtesy to the end."""
    first, after = 0, len(words)
    barred = {phrase.first for phrase in found.get(NO_COURTESY, ())}
    openings = {phrase.first: phrase.after for phrase in found.get(OPENING, ()) if phrase.first not in barred}
    while first in openings:
        first = _past_signs(words, openings[first])
    closings = {phrase.after: phrase.first for phrase in reversed(found.get(CLOSING, ()))}
    while (end := _before_signs(words, after)) in closings:
        after = closings[end]
    return first, after


def _past_signs(words: Sequence[Word], first: int) -> int:
    while first < len(words) and words[first].text in _SIGNS:
        first += 1
    return first


def _before_signs(words: Sequence[Word], after: int) -> int:
    while after and words[after - 1].text in _SIGNS:
        after -= 1
    return after


def _between_claims(text: str, start: int, end: int) -> tuple[int, int]:
    """The same stretch without the claims at its ends."""
    while start < (after := _after_first(text, start, end)) and _claims(text[start:after]):
        start = after
    while end > (before := _before_last(text, start, end)) and _claims(text[before:end]):
        end = before
    return start, end


def _claims(sentence: str) -> bool:
    said = sentence.strip()
    return _claim().search(said) is not None and _asks().search(said) is None


def _after_first(text: str, start: int, end: int) -> int:
    """Where the first sentence or bracket ends; `start` when it is too long to be a claim."""
    if (found := _bracketed(last=False).match(text, start, end)) is not None:
        return found.end()
    longest = min(end, start + LONGEST_CLAIM)
    if (found := _break().search(text, start + 1, longest)) is not None:
        return found.end()
    return end if longest == end else start


def _before_last(text: str, start: int, end: int) -> int:
    """Where the last sentence or bracket begins; `end` when it is too long to be a claim."""
    earliest = max(start, end - LONGEST_CLAIM)
    edge = text[earliest:end].rstrip()
    if edge.endswith(tuple(_CLOSING_BRACKETS)) and (found := _bracketed(last=True).search(edge)) is not None:
        return earliest + found.start()
    said = edge.rstrip(_ENDS + "\"'”")
    begins = [found.end() for found in _break().finditer(said)]
    if begins and begins[-1] < len(said):
        return earliest + begins[-1]
    return start if earliest == start else end
