"""What is kept of a prompt's length while its form changes, and what the answer says of it."""

from __future__ import annotations

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
    assert prompt.whole_length < prompt.length == len(text)
    assert found.token_count == round(5 * len(text) / len(prompt.text))


def test_what_is_not_read_is_reckoned_as_what_is():
    prompt = normalise("ﬃ" * 100_000)
    assert prompt.is_cut
    assert prompt.whole_length == pytest.approx(300_000, rel=0.01)


def test_what_is_read_whole_is_not_cut():
    for text in ("", "hi", "x" * WHOLE, "½", "e\u0301" * 1000):
        prompt = normalise(text)
        assert not prompt.is_cut
        assert prompt.whole_length == len(prompt.text)


@given(text=st.text() | st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_rules_alone_answer_whatever_the_text(text: str):
    found = RULES_ALONE.classify(text, explain=True)
    assert found.category in set(Category)
    assert sum(found.probabilities.values()) == pytest.approx(1)


RULES_ALONE = load(Path(__file__).with_name("no such folder"))
