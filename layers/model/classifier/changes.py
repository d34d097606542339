"""What a prompt wants made of a given text: the same said otherwise, longer or far shorter, or another thing.

Which words ask for a change at all, the rules know, and their weights are fitted to it; how much is left of the text
is no evidence of a category, so `answers.toml` tells that and no rule reads it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from classifier.left import ENDS, ChangePhrases, Left
from classifier.phrases import Found
from classifier.rules import Reading
from classifier.translations import NOWHERE, Into, Languages

_SET_APART = re.compile("[:：](?!\\d)|\n|[\"“”„«»「」『』]|(?<!\\w)['‘](?=\\w)")
"""Where a given text begins or ends: behind a colon, at a line's end, in quotation marks."""

_AHEAD = re.compile(
    r"(?:<\w[^<>\n]{0,30}>|[\W_]"
    r"|(?:user|human|assistant|system|role|content|prompt|text|inst|instructions?|task|question|request|input|message|query"
    r"|usuario|utilisateur|nutzer|benutzer|aufgabe|tarea|tâche|compito|tarefa|задача|задание|任务|指令|用户)"
    r"(?!\w)[\"'”*]{0,4}[ \t]{0,8}(?:[:：>\]=,]|(?=\n))"
    r"|(?:you are|you're|act as|be an?|eres|actúa como|tu es|vous êtes|du bist|sie sind|sei un|você é|ты|вы|你是)"
    r"(?!\w)[^\n:：\"“«.!?。]{0,200}+[.!。]?[ \t]{0,8}\n"
    r"|(?<=```)\w{1,12}(?=\n))*",
    re.IGNORECASE,
)
"""What may stand before a request without being any text: signs, a role or a label, a line that only says who shall
answer."""
_GOES_ON = re.compile(
    r"(?:[,;，、；]|(?<!\w)(?:and|then|to|und|et|y|e|и)(?!\w))[ \t]{0,4}(?:(?:please|then|now|just)[ \t]{1,4})?\Z",
    re.IGNORECASE,
)
"""Directly behind these such a line asks for a change: "as an editor, fix the grammar", but not "as a translator"."""

_ALSO = frozenset({"and", "et", "und", "y", "e", "и", "并"})
"""Between "translate" and what is to be left of the translation: "translate and summarise"."""
_RATES, _AND = frozenset({"rate", "grade", "score"}), frozenset({"and", "then"})
_MENDS = frozenset({"correct", "fix", "improve", "edit", "revise", "rewrite", "polish"})
"""A rating alone is short; with the mended text behind it, it is as long as that: "Rate this essay and correct it"."""


_YIELDS: Mapping[Left, Sequence[Left]] = {
    Left.KEPT: (Left.SHORTENED, Left.LENGTHENED, Left.TRANSLATED),
    Left.RESHAPED: (
        Left.CONDENSED,
        Left.SHORTENED,
        Left.LENGTHENED,
        Left.TRANSLATED,
        Left.UNFOLDED,
        Left.KEPT,
    ),
    Left.TITLED: (Left.CONDENSED, Left.TRANSLATED, Left.KEPT),
}
"""What else in the same request tells more: "turn these notes into action items", "make this shorter"."""
_THE = 1
"""Words between "translate" and the title that alone it means."""


