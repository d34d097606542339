"""What an explanation says in words is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.encoder import EncoderFailed
from classifier.own import Background, Definition
from llm_router.taxonomy import Category
from tests.support.fake_encoder import FakeEncoder, classifier, grams_for

PROMPT = "the usual thing, as ever"


def notes(sorter, prompt: str = PROMPT) -> tuple[str, ...]:
    found = sorter.classify(prompt, explain=True)
    assert found.evidence is not None
    return found.evidence.notes


def away() -> FakeEncoder:
    encoder = FakeEncoder()
    encoder.raises = EncoderFailed("away")
    return encoder


def test_who_decided_without_the_model_is_said_as_it_was():
    rules = classifier(away())
    both = replace(rules, grams=grams_for(PROMPT, Category.CHAT))
    assert notes(rules) == ("The model did not answer; the rules decided alone.",)
    assert notes(both) == ("The model did not answer; rules and words decided alone.",)


@pytest.mark.parametrize("prompt", ["😂😂", "１２３", "გამარჯობა", "42"])
def test_no_script_is_named_where_none_is_known(prompt: str):
    assert not any("script" in note for note in notes(classifier(FakeEncoder()), prompt))


def test_a_script_that_is_known_is_named():
    assert "It is written in cyrillic script." in notes(classifier(FakeEncoder()), "привет")


def test_an_own_category_that_claimed_the_prompt_is_named_with_what_it_would_else_be():
    everyday = Background.of(np.eye(768, dtype=np.float32))
    own = Definition("orders", "about an order", tuple(f"order {n}" for n in range(12)))
    plain = replace(classifier(FakeEncoder(Category.CODING)), background=lambda: everyday)
    sorter = plain.with_categories([own])
    found = sorter.classify("where is my order")
    said = f"The own category orders claimed it with {found.confidence:.2f}; without it: coding."
    assert said in notes(sorter, "where is my order")
    assert not any("claimed" in note for note in notes(sorter, "something else"))
