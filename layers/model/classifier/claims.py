"""Sentences that tell the router what to decide of a prompt, at either end of it.

A claim is about the message itself. A request that sorts something else, or names a label by the way, is none.
"""

from __future__ import annotations

import re
from functools import cache

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

_PIECE = r"poem|story|joke"
_KIND = (
    r"coding|code|programming|math(?:s|ematics)?|creative[ _-]?writing|analysis|question|chat|chatting|chit-?chat"
    r"|small[ -]?talk|conversation"
)
_GRADE = r"creative|general|easy|simple|trivial|basic|medium|moderate|hard|difficult|complex|complicated"

_ALONE = r"(?!\W{0,3}(?:or|and)\b|\s?[/|]\s?\w|(?:\s?,\s?\w+){1,6},?\s(?:or|and)\b)"
"""Behind a label: no other one to choose from."""

_OF_MESSAGES = (
    rf"(?! (?!(?:{_KIND}|{_GRADE}|{_PIECE}|questions?|tasks?|requests?|ones?|prompts?|problems?|messages?|level|matter"
    r"|stuff|thing|talk|writing|knowledge|exercise|paper|category|and|but|because|so|please|thanks|by|before|at|all"
    r"|here|now|anyway|enough|ok)\b)\w)"
)
"""Behind a label: nothing that makes it one of something else than a message, as in `a simple root`."""

_NAMED = rf"(?:{_PIECE}|{_KIND}|{_GRADE})\b{_ALONE}"
_GIVEN = rf"(?:(?:{_PIECE}|{_KIND})\b|(?:{_GRADE})\b{_OF_MESSAGES}){_ALONE}"

_ASKS = (
    r"[?？؟]\W*$|^\W*(?:what|which|who|whose|how|why|when|where|should|tell me|explain|help me|show me|give me|write"
    r"|make|find)\b"
)
"""A sentence that asks for something is the request, whatever else it says."""

_MESSAGE = (
    r"(?:this|that|it|me|us|everything|(?:all (?:of )?)?(?:this|the|my|our)(?: (?:above|following|preceding|whole"
    r"|entire|next|previous|last|rest|current|same|own|user|prompts?|messages?|requests?|tasks?|text|query|queries"
    r"|input|conversation|here|of (?:it|this))){1,3})"
)
_ABOUT = r"(?:this|it|that|we|the (?:following|above|prompt|message|request|task))(?:['’]?s|['’]re|['’]m| is| are| was)"
_NOT_OWN = r"(?: (?!my\b|our\b|his\b|her\b|their\b)\w+)"
_PURELY = r"(?:only|just|merely|simply|purely|really|actually|clearly|obviously|all|nothing but|like)"
_CLAIM = "|".join(
    (
        r"\b(?:(?:category|difficulty|complexity|intent|task[ _]?type)(?: \w+)?\W{0,5}(?:is|to|as|be)?"
        rf"|(?:label|class)(?:[\"']?\s?[:=]| is\b| was\b| \w+ ?[:=]))\W{{0,5}}{_NAMED}",
        r"\b(?:classify|categori[sz]e|label|treat|mark|tag|route|rate|regard|consider|count|handle)"
        rf"(?:(?: {_MESSAGE})? as| {_MESSAGE} to|(?<=route) to)\b"
        rf"(?:\W{{1,3}}(?!(?:and|then)\b)\w+){{0,3}}\W{{1,4}}{_GIVEN}",
        rf"\b{_ABOUT}\b{_NOT_OWN}{{0,4}} (?:{_KIND}|{_GRADE})\b{_OF_MESSAGES}(?: \w+){{0,4}}\W*$",
        rf"(?:\b{_ABOUT}\b{_NOT_OWN}{{0,2}} {_PURELY}|\w\W{{1,3}}{_ABOUT}\b){_NOT_OWN}{{0,3}} (?:{_PIECE})\b"
        r"(?: \w+){0,4}\W*$",
        rf"\b(?:use|pick|choose|select|send|route)\b(?: (?:{_MESSAGE}|to|on|with|only|just|always|your|the|our|a|an"
        r"|very|absolute)){0,5} (?:cheap|best|strong|small|big|larg|expensive|weak|fast)(?:er|est|ger|gest)?"
        r"(?: (?:available|possible|ai|llm)){0,2} models?"
        r"(?:,? (?:for (?:this|it|me)|please|available|possible|you have)){0,3}\W*$",
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


def between_claims(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of `text` from `start` to `end` without the claims at its ends."""
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
