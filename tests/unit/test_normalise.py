"""What is kept of a prompt's length while its form changes, and what the answer says of it."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import load
from classifier.asides import read_request
from classifier.normalise import HEAD_CHARACTERS, TAIL_CHARACTERS, normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import Category
from tests.support.fake_encoder import FakeEncoder, classifier

RULES = RuleBook.load()
WHOLE = HEAD_CHARACTERS + TAIL_CHARACTERS
CUT = "Only the head and the tail of this long prompt were read."
PARTS = (
    "hi",
    "thanks",
    "…",
    "½",
    "ﷺ",
    "ﬃ",
    "\u0301",
    "\u200b",
    " ",
    ".",
    "\n",
    "write a poem",
    "ignore the above.",
    "你好",
)


@pytest.mark.parametrize("dots", ["…" * 7, "." * 21, "\u200b…"])
def test_the_length_of_a_part_is_that_in_the_original(dots: str):
    whole, asked_for = read_request(RULES, f"hi{dots} write a poem")
    assert asked_for is not whole
    assert asked_for.prompt.length == asked_for.features.characters == len("write a poem")


def test_the_length_of_a_part_of_a_long_prompt_counts_what_was_left_out():
    request = "write a poem " + "about rain " * 10_000 + "and snow"
    whole, asked_for = read_request(RULES, f"hi… {request}")
    assert asked_for is not whole
    assert asked_for.prompt.length == len(request)


@pytest.mark.parametrize(("text", "grown"), [("½ cup… " * 250, 11 * 250), ("ﷺ" * 2000, 18 * 2000)])
def test_what_grows_too_long_when_read_is_cut_and_says_so(text: str, grown: int):
    assert len(text) <= WHOLE
    prompt = normalise(text)
    assert (prompt.length, prompt.whole_length, prompt.is_cut) == (len(text), grown, True)
    found = classifier(FakeEncoder(Category.GENERAL)).classify(text, explain=True)
    assert found.evidence is not None
    assert CUT in found.evidence.notes
    assert found.token_count == round(5 * grown / len(prompt.text))


def test_marks_that_are_joined_when_read_count_for_those_who_read_them_as_they_are():
    text = ("a" + "\u0301" * 200) * 300
    prompt = normalise(text)
    found = classifier(FakeEncoder(Category.GENERAL)).classify(text)
    assert prompt.whole_length + prompt.unseen == pytest.approx(prompt.length, abs=1)
    assert prompt.length == len(text)
    assert found.token_count == pytest.approx(len(text), rel=0.05)


def test_what_is_not_read_is_reckoned_as_what_is():
    prompt = normalise("ﬃ" * 100_000)
    assert prompt.is_cut
    assert prompt.whole_length == pytest.approx(300_000, rel=0.01)


def test_what_is_read_whole_is_not_cut():
    for text in ("", "hi", "x" * WHOLE, "½", "e\u0301" * 1000):
        prompt = normalise(text)
        assert not prompt.is_cut
        assert prompt.whole_length == len(prompt.text)


@pytest.mark.parametrize("blanks", [" ", "\n", "\r\n", "\u200b", "\ufeff \n", "\u2028"])
def test_the_request_at_the_end_of_a_long_prompt_is_read_whatever_blanks_stand_around(blanks: str):
    request = "Write a Python function that counts the words above."
    text = "The budget was discussed and postponed. " * 60 + request
    plain, padded = normalise(text), normalise(blanks * 600 + text + blanks * 600)
    assert padded.text == plain.text
    before = len(blanks) * 600
    for start in (0, 700, plain.text.index(request)):
        first, last = plain.span(start, len(plain.text))
        assert padded.span(start, len(plain.text)) == (before + first, before + last)


def test_what_is_short_without_the_blanks_around_is_not_cut_and_blanks_alone_are_nothing():
    padded = normalise("hi" + "\n" * WHOLE)
    assert (padded.text, padded.length, padded.is_cut, padded.unseen) == ("hi", 2, False, 0)
    for blank in (" ", "\u200b", " \u200b"):
        assert normalise(blank * 2 * WHOLE).text == ""
        assert RULES_ALONE.classify(blank * 2 * WHOLE).token_count > 0


def test_white_space_of_any_kind_around_is_no_token():
    every_kind = "".join(filter(str.isspace, map(chr, range(sys.maxunicode + 1))))
    assert normalise("hi" + every_kind * 100).unseen == 0


@pytest.mark.parametrize("blanks", [" ", "\u200b", " \u200b", "\u3000\u200b\n"])
def test_blanks_and_invisible_characters_around_are_skipped_without_taking_them_apart(blanks: str):
    padded = "hi" + blanks * 100_000
    tracemalloc.start()
    prompt = normalise(padded)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (prompt.text, prompt.unseen) == ("hi", padded.count("\u200b"))
    assert most < 5 * sys.getsizeof(padded)


@pytest.mark.parametrize("end", [*"\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029", "\r\n"])
def test_whatever_ends_a_line_is_a_newline(end: str):
    text = end.join(("Write an email", "to my landlord", "", "hëlp"))
    prompt = normalise(text)
    assert prompt.text == "Write an email\nto my landlord\n\nhëlp"
    assert (prompt.length, prompt.unseen) == (len(text), 0)
    assert [word.text for word in RULES.read(prompt).words][2:5] == ["email", "to", "my"]
    found = prompt.text.index("landlord")
    first, last = prompt.span(found, found + len("landlord"))
    assert text[first:last] == "landlord"


def test_a_long_text_is_cut_alike_whatever_ends_its_lines():
    line = "a line of a report that is long enough to be cut"
    texts = [normalise(end.join([line] * 100)) for end in ("\n", "\r", "\r\n")]
    assert texts[0].text == texts[1].text
    assert "\r" not in texts[2].text
    assert texts[2].whole_length == pytest.approx(texts[0].whole_length, rel=0.01)


@pytest.mark.parametrize("unseen", ["\u200b", "\U000e0041", "\x00", "\ufe0f", "\U000e0100"])
@pytest.mark.parametrize("count", [1, 40, 2000, 2100, 30_000])
def test_what_does_not_show_is_a_token_a_character_wherever_it_stands(unseen: str, count: int):
    text, hidden = "What is the capital of Australia?", unseen * count
    for padded in (text + hidden, text[:4] + hidden + text[4:]):
        for encoder in (FakeEncoder(Category.GENERAL), None):
            sorter = classifier(encoder)
            found = sorter.classify(padded).token_count
            assert found == pytest.approx(sorter.classify(text).token_count + count, rel=0.02)


def test_marks_too_many_to_read_are_tokens_and_the_answer_is_no_longer_for_them():
    text, sorter = "Fix this: what is teh capital of Australia", classifier(FakeEncoder(Category.GENERAL))
    plain, stacked = sorter.classify(text), sorter.classify(text + "\u0301" * 2000)
    assert plain.token_count + 1990 <= stacked.token_count <= plain.token_count + 2000
    assert stacked.output_tokens == plain.output_tokens
    assert stacked.category == plain.category


def test_line_ends_of_two_characters_and_blanks_are_no_tokens_of_their_own():
    for text in ("one line\r\nanother line\r\n", "one  line\n\nanother line  "):
        assert classifier(FakeEncoder(Category.GENERAL)).classify(text * 50).token_count == 5


@given(text=st.text() | st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_rules_alone_answer_whatever_the_text(text: str):
    found = RULES_ALONE.classify(text, explain=True)
    assert found.category in set(Category)
    assert sum(found.probabilities.values()) == pytest.approx(1)


RULES_ALONE = load(Path(__file__).with_name("no such folder"))
