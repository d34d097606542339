"""What the cache may hold of a classification, and what is not one though it looks like one."""

from __future__ import annotations

import json

import pytest

from llm_router.classification import LONGEST_NAME, MOST_TOKENS, decode, encode

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
