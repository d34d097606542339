"""How many tokens a conversation is: the request as it was counted, the rest by its own letters."""

from __future__ import annotations

import pytest

from llm_router.conversation import Conversation, Turn
from llm_router.ranking.tokens import estimated_tokens
from llm_router.recommend import task_of
from tests.support.fake_encoder import FakeEncoder, classifier

HISTORY = "The committee met again on Monday to hear what had come of it. " * 1000
COUNTED = 5
"""What the encoder that is asked here counts for any text."""


def tokens(*turns: tuple[str, str]) -> int:
    said = Conversation(tuple(Turn(role, text) for role, text in turns))
    return task_of(classifier(FakeEncoder()).classify(said.request), said).input_tokens


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
