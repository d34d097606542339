"""Answers to questions of the same meaning, through the door: asked for, told, and never another caller's."""

from __future__ import annotations

import pytest

from tests.support.generating import Client

SIMILAR = {"ttl_s": 60, "similar": True}
FIRST, AGAIN, OTHER = "Name three rivers in France", "please name three rivers in france", "Name four rivers in France"


def chat(client: Client, text: str, **fields) -> dict:
    reply = client.chat(messages=[{"role": "user", "content": text}], **{"cache": SIMILAR, **fields})
    assert reply.status == 200
    return reply.json["router"]


def test_the_same_question_in_other_words_is_answered_from_the_cache_and_told_to_be(generating: Client):
    assert "similarity" not in chat(generating, FIRST)
    note = chat(generating, AGAIN)
    assert note["cached"]
    assert note["similarity"] > 0.9
    assert len(generating.asked) == 1


def test_a_question_that_differs_in_a_number_is_another(generating: Client):
    chat(generating, FIRST)
    assert not chat(generating, OTHER)["cached"]


def test_only_who_asks_for_it_gets_it(generating: Client):
    chat(generating, FIRST)
    assert not chat(generating, AGAIN, cache={"ttl_s": 60})["cached"]


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0.7},
        {"max_tokens": 5},
        {"model": "auto:best"},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]},
    ],
)
def test_another_request_around_the_same_question_is_another(generating: Client, fields: dict):
    chat(generating, FIRST)
    assert not chat(generating, AGAIN, **fields)["cached"]


def test_what_was_said_before_is_part_of_the_question(generating: Client):
    def after(said: str, text: str) -> dict:
        messages = [{"role": "system", "content": said}, {"role": "user", "content": text}]
        return generating.chat(messages=messages, cache=SIMILAR).json["router"]

    after("Answer in French.", FIRST)
    assert not after("Answer in German.", AGAIN)["cached"]
    assert after("Answer in French.", AGAIN)["cached"]


def test_no_caller_gets_another_callers_answer(generating: Client):
    one, other = generating.holder(), generating.holder()
    fields = {"prompt": FIRST, "mode": "generate", "cache": SIMILAR}
    assert not one.send("/route", fields).json["answer_cached"]
    assert not other.send("/route", {**fields, "prompt": AGAIN}).json["answer_cached"]
    mine = one.send("/route", {**fields, "prompt": AGAIN}).json
    assert mine["answer_cached"]
    assert mine["similarity"] > 0.9


def test_without_a_model_nothing_is_similar_and_everything_is_answered(
    generating: Client, monkeypatch: pytest.MonkeyPatch
):
    from classifier.encoder import EncoderFailed

    def fails(self: object, text: str) -> object:
        raise EncoderFailed("broken")

    monkeypatch.setattr("classifier.hybrid.HybridClassifier.embed", fails)
    chat(generating, FIRST)
    assert not chat(generating, AGAIN)["cached"]
