"""Rules and model as one: who decides, and what happens when the model is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier import load
from classifier.decided import decided_by
from classifier.encoder import EncoderFailed, EncoderTimeout
from classifier.fusion import Fusion
from classifier.own import Background, Definition
from llm_router.breaker import Breaker, BreakerState
from llm_router.taxonomy import Category, Degraded, InteractionStyle, Method
from tests.support.fake_encoder import FakeEncoder, classifier


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


def test_rules_alone_decide_when_they_are_sure_and_the_model_is_not():
    found = classifier(FakeEncoder(Category.GENERAL, strength=0.3)).classify("Write a Python function to sort a list")
    assert found.category == Category.CODING
    assert found.method is Method.RULES


def test_the_model_decides_when_it_is_sure_and_the_rules_see_little():
    found = classifier(FakeEncoder(Category.MATH, strength=9.0)).classify("the usual thing with my numbers")
    assert found.category == Category.MATH
    assert found.method is Method.MODEL


def test_agreement_gives_more_confidence_than_either_stage():
    prompt = "Write a limerick"
    both = classifier(FakeEncoder(Category.CREATIVE_WRITING, strength=2.5)).classify(prompt)
    assert both.method is Method.HYBRID
    assert both.ml_confidence is not None
    assert both.confidence > both.ml_confidence


def test_without_a_model_the_rules_answer_and_say_so():
    found = classifier(None).classify("Write a Python function to sort a list")
    assert found.category == Category.CODING
    assert found.method is Method.RULES
    assert found.ml_confidence is None
    assert found.degraded == (Degraded.ML_MODEL,)


def test_the_model_is_asked_with_a_deadline_of_250_ms():
    encoder = FakeEncoder(Category.CHAT)
    classifier(encoder).classify("hello")
    assert encoder.asked == [("hello", 0.25)]


def test_one_time_out_opens_the_breaker_and_a_probe_closes_it():
    clock, encoder = Clock(), FakeEncoder(Category.CHAT)
    breaker = Breaker(clock)
    sorter = classifier(encoder, breaker)
    encoder.raises = EncoderTimeout("late")
    assert sorter.classify("hello").degraded == (Degraded.ML_MODEL,)
    assert breaker.state is BreakerState.OPEN
    encoder.raises = None
    assert sorter.classify("hello").degraded == (Degraded.ML_MODEL,)
    assert len(encoder.asked) == 1
    clock.time = 31.0
    assert sorter.classify("hello").degraded == ()
    assert breaker.state is BreakerState.CLOSED


def test_three_errors_open_the_breaker():
    encoder = FakeEncoder()
    encoder.raises = EncoderFailed("broken")
    breaker = Breaker(Clock())
    sorter = classifier(encoder, breaker)
    for _ in range(5):
        assert sorter.classify("hello").degraded == (Degraded.ML_MODEL,)
    assert len(encoder.asked) == 3


def test_the_answer_is_whole_in_every_case():
    for encoder in (None, FakeEncoder(Category.GENERAL)):
        for prompt in ("", "\ud800", "\x00", "hi", "x" * 100_000, "👩‍👩‍👧" * 5000):
            found = classifier(encoder).classify(prompt)
            assert sum(found.probabilities.values()) == pytest.approx(1)
            assert set(found.probabilities) == set(Category)
            for score in (found.confidence, found.complexity, found.creativity, found.urgency):
                assert 0 <= score <= 1
            assert found.output_tokens > 0


def test_the_tokens_of_a_long_prompt_are_those_of_the_whole():
    sorter = classifier(FakeEncoder(Category.GENERAL))
    counts = [sorter.classify("word " * words).token_count for words in (100, 4000, 40_000)]
    assert counts == [5, round(5 * 20_000 / 2049), round(5 * 200_000 / 2049)]


def test_explaining_changes_nothing_but_the_evidence():
    sorter = classifier(FakeEncoder(Category.CODING))
    plain = sorter.classify("Fix this Python error")
    explained = sorter.classify("Fix this Python error", explain=True)
    assert plain.evidence is None
    assert explained.evidence is not None
    assert explained.evidence.matches
    assert sum(explained.evidence.rule_probabilities.values()) == pytest.approx(1)
    assert sum(explained.evidence.model_probabilities.values()) == pytest.approx(1)
    assert replace(explained, evidence=None) == plain


def test_an_own_category_is_always_told_by_the_model():
    fusion = Fusion.unfitted().sparing_above(0.0)
    sorter = replace(
        classifier(FakeEncoder(Category.GENERAL)),
        fusion=fusion,
        background=lambda: Background.of(np.eye(768, dtype=np.float32)),
    )
    own = Definition("orders", "about an order", tuple(f"order {n}" for n in range(12)))
    assert sorter.with_categories([own]).classify("where is my order").category == "orders"


def test_urgency_and_style_are_reasoned():
    sorter = classifier(None)
    assert sorter.classify("URGENT: the site is down").urgency > 0.7
    assert sorter.classify("no rush, tell me about trains").urgency < 0.1
    assert sorter.classify("tell me about trains").urgency == pytest.approx(0.1)
    listed = "Write a report with\n- a summary\n- three sections\n- a conclusion"
    assert sorter.classify(listed).interaction_style is InteractionStyle.STRUCTURED
    assert sorter.classify("hi there").interaction_style is InteractionStyle.CONVERSATIONAL
    assert sorter.classify("capital of Peru").interaction_style is InteractionStyle.DIRECT


@pytest.mark.parametrize("broken", ["missing", "empty", "garbage"])
def test_a_broken_fusion_file_means_rules_alone_with_a_reason(tmp_path: Path, broken):
    if broken != "missing":
        (tmp_path / "fusion.json").write_text("" if broken == "empty" else '{"model_weight": NaN}')
    found = load(tmp_path)
    assert not found.about.available
    assert found.about.reason
    assert found.classify("Write a Python function").degraded == (Degraded.ML_MODEL,)


def test_who_decided_follows_the_design():
    sure, unsure, other = (0.9, *[0.1 / 6] * 6), (0.2, *[0.8 / 6] * 6), (0.1 / 6, 0.9, *[0.1 / 6] * 5)
    assert decided_by(sure, unsure, sure) is Method.HYBRID
    assert decided_by(sure, (0.1, 0.2, *[0.7 / 5] * 5), sure) is Method.RULES
    assert decided_by(other, other, sure) is Method.MODEL


def test_an_own_category_claims_its_prompts_and_leaves_the_others():
    chance = np.random.default_rng(3)
    background = chance.normal(0, 0.02, (300, 768)).astype(np.float32)
    background[:, [2, 386]] += (1, 0.5)
    everyday = Background.of(background)
    sorter = replace(classifier(FakeEncoder(Category.GENERAL)), background=lambda: everyday)
    own = Definition("orders", "about an order", tuple(f"order {n}" for n in range(12)))
    extended = sorter.with_categories([own])
    claimed = extended.classify("where is my order")
    assert claimed.category == "orders"
    assert claimed.base_category is Category.GENERAL
    assert sum(claimed.probabilities.values()) == pytest.approx(1)
    assert extended.classify("something else").category == Category.GENERAL
    assert extended.own is not None
    assert extended.own.names == ("orders",)
    assert extended.about.version != sorter.about.version
    assert extended.with_categories([]).about.version == sorter.about.version


def test_without_a_model_own_categories_are_never_chosen():
    own = Definition("orders", "about an order", ("where is my order",))
    assert classifier(None).with_categories([own]).classify("where is my order").category in set(Category)
