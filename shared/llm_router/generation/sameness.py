"""Whether two questions are one, as far as words can tell: what an embedding's nearness alone does not see.

Embeddings of "fly from Rome to Paris" and "fly from Paris to Rome", of 15 % and 16 %, of "with" and "without" lie as
near as those of two wordings of one question. So words have the last word: either both questions say the same in the
same order, politeness aside, or they have hardly a word in common, agree in what `_Word.decides`, and nearness is all
there is to go by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llm_router.text import SINGLE

LONGEST = 2000
"""Characters; longer questions are pasted material, in which a small difference may be the point, and not taken."""

MOST_COMMON = 0.25
"""Of the words of the shorter question, the share that differently worded questions may have in common."""

FEWEST = 3
"""Words that differently worded questions must have at least: of two names alone nearness tells nothing."""

_ENDS = re.compile(r"(?<=[^\W_])[.,;:!?。，！？、]+(?=\s|$)|\s?[?!.。？！]{1,9}$|[¿¡]|(?<=[^\W\d_])['’](?=[^\W\d_])")
"""Marks that end a clause and apostrophes; the same signs elsewhere are code and count."""
_WORD = re.compile(rf"\d+(?:[.,]\d++)*|[{SINGLE}]|[^\W\d_{SINGLE}]+|\n\s*|[^\w\s]|_")
_CODE = re.compile(r"[][{}()<>=_`/\\|&^~@#$;]|\n")
"""Where one of these stands, capitals may be the point."""

_GREETING = re.compile(r"^(?:hi|hello|hey)(?: there)?[,!.]+\s+", re.I)
_NAMED = "say says saying translate means mean word words write spell pronounce type man heißt dice on is to and or"
_UNNAMED = "".join(rf"(?<!\b{word})" for word in _NAMED.split())
"""Not after these: who asks how to say please does not say it."""
_REWRITTEN = (
    (re.compile(r"\b(what|where|who|how|when|that|there)s\b", re.I), r"\1 is"),
    (
        re.compile(
            r"^(?:(?:please|pls|kindly|bitte|(?:can|could|would|will) (?:you|u)(?= (?:please|kindly|explain|tell|give|"
            r"show|write|list|name|help|make|summari[sz]e|translate|describe|create|suggest|recommend|find|convert)\b)|"
            r"(?:tell|give|show) me|let me know|(?:i want|i need|id like|i would like) to know) )+(?=\S)",
            re.I,
        ),
        "",
    ),
    (
        re.compile(
            rf"{_UNNAMED}(?: (?:please|pls|thanks|thank you|bitte|por favor|s?il (?:te|vous) pla[iî]t))+$", re.I
        ),
        "",
    ),
    (re.compile(r"\bhow (?:to|(?:do|can|could) i)\b", re.I), "how to"),
    (re.compile(r"^(write|make|draft|suggest|recommend) me\b", re.I), r"\1"),
    (re.compile(r"\bthe\b", re.I), " "),
)
"""Politeness around a question, and common ways to begin one: they change no answer."""

_NEGATIONS = frozenset(
    _WORD.findall(
        "not no never without none nothing neither nor cannot cant dont doesnt didnt isnt arent wasnt werent wont "
        "wouldnt shouldnt couldnt hasnt havent except "
        "nicht kein keine keinen nie ohne sin nunca sans pas jamais non senza"
    )
)


@dataclass(frozen=True, slots=True)
class _Word:
    """`decides`: numbers, signs, negations and names; questions in other words must have the same of them."""

    text: str
    decides: bool


def marks(text: str, secret: bytes) -> tuple[int, ...]:
    """A keyed hash of 32 bits for each word that counts, in order; its lowest bit tells whether the word decides.

    Politeness around a question is left out. Numbers, signs, emoji and, in code, capitals and lines count.
    """
    return tuple(_mark(word, secret) for word in _words(text))


def may_be_one(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the words of two questions allow that they are the same."""
    if [mark >> 1 for mark in one] == [mark >> 1 for mark in other]:
        return True
    if sorted(mark for mark in one if mark & 1) != sorted(mark for mark in other if mark & 1):
        return False
    first, second = set(one), set(other)
    fewer = min(len(first), len(second))
    return fewer >= FEWEST and len(first & second) <= MOST_COMMON * fewer


def _words(text: str) -> Iterator[_Word]:
    plain = _ENDS.sub("", _GREETING.sub("", text.strip()))
    code = _CODE.search(plain) is not None
    if not code:
        plain = " ".join(plain.split())
        for pattern, instead in _REWRITTEN:
            plain = pattern.sub(instead, plain)
    for number, word in enumerate(_WORD.findall(plain)):
        folded = word.casefold()
        named = number > 0 and word not in (folded, "I")
        abbreviation = named and len(word) == 2  # IT and it, US and us, MW and mW
        yield _Word(word if code or abbreviation else folded, named or not word.isalpha() or folded in _NEGATIONS)


def _mark(word: _Word, secret: bytes) -> int:
    digest = hashlib.blake2b(word.text.encode("utf-8", "surrogatepass"), key=secret[:64], digest_size=4).digest()
    return int.from_bytes(digest, "big") & ~1 | word.decides
