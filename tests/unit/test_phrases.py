"""Phrases and beginnings of words are found wherever they stand, each once."""

from __future__ import annotations

import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.normalise import Prompt, normalise
from classifier.phrases import PhraseIndex
from classifier.rules import RULES
from classifier.words import fold, split_words

PHRASES = {"one": ["a*", "ab", "abc*", "b c"], "two": ["ab*", "abcd", "c* a", "b* b*"], "three": ["ca b*"]}


def slowly(text: str) -> list[tuple[str, int, int]]:
    """Every phrase tried at every word, as a plain reading of the rules would."""
    words = [word.text for word in split_words(text)]
    found = set()
    for group, phrases in PHRASES.items():
        for phrase in phrases:
            parts = phrase.split()
            for first in range(len(words) - len(parts) + 1):
                there = zip(parts, words[first:], strict=False)
                if all(w.startswith(p[:-1]) if p.endswith("*") else w == p for p, w in there):
                    found.add((group, first, first + len(parts)))
    return sorted(found)


@given(st.lists(st.text(alphabet="abcd", min_size=1, max_size=5), max_size=6).map(" ".join))
def test_the_index_finds_what_a_plain_search_finds(text: str):
    assert sorted(set(map(tuple, PhraseIndex(PHRASES).find(split_words(text))))) == slowly(text)


def spans(phrase: str, text: str) -> list[str]:
    """What of `text` as it was typed the phrase is found in."""
    prompt = normalise(text)
    words = split_words(prompt.text)
    found = PhraseIndex({"g": [phrase]}).find(words)
    places = [prompt.span(words[each.first].start, words[each.after - 1].end) for each in found]
    return [text[start:end] for start, end in places]


@pytest.mark.parametrize(
    ("with_them", "without"),
    [
        ("przetłumacz", "przetlumacz"),
        ("đặt hàng", "dat hang"),
        ("smørrebrød", "smorrebrod"),
        ("Straße", "strasse"),
        ("yazı", "yazi"),
        ("æble", "aeble"),
        ("cœur brisé", "coeur brise"),
        ("Þór", "thor"),
        ("eða", "eda"),
        ("ŁÓDŹ", "lodz"),
    ],
)
def test_letters_that_are_typed_without_their_strokes_are_the_same(with_them: str, without: str):
    for typed in (with_them, with_them.upper(), unicodedata.normalize("NFD", with_them), without):
        text = f"oh, {typed}: ça"
        assert spans(with_them, text) == spans(without, text) == [typed]


def test_a_beginning_of_a_word_may_end_within_a_letter_that_becomes_two():
    assert spans("stras*", "die Straßen") == spans("straß*", "die Strassen".replace("ss", "ß")) == ["Straßen"]


@pytest.mark.parametrize("letters", ["łđøıðæœþß", "ŁĐØIÐÆŒÞẞ"])
def test_every_letter_folds_as_it_is_typed(letters: str):
    assert [fold(letter) for letter in letters] == ["l", "d", "o", "i", "d", "ae", "oe", "th", "ss"]
    assert fold(letters) == "ldoidaeoethss"


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("排序函数", "请写一个排序函数吧"),
        ("ページ", "3ﾍﾟｰｼﾞ分"),
        ("ありがとう", "本当にありがとうね"),
        ("부탁드려요", "요약 부탁 드려요"),
        ("ㅋㅋ*", "고마워ㅋㅋㅋㅋ"),
    ],
)
def test_phrases_of_scripts_without_spaces_are_found_within_a_text(phrase: str, text: str):
    assert len(spans(phrase, text)) == 1


def test_a_phrase_that_is_as_it_would_be_read_is_not_normalised(monkeypatch: pytest.MonkeyPatch):
    """Of thousands that costs at every start."""
    asked: list[str] = []

    def watched(phrase: str) -> Prompt:
        asked.append(phrase)
        return normalise(phrase)

    monkeypatch.setattr("classifier.phrases.normalise", watched)
    PhraseIndex({"g": ["write a poem", "poem*", "poème"]})
    assert asked == ["poème"]


def test_every_phrase_of_the_rules_is_found_as_it_is_typed():
    groups = tomllib.loads(RULES.read_text(encoding="utf-8"))["groups"]
    index = PhraseIndex(groups)
    for group, phrases in groups.items():
        for phrase in phrases:
            said = phrase.replace("*", "")
            for typed in {said, said.upper(), *(unicodedata.normalize(form, said) for form in ("NFC", "NFD"))}:
                found = index.find(split_words(normalise(typed).text))
                assert group in {each.group for each in found if each.first == 0}, (group, phrase, typed)
