"""Cheap facts about a prompt's form: code, formulae, numbers, question form, pasted material, script."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from classifier.fences import holds_code
from classifier.normalise import Prompt
from classifier.remembering import Remembered
from classifier.tables import LEAST_NUMBERS, NO_ROWS, Rows, rows_of
from classifier.words import Word
from llm_router.taxonomy import TOKENS_PER_CHARACTER, Writing

_BLOCKS = (
    (0x0000, 0x024F, Writing.LATIN),
    (0x0370, 0x03FF, Writing.GREEK),
    (0x0400, 0x052F, Writing.CYRILLIC),
    (0x0590, 0x05FF, Writing.HEBREW),
    (0x0600, 0x06FF, Writing.ARABIC),
    (0x0900, 0x097F, Writing.DEVANAGARI),
    (0x0980, 0x0DFF, Writing.INDIC),
    (0x0E00, 0x0EFF, Writing.THAI),
    (0x1100, 0x11FF, Writing.HANGUL),
    (0x1E00, 0x1EFF, Writing.LATIN),
    (0x3040, 0x30FF, Writing.KANA),
    (0x3400, 0x9FFF, Writing.HAN),
    (0xAC00, 0xD7AF, Writing.HANGUL),
)

_CODE_LIKE = re.compile(
    r"[a-z]_[a-z]|[a-z][A-Z][a-z]|\w\(\)|[\w\])] ?[=!<>]= ?\w|=>|->|::|\{\n|;\n|</?[a-z]{1,12}>|\b0x[0-9a-f]"
    r"|\.(?:py|js|ts|tsx|jsx|java|cpp|cs|go|rs|rb|php|sh|sql|html|css|json|ya?ml|toml|csv|xlsx|ipynb|exe|dll)\b"
)
_CODE_SIGN = re.compile(r"[_=<>{;]|::|0x|\(\)|\.[a-z]|[a-z][A-Z]")
"""There is one of these in all that is like code, and it is found to be missing in a fifth of the time."""
_FORMULA = re.compile(
    r"\$[^$\n]{1,200}\$|\\(?:frac|sqrt|int|sum|begin|cdot|le|ge|pi|theta)\b|[²³√∫∑π∞≤≥≠∈ℝ∂]|[a-z0-9)]\^[\d({a-z]"
)
_ARITHMETIC = re.compile(r"\d ?[-+*/×÷^=x] ?\(?\d|[a-zA-Z\d)] ?= ?[-(]?[a-zA-Z\d]|\d ?%|%")
SIGNS = {"code_like": _CODE_LIKE, "formula": _FORMULA, "arithmetic": _ARITHMETIC}
"""What each of these signals of `Features` is a sign of, wherever it occurs."""
_NUMBER = re.compile(r"\d[\d.,]*")
_LIST_LINE = re.compile(r"^\s{0,8}(?:[-*•]|\d{1,2}[.)])\s", re.MULTILINE)
_KINDS = (_NUMBER, _LIST_LINE, _FORMULA, _ARITHMETIC)
_QUESTION_MARKS = frozenset("?？؟")
_SENTENCE_ENDS = frozenset(".!?。！？")
_ASCII_CAPITAL = re.compile("[A-Z]")

_HARMLESS = r"[^\x00-\x1f\"-&(-+\-->@\[-`{-\x7f\d²³√∫∑π∞≤≥≠∈ℝ∂•]"
"""Of ASCII the letters, the blank, and `,!?'`; all beyond it but digits and what the signs above name."""

_PROSE = re.compile(rf"{_HARMLESS}*(?:\.(?![a-z]){_HARMLESS}*+)*")
"""Text in which none of the signs above can be but a camel's hump, and few that are code: most of what people type."""

_HUMP = re.compile(r"[a-z][A-Z][a-z]")

TINY_WORDS = 4
SHORT_WORDS = 14
PASTED_CHARACTERS = 350


