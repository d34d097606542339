"""How many tokens a provider bills for what the classifier counts: a measured ratio per tokenizer and writing."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from operator import mul
from pathlib import Path
from typing import NamedTuple

from llm_router.ranking.glances import Glances
from llm_router.taxonomy import TOKENS_PER_CHARACTER, Writing

COUNTED_WHOLE = 2048
"""Characters up to which the classifier counts every token of a text; of a longer one it reads the ends alone."""

SLICE, APART, LEAST_SLICES, MOST_SLICES = 64, 256, 8, 128
"""Of a text, a slice for each stretch of `APART` characters, so many at least and at most, tells how many tokens its
characters are: enough to be within a tenth of a long text, and of the turns of a conversation together. A text
that is half blank cannot be tried until all that is looked at of it is blank: they are too many."""

CUT = 0.5 / SLICE
"""Of the pieces for a character of slices, what is there because their ends cut pieces of the text in two."""

KNOWN_LETTERS = 4096
"""Letters of which is remembered how they are written: more than any one language has in use."""

SEEN = 200
"""Characters from all over a text that decide on its writing: a question may stand before pages in another script."""

MANY = 50
"""Texts; more of them are looked at as one, so that a conversation of thousands of turns costs no more."""

UNSURE = 1.1
"""By how much more than our estimate a provider may count of the input."""

UNKNOWN_FAMILY = "other"

_SIGNS = r"\xb2\xb3\xb9\xbc-\xbe\u2000-\u2bff\ufe00-\ufe0f\U0001f000-\U0001ffff"
"""With letters and figures that are written as signs, such as ² and ½, and what tells how a sign is drawn."""
_PIECE = re.compile(
    rf"(?![^\W\0-\x7f{_SIGNS}]|[\u0300-\u1fff])(?:"
    r"([-=_*#~.\n])\1{3,15}|([A-Za-z])\2{3}|\t{1,16}"
    r"|(?<=[a-z]{10})[a-z]{1,2}|[ !-/:-@\[-`{-~]?[A-Z]?[a-z]{2,8}| ?[A-Z]{1,2}| ?[a-z]| ?[!-/:-@\[-`{-~]{1,2}\n*"
    rf"| {{2,64}}|[0-9]{{1,3}}|\n ?\n? ?|[ \r]|[{_SIGNS}]"
    r"|[^\w\0 \t\n\r\u0300-\u1fff])"
)
"""About one token of a provider's: how vocabularies cut words, capitals, figures, signs and blanks; other letters are
passed over at once. Against o200k they are within a tenth for English prose, source code, markup, addresses, logs,
hexadecimal dumps, base64 and tables of figures, a fifth too few for random letters and emoji, half too many for prose
in capitals."""

_WIDE_BLANK = re.compile("[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_ASCII_KINDS = "".join(
    " " if sign == " " else "\n" if sign.isspace() else "0" if sign.isdigit() else "a" for sign in map(chr, range(128))
)
_KINDS = _ASCII_KINDS.encode() + b"a" * 128
"""What each byte of a text is where its blanks are counted: a space, another blank, a figure, or anything else."""

USUAL_BLANKS = 10
"""Tokens of the classifier's of which one more is for blanks at providers, in the prompts that ratios were measured on:
`tokens.toml` has so many in it already."""

OURS = 0.97
"""The classifier's tokens for one of o200k's in English, as `tokens.toml` has it."""

_RARE = re.compile(
    "[\u13a0-\u177f\u1800-\u1c7f\u2c00-\u2dff\ua000-\ua63f\ua6a0-\ua6ff\ua800-\uabff\ue000-\uf8ff"
    "\U00010000-\U0001efff\U00020000-\U0010ffff]"
)
"""Letters that vocabularies do not know: a token for each byte, at every provider."""
_SIGN = re.compile(f"[{_SIGNS}]")

_INDIC = ("BENGALI", "GUJARATI", "GURMUKHI", "KANNADA", "MALAYALAM", "ORIYA", "SINHALA", "TAMIL", "TELUGU")
_NAMES = {"CJK": Writing.HAN, "HIRAGANA": Writing.KANA, "KATAKANA": Writing.KANA} | dict.fromkeys(_INDIC, Writing.INDIC)

Shares = tuple[float, ...]
"""A number for each writing, in the order of `Writing`; together at most 1."""

IN_ENGLISH: Shares = tuple(float(writing is Writing.ENGLISH) for writing in Writing)
NO_TEXT: Shares = (0.0,) * len(IN_ENGLISH)

Ratios = tuple[float, ...]
"""A family's tokens for one of the classifier's, in the order of `Writing`."""


class Reading(NamedTuple):
    """What a model is to read: `tokens` of the classifier's, and what share of them is in which writing.

    What is missing to a whole is no text, such as pictures, or letters that no vocabulary knows; of that every provider
    counts as much. `tooled` where tools or the shape of an answer go with it, of which some providers tell their models
    in words of their own.
    """

    tokens: int
    shares: Shares = IN_ENGLISH
    tooled: bool = False

    def by(self, ratios: Ratios) -> int:
        """Tokens as the provider counts them whose `ratios_of` these are."""
        counted = round(self.tokens * self.ratio(ratios))
        return counted + _table().of_tools.get(ratios, 0) if self.tooled else counted

    def ratio(self, ratios: Ratios) -> float:
        """Such a provider's tokens for one of the classifier's."""
        written: float = sum(map(mul, self.shares, ratios))
        return 1 - sum(self.shares) + written


def reading_of(text: str, counted: int | None = None) -> Reading:
    """A text of which the classifier `counted` so many tokens, but no blanks, and a letter that no vocabulary knows as
    one; None where it did not. Blanks count where there are more of them than prose has.

    What nobody counted is about what its letters tell. So is what is too long to be counted whole: its middle may be
    much denser than its ends, or in another script.
    """
    if counted is not None and len(text) <= COUNTED_WHOLE:
        more = max(0, _blanks(text) - counted // USUAL_BLANKS)
        if not text.isascii():
            more += sum(len(character.encode()) - 1 for character in _RARE.findall(text))
        return Reading(counted + more, _written(Glances(text), TOKENS_PER_CHARACTER[Writing.ENGLISH])[1])
    glances = Glances(text)
    each, shares = _written(glances, _each_of_ascii(glances))
    return Reading(math.ceil(len(text) * each), shares)


def reading_of_all(texts: Sequence[str]) -> Reading:
    """Texts that nobody counted, such as a conversation's other turns."""
    return reading_of("\n".join(texts)) if len(texts) > MANY else together(map(reading_of, texts))


