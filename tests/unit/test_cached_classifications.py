"""What the cache may hold of a classification, and what is not one though it looks like one."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.lru import LruCache
from llm_router.classification import (
    LONGEST_INSTRUCTIONS,
    LONGEST_NAME,
    MOST_TOKENS,
    CachingClassifier,
    decode,
    decode_limit,
    encode,
    encode_limit,
)
from llm_router.taxonomy import AnswerLimit, Classification
from tests.support.clock import FakeClock

ROW: list[object] = ["coding", "coding", "easy", "hybrid", 0.9, 0.8, {"coding": 0.9}, 0.1, 0.2, 0.3, "direct", 7, 300]
CATEGORY, CHANCES, TOKENS, OUTPUT = 0, 6, 11, 12


def held(place: int, value: object) -> bytes:
    return json.dumps([value if number == place else each for number, each in enumerate(ROW)]).encode()


def test_what_was_kept_reads_back():
    found = decode(held(TOKENS, MOST_TOKENS))
    assert found is not None
    assert (found.category, found.token_count) == ("coding", MOST_TOKENS)
    assert decode(encode(found)) == found


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (CATEGORY, "\ud800"),
        (CATEGORY, ""),
        (CATEGORY, "x" * (LONGEST_NAME + 1)),
        (CHANCES, {"\ud800": 0.5}),
        *(
            (place, tokens)
            for place in (TOKENS, OUTPUT)
            for tokens in (10**400, 10**300, MOST_TOKENS + 1, -1, 1.0, True)
        ),
    ],
)
def test_what_could_be_neither_answered_with_nor_calculated_with_is_no_classification(place: int, value: object):
    assert decode(held(place, value)) is None


@pytest.mark.parametrize("limit", [AnswerLimit(), AnswerLimit(0.4, 80.0)])
def test_a_limit_that_was_kept_reads_back(limit: AnswerLimit):
    assert decode_limit(encode_limit(limit)) == limit


@pytest.mark.parametrize(
    "held", [b"", b"null", b"[]", b"[1]", b"[2, 80]", b"[0.4, -1]", b'[0.4, "80"]', b"[0.4, 1e400]", b"[0.4, NaN]"]
)
def test_what_is_no_limit_is_a_miss(held: bytes):
    assert decode_limit(held) is None


class Terse:
    """Takes all instructions for ones to be short, and keeps what it was asked to read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def classify(self, text: str, *, explain: bool = False) -> Classification:
        raise AssertionError("nothing to classify")

    def answer_limit(self, instructions: str) -> AnswerLimit:
        self.read.append(instructions)
        return AnswerLimit(0.4, 80.0)


def test_instructions_are_read_once_and_long_ones_not_at_all():
    clock, reader = FakeClock(), Terse()
    cache = LruCache(clock, max_entries=9, max_bytes=9000)
    caching = CachingClassifier(reader, cache, clock, "v", b"secret", 60.0)
    assert {caching.answer_limit(["Be brief."]) for _ in range(3)} == {AnswerLimit(0.4, 80.0)}
    assert caching.answer_limit(["Be brief." + " " * LONGEST_INSTRUCTIONS]) == AnswerLimit()
    assert caching.answer_limit([]) == AnswerLimit()
    assert reader.read == ["Be brief."]


def test_of_many_instructions_the_last_are_read_as_one_text_that_is_no_longer_than_one_may_be():
    clock, reader = FakeClock(), Terse()
    cache = LruCache(clock, max_entries=9, max_bytes=9000)
    caching = CachingClassifier(reader, cache, clock, "v", b"secret", 60.0)
    caching.answer_limit([f"Be brief {number}." for number in range(2000)])
    caching.answer_limit(
        ["Who you are. " * LONGEST_INSTRUCTIONS, "In one line.", "a" * (LONGEST_INSTRUCTIONS - 9), "Be kind."]
    )
    assert reader.read == [
        "\n\n".join(f"Be brief {number}." for number in range(1996, 2000)),
        "In one line.\n\nBe kind.",
    ]
    caching.answer_limit(["a" * 300] * 4)
    assert reader.read[-1] == "\n\n".join(["a" * 300] * 3)


def test_a_limit_never_makes_an_answer_longer_nor_shorter_than_any_is():
    assert [AnswerLimit(0.4, 80.0).of(tokens) for tokens in (5, 10, 100, 1000)] == [5, 8, 40, 80]
    assert AnswerLimit().of(1000) == 1000