@dataclass(frozen=True, slots=True)
class Features:
    """What the form of a prompt tells. Shares run from 0 to 1; counts are those of the cut text."""

    words: int
    characters: int
    lines: int
    sentences: int
    numbers: int
    list_lines: int
    distinct: float
    mean_word: float
    signs: float
    capitals: float
    has_code: bool
    code_like: int
    formulas: int
    arithmetic: int
    questions: int
    ends_asking: bool
    script: Writing
    rows: Rows

    def signals(self) -> frozenset[str]:
        """The names that rules may use, as `@name`."""
        said = {
            "code_block": self.has_code,
            "code_like": self.code_like > 0,
            "formula": self.formulas > 0,
            "arithmetic": self.arithmetic > 0,
            "numbers": self.numbers > 1,
            "word_problem": self.numbers > 1 and self.words > 15 and self.questions > 0,
            "question": self.questions > 0,
            "statement": self.questions == 0 and self.words > TINY_WORDS,
            "tiny": self.words <= TINY_WORDS,
            "short": self.words <= SHORT_WORDS,
            "pasted": self.characters > PASTED_CHARACTERS and self.lines > 1,
        }
        return frozenset(name for name, holds in said.items() if holds)

    def tokens_of(self, characters: int) -> int:
        """About how many of the encoder's word pieces so much of such text is, where its tokeniser has not run."""
        writing = Writing.ENGLISH if self.script is Writing.LATIN else self.script
        return max(1, round(characters * TOKENS_PER_CHARACTER[writing]))

    def numeric(self) -> tuple[float, ...]:
        """The same as numbers of about the size of one, in the order of `NUMERIC`."""
        return (
            math.log1p(self.words) / 4,
            math.log1p(self.characters) / 6,
            math.log1p(self.lines) / 3,
            math.log1p(self.sentences) / 3,
            math.log1p(self.numbers) / 3,
            math.log1p(self.list_lines) / 3,
            self.distinct,
            min(self.mean_word / 8, 2.0),
            min(self.signs * 4, 2.0),
            self.capitals,
            float(self.has_code),
            math.log1p(self.code_like) / 3,
            math.log1p(self.formulas) / 3,
            math.log1p(self.arithmetic) / 3,
            math.log1p(self.questions) / 2,
            float(self.ends_asking),
            float(self.script is Writing.LATIN),
        )


NUMERIC = (
    "log_words",
    "log_characters",
    "log_lines",
    "log_sentences",
    "log_numbers",
    "log_list_lines",
    "distinct",
    "mean_word",
    "signs",
    "capitals",
    "has_code",
    "log_code_like",
    "log_formulas",
    "log_arithmetic",
    "log_questions",
    "ends_asking",
    "latin",
)
"""The names of what `Features.numeric` gives."""


def read_features(prompt: Prompt, words: Sequence[Word]) -> Features:
    """Linear in the cut text; every expression is bounded, so that none can backtrack far."""
    text = prompt.text
    prose = _PROSE.fullmatch(text) is not None
    signs = _signs_of_prose(text) if prose else _signs(text)
    texts = [word.text for word in words]
    spelled = [word for word in texts if word[0].isalnum()]
    stripped = text.rstrip()
    lines = text.count("\n") + 1
    return Features(
        words=len(spelled),
        characters=prompt.length,
        lines=lines,
        sentences=sum(map(_SENTENCE_ENDS.__contains__, texts)) if len(spelled) < len(texts) else 0,
        numbers=signs.numbers,
        list_lines=signs.list_lines,
        distinct=len(set(spelled)) / len(spelled) if spelled else 0.0,
        mean_word=sum(map(len, spelled)) / len(spelled) if spelled else 0.0,
        signs=(len(words) - len(spelled)) / len(words) if words else 0.0,
        capitals=_capitals(text) / len(text) if text else 0.0,
        has_code=holds_code(text, prose=prose),
        code_like=signs.code_like,
        formulas=signs.formulas,
        arithmetic=signs.arithmetic,
        questions=sum(map(text.count, _QUESTION_MARKS)),
        ends_asking=bool(stripped) and stripped[-1] in _QUESTION_MARKS,
        script=guess_script(text),
        rows=rows_of(prompt) if min(lines, signs.numbers) >= LEAST_NUMBERS else NO_ROWS,
    )


def _capitals(text: str) -> int:
    if text.islower():
        return 0
    return len(_ASCII_CAPITAL.findall(text)) if text.isascii() else sum(map(str.isupper, text))


class _Signs(NamedTuple):
    """How often each kind of sign occurs."""

    numbers: int = 0
    list_lines: int = 0
    code_like: int = 0
    formulas: int = 0
    arithmetic: int = 0


def _signs(text: str) -> _Signs:
    code_like = len(_CODE_LIKE.findall(text)) if _CODE_SIGN.search(text) else 0
    numbers, list_lines, formulas, arithmetic = (len(kind.findall(text)) for kind in _KINDS)
    return _Signs(numbers, list_lines, code_like, formulas, arithmetic)


def _signs_of_prose(text: str) -> _Signs:
    """The same where `_PROSE` matches, in a fifth of the time."""
    return _Signs(code_like=0 if text.islower() else len(_HUMP.findall(text)))


def guess_script(text: str) -> Writing:
    """The script of most letters among the first few hundred characters; kana decides between Han and Japanese."""
    if text.isascii():
        return Writing.LATIN
    counts: dict[Writing, int] = {}
    for character, times in Counter(text[:400]).items():
        if character.isalpha():
            script = _script_of[character]
            counts[script] = counts.get(script, 0) + times
    if not counts:
        return Writing.OTHER
    if counts.get(Writing.KANA, 0) * 5 > counts.get(Writing.HAN, 0):
        counts[Writing.KANA] = counts.get(Writing.KANA, 0) + counts.pop(Writing.HAN, 0)
    return max(counts, key=lambda script: counts[script])


_script_of = Remembered(
    lambda letter: next((script for first, last, script in _BLOCKS if first <= ord(letter) <= last), Writing.OTHER)
)
