"""The semantic cache: what may be taken for the same question, how many are held, for how long and for whom."""

from __future__ import annotations

import json
import math

import pytest
from pydantic import ValidationError

from llm_router.adapters.lru import LruCache
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart
from llm_router.generation.sameness import LONGEST, marks, may_be_one
from llm_router.generation.similar_answers import MOST_BYTES, MOST_HELD, MOST_S, Question, SimilarAnswers
from llm_router.schemas.cache import CacheBody
from tests.support.clock import FakeClock

SECRET = b"secret"
NEAR = {"a": (1.0, 0.0), "b": (0.99, 0.14), "far": (0.0, 1.0)}


class World:
    """Embeddings by the first word of a text, and what was embedded."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.embedded: list[str] = []
        self.cache = LruCache(self.clock, max_entries=100, max_bytes=10_000_000)
        self.answers = self.of_model("m1")

    def of_model(self, version: str) -> SimilarAnswers:
        return SimilarAnswers(self.cache, SECRET, version, self.embed, self.clock)

    def embed(self, text: str) -> tuple[float, float] | None:
        self.embedded.append(text)
        return NEAR.get(text.split(" ")[0])


def asks(first: str, second: str) -> bool:
    return may_be_one(marks(first, SECRET), marks(second, SECRET))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("What is the capital of France?", "please, what's the capital of france", True),
        ("how tall is that mountain in metres", "Height of the highest summit", True),
        ("how tall is Everest in metres", "Height of the highest summit", False),
        ("fly from Rome to Paris", "fly from Paris to Rome", False),
        ("what is 15% of 80", "what is 16% of 80", False),
        ("recipes with nuts", "recipes without nuts", False),
        ("who wrote Hamlet", "who wrote Macbeth", False),
        ("is x > 3", "is x < 3", False),
        ("北京到上海多远", "上海到北京多远", False),
        ("Rome?", "Paris?", False),
        ("what do you think of me", "what do I think of you", False),
        ("How can I draw a cat", "how to draw the cat?", False),
        ("How can I draw the cat", "how to draw cat, please", True),
        ("write things I want", "write things I need", False),
        ("the keys on my desk", "the keys in my desk", False),
        ("how do I say please", "how do I say thank you", False),
        ("wie sagt man bitte", "wie sagt man", False),
        ("can you drink seawater", "would you drink seawater", False),
        ("Hey Jude lyrics", "Jude lyrics", False),
        ("Hey, could you please list primes? Thanks", "list primes", True),
        ("what does [] do", "what does {} do", False),
        ("what does ! do in bash", "what does ? do in bash", False),
        ("a loop in C#", "a loop in C", False),
        ("what is print(A)", "what is print(a)", False),
        ("run this:\nif x:\n  a\n  b", "run this:\nif x:\n  a\nb", False),
        ("what does 😀 mean", "what does 😭 mean", False),
        ("दिन का अर्थ", "दीन का अर्थ", False),
        ("what does IT mean", "what does it mean", False),
        ("root of 144 please quickly", "compute sqrt 169 by hand", False),
        ("how far is Rome by train", "wie weit liegt Lyon entfernt", False),
        ("may adults eat raw eggs", "is consuming uncooked egg not dangerous", False),
        ("is grass good food", "are meadows edible things", True),
    ],
)
def test_words_tell_what_nearness_does_not(one: str, other: str, same: bool):
    assert asks(one, other) is same
    assert asks(other, one) is same


@pytest.mark.parametrize("text", ["\u5317\u4eac", "\uf900\uf901", "\u31f0\u31f1", "\u30c8\u30f3", "\uac00\uac01"])
def test_a_character_of_a_script_without_spaces_is_a_word(text: str):
    assert marks(text, SECRET) == (*marks(text[0], SECRET), *marks(text[1], SECRET))


def test_the_same_words_have_other_marks_under_another_secret():
    assert marks("capital of France", b"one") != marks("capital of France", b"other")


def test_a_near_question_of_the_same_words_finds_the_answer_until_it_is_too_old():
    world = World()
    world.answers.keep("t", Question("a river", "rest"), "answer", 60)
    asked = Question("b river", "rest")
    assert world.answers.find("t", asked) is None, "one word differs"
    world.answers.keep("t", Question("a river please", "rest"), "polite", 60)
    found = world.answers.find("t", Question("a river", "rest"))
    assert found is not None
    assert found.similarity == pytest.approx(1, abs=0.01)
    world.clock.pass_seconds(61)
    assert world.answers.find("t", Question("a river", "rest")) is None


def test_differently_worded_questions_go_by_nearness_alone():
    world = World()
    world.answers.keep("t", Question("a one two three", "rest"), "answer", 60)
    found = world.answers.find("t", Question("b four five six", "rest"))
    assert found is not None
    assert found.similarity == pytest.approx(0.99, abs=0.01)
    assert world.answers.find("t", Question("far four five six", "rest")) is None


def test_neither_another_caller_nor_another_request_nor_another_model_finds_it():
    world = World()
    question = Question("a river", "rest")
    world.answers.keep("t", question, "answer", 60)
    assert world.answers.find("other", question) is None
    assert world.answers.find("t", Question("a river", "other rest")) is None
    assert world.of_model("m2").find("t", question) is None
    assert world.answers.find("t", question) is not None


def test_the_same_question_of_somebody_of_another_name_is_another():
    def asked(name: str | None, before: str = "hello") -> Question | None:
        earlier = ChatMessage(Role.ASSISTANT, (TextPart(before),))
        return Question.of(ChatRequest((earlier, ChatMessage(Role.USER, (TextPart("a river"),), name=name))), "others")

    assert asked("alice") == asked("alice")
    assert len({asked("alice"), asked("bob"), asked(None), asked(None, "good day")}) == 4


def test_long_texts_and_texts_that_no_model_embeds_are_never_the_same():
    world = World()
    for text in (f"a {'x' * LONGEST}", "unknown words here"):
        question = Question(text, "rest")
        world.answers.keep("t", question, "answer", 60)
        assert world.answers.find("t", question) is None
    assert world.embedded == ["unknown words here"]


def test_so_many_are_held_and_no_more_and_nothing_of_the_text_is():
    world = World()
    for number in range(MOST_HELD + 5):
        world.answers.keep("t", Question(f"a secretword {number}", "rest"), f"answer-{number}", 60)
    assert world.answers.find("t", Question("a secretword 4", "rest")) is None
    found = world.answers.find("t", Question("a secretword 5", "rest"))
    assert found is not None
    assert found.answer == "answer-5"
    held = world.cache.get(world.answers._name("t", Question("", "rest")))
    assert held is not None
    assert b"secretword" not in held


def test_long_questions_let_go_of_the_oldest_before_they_are_too_much_for_redis():
    world = World()
    for number in range(MOST_HELD):
        world.answers.keep("t", Question(f"a {number} " + "word " * 300, "rest"), f"answer-{number}", 60)
        held = world.cache.get(world.answers._name("t", Question("", "rest"))) or b""
        assert f'"answer-{number}"'.encode() in held
        assert len(held) <= MOST_BYTES


def test_garbage_in_the_cache_is_no_answer():
    world = World()
    question = Question("a river", "rest")
    name = world.answers._name("t", question)
    for garbage in (b"\xff", b"[[1]]", b'[["%%", [1], "x", 1e300]]', b"null", b"5"):
        world.cache.set(name, garbage, 60)
        assert world.answers.find("t", question) is None
        assert world.cache.get(name) is None
    world.cache.set(name, b"[]", 60)
    assert world.answers.find("t", question) is None


class Noting(LruCache):
    """Notes for how long things are to be kept."""

    ttls: tuple[float, ...] = ()

    def set(self, key: str, value: bytes, ttl_s: float, worth_s: float = math.inf) -> None:
        self.ttls = (*self.ttls, ttl_s)
        super().set(key, value, ttl_s, worth_s)


@pytest.mark.parametrize("until", ["Infinity", "NaN", "1e300", "-1"])
def test_an_end_that_cannot_be_ours_keeps_nothing_for_longer_than_a_caller_asked_for(until: str):
    world = World()
    world.cache = Noting(world.clock, max_entries=100, max_bytes=10_000_000)
    answers = world.of_model("m1")
    one, other = Question("a river", "rest"), Question("far mountain", "rest")
    answers.keep("t", one, "answer", 60)
    name = answers._name("t", one)
    ((vector, words, answer, _),) = json.loads(world.cache.get(name) or b"")
    world.cache.set(name, f'[["{vector}",{words},"{answer}",{until}]]'.encode(), 60)
    assert answers.find("t", one) is None
    answers.keep("t", other, "another", 60)
    assert world.cache.ttls[-1] == pytest.approx(60)
    assert answers.find("t", other) is not None


def test_a_name_of_an_answer_that_no_cache_can_be_asked_for_is_garbage():
    world = World()
    question = Question("a river", "rest")
    world.answers.keep("t", question, "answer", 60)
    name = world.answers._name("t", question)
    held = world.cache.get(name) or b""
    world.cache.set(name, held.replace(b'"answer"', b'"\\ud800"'), 60)
    assert world.answers.find("t", question) is None
    assert world.cache.get(name) is None


def test_the_longest_that_a_caller_may_ask_for_is_the_longest_that_is_kept():
    CacheBody.model_validate({"ttl_s": MOST_S})
    with pytest.raises(ValidationError):
        CacheBody.model_validate({"ttl_s": MOST_S + 1})