class Stands(IntEnum):
    """Where the words of a change stand, likeliest a request first: before the text, behind it, or neither."""

    BEFORE_OPENING = 0
    BEHIND_OPENING = 1
    BEFORE = 2
    BEHIND = 3
    AMID_OPENING = 4
    AMID = 5


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked for, in the words from `first` up to, not including, `after`.

    So many words are `ahead` of any text, where they are not those. `given` when it is said before anything else and a
    text is set apart behind it, unless another thing is to be made of that. Translated `into` some languages, and
    `halved` where that is to be shorter, too.
    """

    left: Left
    first: int
    after: int
    ahead: int
    given: bool
    into: Into = NOWHERE
    halved: bool = False


class Changes:
    """Reads what is to be made of a text, by phrases for each that leaves more or less than about all of it."""

    def __init__(self, phrases: ChangePhrases, languages: Languages) -> None:
        self._phrases, self._languages = phrases, languages

    def read(self, reading: Reading) -> Change | None:
        """None where no change is asked for at either end."""
        phrases, kinds = self._phrases.read(reading)
        if not phrases:
            return None
        ahead = _ahead(reading, phrases)
        every_sign = [sign.start() for sign in _SET_APART.finditer(reading.prompt.text)]
        signs = [sign for sign in every_sign if sign >= ahead]
        if ahead and phrases[0].first not in reading.openings and reading.words[phrases[0].first].start == ahead:
            reading = replace(reading, openings=reading.openings | {phrases[0].first})
        stands, phrase = _likeliest(reading, phrases, signs)
        if stands is Stands.AMID:
            return None
        first, after = _asking(reading, phrase, stands, signs)
        near = [each for each in (*phrases, *kinds) if first <= each.first < after]
        left = _left(reading, phrase, near)
        if reading.words[phrase.first].text in _RATES and _mends(reading, phrase.after, after):
            left = Left.KEPT
        # Outside our alphabet the verb mostly comes last; within it, one further on may as well be mere mention.
        said_first = stands is Stands.BEFORE_OPENING or (
            stands is Stands.BEFORE and not _text(reading, phrase).isascii()
        )
        before_text = _words_before(reading, every_sign[0]) if first and every_sign else 0
        given = left is not Left.RESHAPED and said_first and bool(signs)
        into = self._languages.into(reading.words[first:after]) if left is Left.TRANSLATED else NOWHERE
        halved = left is Left.TRANSLATED and any(each.group == Left.SHORTENED for each in near)
        return Change(left, first, after, before_text, given, into, halved)


def _left(reading: Reading, phrase: Found, near: Sequence[Found]) -> Left:
    """By the phrase, or by what else its request says."""
    left = Left(phrase.group)
    titles = (each.first - phrase.after for each in near if each.group == Left.TITLED)
    if left is Left.TRANSLATED and any(0 <= between <= _THE for between in titles):
        return Left.TITLED
    if left is Left.TRANSLATED and _condenses_too(reading, phrase, near):
        return Left.CONDENSED
    if left not in _YIELDS:
        return left
    said = {each.group for each in near if each.group != left}
    if not reading.features.rows.characters:
        said.discard(Left.UNFOLDED)
    return next((better for better in _YIELDS[left] if better in said), left)


def _condenses_too(reading: Reading, phrase: Found, near: Iterable[Found]) -> bool:
    """Whether the phrase goes on to ask for a small part: "translate and summarise"."""
    first = phrase.after + 1
    joined = any(each.group == Left.CONDENSED and each.first == first for each in near)
    return joined and reading.words[phrase.after].text in _ALSO


def _ahead(reading: Reading, phrases: Iterable[Found]) -> int:
    """Where what stands before any request ends."""
    text = reading.prompt.text
    found = _AHEAD.match(text)
    for phrase in phrases:
        start = reading.words[phrase.first].start
        if found and start < found.end() and _GOES_ON.search(text, text.rfind("\n", 0, start) + 1, start):
            found = _AHEAD.match(text, 0, start)
    return found.end() if found else 0


def _mends(reading: Reading, first: int, after: int) -> bool:
    """Whether these words go on to ask for the text, mended."""
    texts = [word.text for word in reading.words[first:after]]
    return any(joins in _AND and verb in _MENDS for joins, verb in itertools.pairwise(texts))


def _likeliest(reading: Reading, phrases: Iterable[Found], signs: Sequence[int]) -> tuple[Stands, Found]:
    """The first that opens a sentence; else the last before the text, as where the verb comes last; and so on."""

    def rank(phrase: Found) -> tuple[Stands, int]:
        stands = _stands(reading, phrase, signs)
        return stands, -phrase.first if stands in {Stands.BEFORE, Stands.BEHIND} else phrase.first

    phrase = min(phrases, key=rank)
    return rank(phrase)[0], phrase


def _stands(reading: Reading, phrase: Found, signs: Sequence[int]) -> Stands:
    words = reading.words
    # A bracket opens a remark: "Agreement (extract)".
    opens = phrase.first in reading.openings and not (phrase.first and words[phrase.first - 1].text == "(")
    if not signs or words[phrase.after - 1].end <= signs[0]:
        return Stands.BEFORE_OPENING if opens else Stands.BEFORE
    if words[phrase.first].start > _last_begins(reading, signs):
        return Stands.BEHIND_OPENING if opens else Stands.BEHIND
    return Stands.AMID_OPENING if opens else Stands.AMID


def _last_begins(reading: Reading, signs: Sequence[int]) -> int:
    """Where the last line begins; in a single line, the last sign that sets a text apart."""
    line = reading.prompt.text.rstrip().rfind("\n")
    return signs[-1] if line < 0 else line


def _asking(reading: Reading, phrase: Found, stands: Stands, signs: Sequence[int]) -> tuple[int, int]:
    """The words around the phrase that are the request, without any of the text."""
    words = reading.words
    behind = stands in {Stands.BEHIND_OPENING, Stands.BEHIND}
    if behind:
        begins = _last_begins(reading, signs)
        return max(_words_before(reading, begins + 1), len(words) - ENDS), len(words)
    end = words[phrase.after - 1].end
    until = next((sign for sign in signs if sign >= end), len(reading.prompt.text))
    after = _words_before(reading, until)
    first = phrase.first if stands is Stands.AMID_OPENING or phrase.first >= ENDS else 0
    return first, min(after, first + ENDS)


def _words_before(reading: Reading, place: int) -> int:
    return next((number for number, word in enumerate(reading.words) if word.start >= place), len(reading.words))


def _text(reading: Reading, phrase: Found) -> str:
    return "".join(word.text for word in reading.words[phrase.first : phrase.after])
