"""How many tokens a conversation is: the request as it was counted, the rest by its own letters."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from random import Random

import pytest

from classifier.normalise import HEAD_CHARACTERS, TAIL_CHARACTERS, normalise
from llm_router.conversation import IMAGE_TOKENS, MESSAGE_TOKENS, Conversation, Turn, of_prompt, wrapping_tokens
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.ranking.tokens import (
    COUNTED_WHOLE,
    MANY,
    Reading,
    ratios_of,
    reading_of,
    reading_of_all,
    together,
)
from llm_router.recommend import _with_cache, task_of
from llm_router.sessions.book import Session
from llm_router.sessions.continuing import OpenedSession
from llm_router.sessions.turn import SessionTurn
from llm_router.taxonomy import TOKENS_PER_CHARACTER, Writing
from tests.support.fake_encoder import FakeEncoder, classifier
from tests.support.models import model
from tests.support.tasks import classification

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
    assert found == 2 * estimated_tokens(HISTORY) + COUNTED + wrapping_tokens(3)


def test_a_request_alone_is_what_was_counted_and_said_twice_it_counts_twice():
    assert tokens(("user", "once")) == COUNTED + wrapping_tokens(1)
    assert tokens(("user", "once"), ("user", "once")) == COUNTED + estimated_tokens("once") + wrapping_tokens(2)


def test_what_wraps_the_messages_is_read_too_however_short_they_are():
    """OpenAI counts 8 tokens of `hi`, and five for each turn of one word."""
    counted = replace(classification(), token_count=1)
    assert task_of(counted, of_prompt("hi")).reading.by(ratios_of("o200k")) == 8
    said = Conversation(tuple(Turn(("user", "assistant")[place % 2], "ok") for place in range(201)))
    assert 1000 <= task_of(counted, said).reading.by(ratios_of("o200k")) <= 1250


PROSE = "The committee met again on Monday, to hear what had come of its plans for the old harbour. "
ZH = "人工智能是计算机科学的一个分支，它企图了解智能的实质。"
RANDOM = Random(1)
HEX = " ".join(f"{RANDOM.randrange(256):02x}" for _ in range(40_000))
BASE64 = b64encode(RANDOM.randbytes(60_000)).decode()


@pytest.mark.parametrize(
    ("middle", "each"),
    [
        pytest.param("\n" * 1600 + PROSE * 3000 + "\n" * 600, 0.2, id="prose between blanks"),
        pytest.param(ZH * 4000, 0.7, id="Chinese"),
        pytest.param(HEX, 0.7, id="a hexadecimal dump"),
        pytest.param(BASE64, 0.68, id="base64"),
        pytest.param("\n " * 50_000, 0.25, id="blanks"),
        pytest.param("12,345678,9\n" * 10_000, 0.5, id="figures"),
    ],
)
def test_what_stands_between_the_ends_of_a_long_request_counts(middle: str, each: float):
    """`each` is what o200k counts for a character of the middle."""
    found = reading(Turn("user", PROSE * 17 + middle + PROSE * 6)).by(ratios_of("o200k"))
    assert 0.85 <= found / (len(middle) * each) <= 1.4


@pytest.mark.parametrize("signs", ["_", ".", "-", "\n", " "])
def test_signs_in_a_row_are_few_tokens(signs: str):
    assert estimated_tokens(signs * 10_000) <= 700


def test_a_request_that_is_read_whole_is_what_was_counted_and_a_longer_one_what_its_letters_tell():
    assert COUNTED_WHOLE == HEAD_CHARACTERS + TAIL_CHARACTERS
    assert not normalise("x" * COUNTED_WHOLE).is_cut
    for text in ("x" * COUNTED_WHOLE, "я" * COUNTED_WHOLE, "🎉" * COUNTED_WHOLE):
        assert reading_of(text, 7).tokens == 7
        assert reading_of(text + "x", 7).tokens > 450


def test_what_a_provider_holds_of_a_conversation_ends_before_a_request_however_long_that_is():
    early, late = PROSE * 200, PROSE * 3000
    said = Conversation((Turn("user", early), Turn("user", late)))
    found = replace(classification(), token_count=COUNTED)
    opened = OpenedSession(Session(found, "acme/m", tokens=10**6, at=0.0), SessionTurn(found))
    held = _with_cache(opened, task_of(found, said), said, 1.0, alone=False).turn.held
    assert held is not None
    assert held.cached_tokens == estimated_tokens(early) + MESSAGE_TOKENS


PLAIN = of_prompt("What is the weather in Oslo?")


@pytest.mark.parametrize(
    "tooled", [replace(PLAIN, wants_tools=True), replace(PLAIN, wants_json=True), replace(PLAIN, has_calls=True)]
)
def test_what_claude_is_told_of_tools_beside_the_prompt_is_read_by_claude_alone(tooled: Conversation):
    found = [task_of(classification(), said) for said in (PLAIN, tooled)]
    for family, more in (("claude", 530), ("o200k", 0)):
        alone, told = (each.reading.by(ratios_of(family)) for each in found)
        assert told - alone == more
        models = [model("m", tokenizer=family)]
        ranked = [rank(prepare(models), each, Constraints(), 0.5, Surroundings()).candidates[0] for each in found]
        assert ranked[1].price.input_tokens - ranked[0].price.input_tokens == more
        assert ranked[1].usd - ranked[0].usd == pytest.approx(more * 1e-6)


def test_scripts_with_more_tokens_a_letter_count_for_more():
    assert estimated_tokens("中文" * 100) > 3 * estimated_tokens("so it goes on " * 14)
    assert estimated_tokens("") == 0


def test_each_text_is_billed_by_its_own_script_and_a_picture_by_none():
    old, asked = Turn("user", "письмо " * 1000), Turn("user", "In short, please", images=("",))
    o200k = dict(zip(Writing, ratios_of("o200k"), strict=True))
    expected = estimated_tokens(old.text) * o200k[Writing.CYRILLIC] + COUNTED * o200k[Writing.ENGLISH]
    assert reading(old, asked).by(ratios_of("o200k")) == round(expected + IMAGE_TOKENS + wrapping_tokens(2))
    none = round(COUNTED * o200k[Writing.ENGLISH] + wrapping_tokens(1))
    assert reading(Turn("user", "")).by(ratios_of("o200k")) == none


def test_a_question_before_pages_in_another_script_does_not_make_them_its_own():
    question, pages = "Что делает этот код? " * 10, "for each in found: print(each.name)\n" * 500
    mixed, apart = reading_of(question + pages), reading_of(question).by(ratios_of("o200k"))
    apart += reading_of(pages).by(ratios_of("o200k"))
    assert mixed.by(ratios_of("o200k")) == pytest.approx(apart, rel=0.1)


@pytest.mark.parametrize(
    ("letter", "writing"),
    [("ω", Writing.GREEK), ("ש", Writing.HEBREW), ("ก", Writing.THAI), ("த", Writing.INDIC), ("ქ", Writing.OTHER)],
)
def test_a_character_is_as_many_tokens_as_were_counted_of_its_script(letter: str, writing: Writing):
    assert estimated_tokens(letter * 10_000) == pytest.approx(10_000 * TOKENS_PER_CHARACTER[writing], abs=1)


def test_many_turns_are_looked_at_as_one_text_and_count_about_as_much_as_each_by_itself():
    turns = ["The committee met again on Monday, and nothing was decided.", "Что решил комитет в понедельник?"] * MANY
    each = together(map(reading_of, turns))
    found = reading_of_all(turns)
    assert found.tokens == pytest.approx(each.tokens, rel=0.25)
    assert reading_of_all(turns[:4]) == together(map(reading_of, turns[:4]))
