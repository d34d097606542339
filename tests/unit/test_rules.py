"""The rule engine: whole words, many languages, evidence, and time linear in the text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.normalise import normalise
from classifier.phrases import LONGEST, PhraseIndex
from classifier.rules import RuleBook, Verdict
from classifier.words import fold, split_words
from llm_router.taxonomy import Category

BOOK = RuleBook.load()


def judge(text: str) -> Verdict:
    return BOOK.judge(BOOK.read(normalise(text)))


@pytest.mark.parametrize(
    ("prompt", "category"),
    [
        ("Write a Python function to sort a list", Category.CODING),
        ("Escribe una función en Python que ordene una lista", Category.CODING),
        ("用Python写一个排序函数", Category.CODING),
        ("what is 15% of 240", Category.MATH),
        ("Löse die Gleichung 3x + 5 = 20", Category.MATH),
        ("Write a poem about autumn", Category.CREATIVE_WRITING),
        ("Напиши стихотворение о море", Category.CREATIVE_WRITING),
        ("秋についての詩を書いて", Category.CREATIVE_WRITING),
        ("Compare solar and wind power", Category.ANALYSIS),
        ("¿Cuáles son las ventajas y desventajas del teletrabajo?", Category.ANALYSIS),
        ("Who wrote Hamlet?", Category.QUESTION),
        ("hello, how are you", Category.CHAT),
        ("merci beaucoup", Category.CHAT),
        ("Explain how photosynthesis works", Category.GENERAL),
        ("Traduce este texto al inglés", Category.GENERAL),
    ],
)
def test_plain_requests_are_recognised_by_rules_alone(prompt, category):
    assert judge(prompt).category is category


def test_a_phrase_matches_whole_words_only():
    assert not any(match.rule == "greeting" for match in judge("this is about history").matches())


def test_what_is_asked_decides_not_the_topic():
    assert judge("Write a poem about recursion in Python").probabilities[Category.CREATIVE_WRITING] > 0.2
    assert judge("Write a Python function that prints poems").category is Category.CODING


def test_evidence_names_the_place_in_the_original_text():
    prompt = "Ｗｒｉｔｅ me a café poem, please"
    matches = [match for match in judge(prompt).matches() if match.end > match.start]
    assert matches
    for match in matches:
        assert fold(match.text) == fold(normalise(prompt[match.start : match.end]).text)


@pytest.mark.parametrize("prompt", ["viết một bài thơ", "corrige mon résumé", "olá", "번역해줘"])
def test_evidence_of_decomposed_text_has_the_marks_of_its_last_letter(prompt):
    decomposed = unicodedata.normalize("NFD", prompt)
    matches = [match for match in judge(decomposed).matches() if match.end]
    assert matches
    for match in matches:
        assert unicodedata.normalize("NFC", decomposed[match.start : match.end]) == match.text


def test_evidence_of_the_tail_of_a_long_prompt_points_into_the_tail():
    prompt = "lorem ipsum " * 2000 + "\nwrite a limerick about it"
    found = next(match for match in judge(prompt).matches() if match.rule == "creative-form")
    assert prompt[found.start : found.end] == "limerick"


@pytest.mark.parametrize(
    ("prompt", "rule", "shown"),
    [
        ("What is 2+2?", "arithmetic", "2+2"),
        ("What is 125 + 250?", "arithmetic", "125 + 250"),
        ("What is 2+2? I forgot.", "question-mark", "?"),
        ("２＋２ 是多少？", "question-mark", "？"),
        ("Solve x^2 = 4", "formula", "x^2"),
        ("Fix getUserName for me", "code-like", "getUserName"),
        ("Why?\n```\nprint(1)\n```", "code-block", "```"),
        ("Why so?\nimport os\nprint(os)", "code-block", "import os\nprint("),
        ("Write a poem about the sea", "no-question-mark", "Write a poem about the sea"),
        ("good one", "tiny", "good one"),
    ],
)
def test_a_rule_without_phrases_shows_what_it_fired_by_or_that_it_is_of_the_whole(prompt: str, rule: str, shown: str):
    (match,) = [match for match in judge(prompt).matches() if match.rule == rule]
    assert prompt[match.start : match.end] == shown
    assert normalise(shown).text == match.text


@given(st.text(min_size=1, max_size=300) | st.from_regex(r"[0-9a-z?+=^_ .\n`]{1,80}", fullmatch=True))
@settings(max_examples=150, deadline=None)
def test_every_rule_that_fires_shows_where(text):
    read = normalise(text)
    assert all(match.text for match in judge(text).matches()) or not read.text


def test_probabilities_sum_to_one_whatever_fires():
    assert sum(judge("").probabilities.values()) == pytest.approx(1)


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_judged(text):
    assert sum(judge(text).probabilities.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", ["full width", "décomposé", "mixed Ünïcode Ὀδυσσεύς"])
def test_composed_decomposed_and_full_width_forms_read_alike(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    read = [normalise(unicodedata.normalize(form, wide)).text for form in ("NFC", "NFD", "NFKC")]
    assert read[0] == read[1] == read[2] == unicodedata.normalize("NFKC", text)


HOSTILE = {
    "one letter": "a" * 65536,
    "write function": "write " * 6000 + "function",
    "make without end": "make a " * 9000,
    "backticks": "`" * 65536,
    "dollars": "$a" * 32768,
    "select": "SELECT " * 9000,
    "underscores": "a_" * 32768,
    "digits": "1 + " * 16384,
    "combining": "e" + "\u0301" * 65535,
    "ligature": "\ufdfa" * 65536,
    "jamo": "\u1100\u1161" * 32768,
    "emoji": "👩‍👩‍👧" * 8000,
    "newlines": "\n" * 65536,
    "spaces": " " * 65536,
    "quotes": "'" * 65536,
    "less than": "<a" * 32768,
    "list": "- \n" * 21845,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_of_64_kb_takes_no_longer_than_its_head_and_tail(text):
    """The bound is on work, not on this machine's clock: what is read has a fixed length whatever comes in."""
    reading = BOOK.read(normalise(text))
    assert len(reading.prompt.text) <= 2048 + 1
    assert len(reading.words) <= 2049
    assert sum(map(len, reading.found.values())) <= 40 * len(reading.words)


def test_work_grows_in_proportion_to_the_text():
    """Counted in trie steps: twice the words, at most about twice the phrases looked at."""
    index = PhraseIndex({"g": ["a a a a a a a a", "a b", "a*"]})
    counts = [sum(1 for _ in index.find(split_words("a " * size))) for size in (200, 400)]
    assert counts[1] <= 2.1 * counts[0]


def test_a_stem_matches_every_ending_and_no_beginning():
    index = PhraseIndex({"g": ["comput*"]})
    assert [f.first for f in index.find(split_words("computing Computation recompute"))] == [0, 1]


def test_a_phrase_too_long_to_bound_is_refused():
    with pytest.raises(ValueError, match=f"{LONGEST + 1} words"):
        PhraseIndex({"g": ["a " * (LONGEST + 1)]})


def test_every_rule_speaks_for_its_category_and_has_a_weight():
    assert {rule.category for rule in BOOK.rules} == set(Category)
    assert all(rule.weight >= 0 for rule in BOOK.rules)
    assert len({rule.name for rule in BOOK.rules}) == len(BOOK.rules)
