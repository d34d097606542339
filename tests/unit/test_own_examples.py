"""An own category's examples: each is read once, and what is too short to be told is not claimed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier import HybridClassifier
from classifier.encoder import EncoderFailed, EncoderOutput, EncoderTimeout
from classifier.own import FEW_TOKENS, Background, Definition
from llm_router.breaker import Breaker
from llm_router.taxonomy import Category
from tests.support.clock import FakeClock
from tests.support.fake_encoder import FakeEncoder, classifier

EVERYDAY = np.random.default_rng(3).normal(0, 0.02, (300, 768)).astype(np.float32)
EVERYDAY[:, [2, 386]] += (1, 0.5)
BACKGROUND = Background.of(EVERYDAY)


class Counting(FakeEncoder):
    """Counts a token a word."""

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        return replace(super().encode(text, deadline_s=deadline_s), token_count=len(text.split()))


def read_by(encoder: FakeEncoder) -> list[str]:
    return [text for text, _ in encoder.asked]


def knowing(encoder: FakeEncoder, breaker: Breaker | None = None) -> HybridClassifier:
    return replace(classifier(encoder, breaker), background=lambda: BACKGROUND)


def orders(*examples: str, description: str = "about an order") -> Definition:
    return Definition("orders", description, examples or tuple(f"order {n}" for n in range(12)))


def test_a_change_costs_only_what_is_new():
    encoder = FakeEncoder(Category.GENERAL)
    sorter = knowing(encoder)
    sorter.with_categories([orders("order 1", "order 2")])
    assert read_by(encoder) == ["order 1", "order 2", "about an order"]
    encoder.asked.clear()
    sorter.with_categories([orders("order 1", "order 2", "order 3"), replace(orders("order 2"), name="more")])
    assert read_by(encoder) == ["order 3"]


def test_what_is_taken_out_is_forgotten_and_another_artefact_reads_anew():
    encoder = FakeEncoder(Category.GENERAL)
    sorter = knowing(encoder)
    for examples in (("order 1", "order 2"), ("order 1",), ("order 1", "order 2")):
        encoder.asked.clear()
        known = sorter.with_categories([orders(*examples)])
    assert read_by(encoder) == ["order 2"]
    replace(sorter, about=replace(sorter.about, version="v2")).with_categories([orders("order 1")])
    assert "order 1" in read_by(encoder)
    assert known.own is not None
    assert known.own.bases == (Category.GENERAL,)


def test_what_was_read_before_the_model_failed_need_not_be_read_again():
    class Failing(FakeEncoder):
        def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
            if text == "order 2" and not read_by(self).count("order 2"):
                self.asked.append((text, deadline_s))
                raise EncoderFailed("broken")
            return super().encode(text, deadline_s=deadline_s)

    encoder = Failing(Category.GENERAL)
    sorter = knowing(encoder)
    with pytest.raises(EncoderFailed):
        sorter.with_categories([orders("order 1", "order 2")])
    sorter.with_categories([orders("order 1", "order 2")])
    assert read_by(encoder) == ["order 1", "order 2", "order 2", "about an order"]


def test_examples_are_read_without_a_deadline_and_open_no_breaker():
    class Slow(FakeEncoder):
        def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
            if deadline_s is not None:
                raise EncoderTimeout("late")
            return super().encode(text)

    breaker = Breaker(FakeClock())
    known = knowing(Slow(Category.MATH, 9.0), breaker).with_categories([orders()])
    assert known.own is not None
    assert known.own.bases == (Category.MATH,)
    assert breaker.allows()


def test_a_single_word_of_description_is_no_example():
    encoder = FakeEncoder(Category.GENERAL)
    examples = ("order 1", "order 2", "order 3")
    plain, named = (
        knowing(encoder).with_categories([orders(*examples, description=description)]).own
        for description in ("order of mine", "shopping")
    )
    assert "shopping" not in read_by(encoder)
    assert plain is not None
    assert named is not None
    assert [len(each) for each in (*plain.exemplars, *named.exemplars)] == [4, 3]


def test_a_text_of_one_or_two_tokens_is_claimed_only_if_it_is_close_to_an_example():
    encoder = Counting(Category.GENERAL)
    known = knowing(encoder).with_categories([orders()])
    assert known.own is not None
    assert known.classify("order").category == "orders"
    far = replace(known, own=replace(known.own, exemplars=tuple(-each for each in known.own.exemplars)))
    assert far.classify(" ".join(["order"] * FEW_TOKENS)).category == Category.GENERAL
    assert far.classify(" ".join(["order"] * (FEW_TOKENS + 1))).category == "orders"