def together(readings: Iterable[Reading]) -> Reading:
    """All of them as one."""
    found: Counter[Shares] = Counter()
    tooled = False
    for reading in readings:
        if reading.tokens:
            found[reading.shares] += reading.tokens
        tooled = tooled or reading.tooled
    if not found:
        return Reading(0, tooled=tooled)
    total = found.total()
    if len(found) == 1:
        return Reading(total, next(iter(found)), tooled)
    weighed = zip(*([share * tokens / total for share in shares] for shares, tokens in found.items()), strict=True)
    return Reading(total, tuple(map(sum, weighed)), tooled)


def _blanks(text: str) -> int:
    """About how many tokens of a provider's its blanks are: lines, with what indents the next one; runs, longer ones by
    their length; and what stands before a figure. Any other space is of the word behind it. By few looks at all of the
    text, since each request is counted."""
    told = text if text.isascii() else _WIDE_BLANK.sub("\n", text)
    kinds = told.encode("utf-8", "replace").translate(_KINDS).replace(b"\n\n\n\n", b"\n").replace(b"\n\n", b"\n")
    runs = kinds.count(b"a  ") + kinds.count(b"0  ") + kinds.count(b" " * 32)
    return kinds.count(b"\n") + runs + kinds.count(b" 0") - kinds.count(b"  0")


