"""How many tokens a conversation is: the request as it was counted, the rest by its own letters."""

from __future__ import annotations

import pytest

from llm_router.conversation import IMAGE_TOKENS, Conversation, Turn
from llm_router.ranking.tokens import Reading, Writing, ratios_of, reading_of
from llm_router.recommend import task_of
from tests.support.fake_encoder import FakeEncoder, classifier

HISTORY = "The committee met again on Monday to hear what had come of it. " * 1000
COUNTED = 5
"""What the encoder that is asked here counts for any text."""


def reading(*turns: Turn) -> Reading:
    said = Conversation(turns)
    return task_of(classifier(FakeEncoder()).classify(said.request), said).reading


def tokens(*turns: tuple[str, str]) -> int:
    return reading(*(Turn(role, text) for role, text in turns)).tokens


def estimated_tokens(text: str) -> int:
    return reading_of(text).tokens


@pytest.mark.parametrize("last", ["!!!???", "🎉" * 50, "and in Chinese?"])
def test_a_history_counts_by_its_own_letters_whatever_is_asked_last(last: str):
    found = tokens(("user", HISTORY), ("assistant", HISTORY), ("user", last))
    assert found == 2 * estimated_tokens(HISTORY) + COUNTED


def test_a_request_alone_is_what_was_counted_and_said_twice_it_counts_twice():
    assert tokens(("user", "once")) == COUNTED
    assert tokens(("user", "once"), ("user", "once")) == COUNTED + estimated_tokens("once")


def test_scripts_with_more_tokens_a_letter_count_for_more():
    assert estimated_tokens("中文" * 100) > 3 * estimated_tokens("ab" * 100)
    assert estimated_tokens("") == 0


def test_each_text_is_billed_by_its_own_script_and_a_picture_by_none():
    old, asked = Turn("user", "письмо " * 1000), Turn("user", "In short, please", images=1)
    o200k = dict(zip(Writing, ratios_of("o200k"), strict=True))
    expected = estimated_tokens(old.text) * o200k[Writing.CYRILLIC] + COUNTED * o200k[Writing.ENGLISH] + IMAGE_TOKENS
    assert reading(old, asked).by(ratios_of("o200k")) == round(expected)
    assert reading(Turn("user", "")).by(ratios_of("o200k")) == round(COUNTED * o200k[Writing.ENGLISH])


def test_a_question_before_pages_in_another_script_does_not_make_them_its_own():
    question, pages = "Что делает этот код? " * 10, "for each in found: print(each.name)\n" * 500
    mixed, apart = reading_of(question + pages), reading_of(question).by(ratios_of("o200k"))
    apart += reading_of(pages).by(ratios_of("o200k"))
    assert mixed.by(ratios_of("o200k")) == pytest.approx(apart, rel=0.1)