def _each_of_ascii(glances: Glances) -> float:
    """Tokens for a character of what is ASCII in a text, or a sign, at a cost that is bounded however long it is."""
    read, long = glances.text, len(glances.text)
    slices = min(max(LEAST_SLICES, long // APART), MOST_SLICES)
    if long > slices * SLICE:
        read = "\0".join(glances.slices(slices, SLICE))
    rest, pieces = _PIECE.subn("", read)
    if not pieces:
        return TOKENS_PER_CHARACTER[Writing.ENGLISH]
    each, cut = pieces / (len(read) - len(rest)), CUT if read is not glances.text else 0.0
    return OURS * max((each - cut) / (1 - cut), 1 / SLICE)  # of a run of blanks no end cuts a piece


def _written(glances: Glances, english: float) -> tuple[float, Shares]:
    """The classifier's tokens for a character of the text, where one in `english` has so many, and what share of them
    is in which writing. Its signs and blanks are in what its letters count."""
    seen = glances.text
    if seen.isascii():
        return english, IN_ENGLISH
    if len(seen) > SEEN:
        seen = "".join(glances.slices(SEEN, 1))
    rare = _RARE.findall(seen)
    counts = _letters_of(_RARE.sub("", seen) if rare else seen)
    letters, known = sum(counts.values()), 1 - len(rare) / len(seen)
    latin = max(english, TOKENS_PER_CHARACTER[Writing.LATIN])
    rates = {**TOKENS_PER_CHARACTER, Writing.ENGLISH: english, Writing.LATIN: latin}
    each = [known * rates[writing] * count / letters for writing, count in counts.items()]
    whole = sum(each) + len("".join(rare).encode()) / len(seen)
    return whole, tuple(part / whole for part in each)


def _letters_of(seen: str) -> dict[Writing, int]:
    """How many there are in each writing, and one in English where there are none; a fifth of kana make it Japanese."""
    counts = dict.fromkeys(Writing, 0)
    for character, number in Counter(seen).items():
        if (writing := _writing_of(character)) is not None:
            counts[writing] += number
    if counts[Writing.KANA] * 4 > counts[Writing.HAN]:
        counts[Writing.KANA] += counts[Writing.HAN]
        counts[Writing.HAN] = 0
    if counts[Writing.LATIN]:
        counts[Writing.LATIN] += counts[Writing.ENGLISH]
        counts[Writing.ENGLISH] = 0
    return counts if any(counts.values()) else {**counts, Writing.ENGLISH: 1}


@lru_cache(KNOWN_LETTERS)
def _writing_of(character: str) -> Writing | None:
    """Of a letter that some vocabulary knows, or of what no text in English has: marks upon letters and others'
    figures; None for any other."""
    if character.isascii():
        return Writing.ENGLISH if character.isalpha() else None
    is_mark = unicodedata.category(character).startswith("M")
    if (not character.isalnum() and not is_mark) or _SIGN.match(character):
        return None
    script = unicodedata.name(character, "").partition(" ")[0]
    if script in _NAMES:
        return _NAMES[script]
    return Writing(script.lower()) if script.lower() in set(Writing) else Writing.OTHER


def ratios_of(family: str | None) -> Ratios:
    """Those of the family by which a model of this tokenizer counts."""
    return _table().ratios[family_of(family)]


def family_of(tokenizer: str | None) -> str:
    """The family by which a model of this tokenizer counts."""
    return tokenizer if tokenizer is not None and tokenizer in _table().ratios else UNKNOWN_FAMILY


def tokenizers() -> Collection[str]:
    """Every family."""
    return _table().ratios.keys()


class _Table(NamedTuple):
    ratios: Mapping[str, Ratios]
    of_tools: Mapping[Ratios, int]


@cache
def _table() -> _Table:
    held = tomllib.loads(Path(__file__).with_name("tokens.toml").read_text(encoding="utf-8"))
    rows = held["families"].items()
    ratios = {family: tuple(float(row[writing]) for writing in Writing) for family, row in rows}
    return _Table(ratios, {ratios[family]: int(tokens) for family, tokens in held["of_tools"].items()})
