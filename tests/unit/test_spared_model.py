"""A prompt of which rules and words are sure: the model is not asked, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier import HybridClassifier
from classifier.encoder import EncoderFailed
from classifier.fusion import CATEGORIES, Blend, Cuts, Fusion
from classifier.own import Background, Definition
from llm_router.breaker import Breaker
from llm_router.taxonomy import Category, Degraded, Difficulty, Method
from tests.support.clock import FakeClock
from tests.support.fake_encoder import FakeEncoder, classifier, grams_for

PROMPT = "zinnia quartz umbrella"


def sorter(encoder: FakeEncoder | None, category: Category = Category.CHAT, above: float = 0.7) -> HybridClassifier:
    """Its words are sure of `PROMPT`, and the rules know nothing of it."""
    kind = replace(
        Fusion.unfitted().ascii, modelless=Blend(0.0, 0.1, 1.0, (0.0,) * len(CATEGORIES)), enough_above=above
    )
    fusion = replace(Fusion.unfitted(), ascii=kind, beyond=kind, laden=kind)
    return replace(classifier(encoder), fusion=fusion, grams=grams_for(PROMPT, category))


@pytest.mark.parametrize("category", [Category.CHAT, Category.CODING, Category.QUESTION])
def test_what_rules_and_words_are_sure_of_needs_no_model(category: Category):
    encoder = FakeEncoder(Category.GENERAL, 9.0)
    found = sorter(encoder, category).classify(PROMPT)
    assert (found.category, found.degraded) == (category, ())
    assert found.method in {Method.HYBRID, Method.MODEL}
    assert found.ml_confidence is not None
    assert encoder.asked == []


def test_then_the_scores_are_those_of_words():
    plain = sorter(FakeEncoder())
    hard = replace(plain, fusion=replace(plain.fusion, word_cuts=Cuts(0.1, 0.2), form_cuts=Cuts(0.98, 0.99)))
    found = hard.classify(PROMPT)
    assert found.complexity > 0.7
    assert found.creativity < 0.3
    assert found.difficulty is Difficulty.HARD


@pytest.mark.parametrize("prompt", [PROMPT, f"Hello there! {PROMPT}", f"{PROMPT} " * 2000])
def test_then_tokens_are_counted_as_ever(prompt: str):
    spared, asked = FakeEncoder(), FakeEncoder()
    counted = [sorter(spared).classify(prompt), sorter(asked, above=1.0).classify(prompt)]
    assert counted[0].token_count == counted[1].token_count
    assert (bool(spared.asked), bool(asked.asked)) == (False, True)


def test_tokens_that_the_model_counted_are_not_counted_again():
    encoder = FakeEncoder(Category.GENERAL, 9.0)
    knowing = knowing_orders(encoder)
    encoder.counted.clear()
    knowing.classify(PROMPT)
    assert (len(encoder.asked), encoder.counted) == (1, [])
    sorter(encoder).classify(PROMPT)
    assert encoder.counted == [PROMPT]


def test_while_the_breaker_is_open_what_needs_no_model_misses_none():
    breaker = Breaker(FakeClock(), failures=1, open_s=30)
    breaker.trip()
    sure, unsure = (replace(sorter(FakeEncoder(), above=above), breaker=breaker) for above in (0.7, 1.0))
    assert sure.classify(PROMPT).degraded == ()
    assert unsure.classify(PROMPT).degraded == (Degraded.ML_MODEL,)


@pytest.mark.parametrize(("category", "asks"), [(Category.CODING, True), (Category.CREATIVE_WRITING, False)])
def test_where_rules_are_for_something_else_than_words_the_model_is_asked(category: Category, asks: bool):
    poem, encoder = f"write a poem about {PROMPT}", FakeEncoder(Category.CREATIVE_WRITING, 9.0)
    replace(sorter(encoder), grams=grams_for(poem, category)).classify(poem)
    assert bool(encoder.asked) is asks


def test_what_they_are_less_sure_of_goes_to_the_model():
    encoder = FakeEncoder(Category.GENERAL, 9.0)
    assert sorter(encoder, above=1.0).classify(PROMPT).category == Category.GENERAL
    assert encoder.asked


def test_about_a_calculation_the_model_is_always_asked():
    encoder = FakeEncoder(Category.MATH, 9.0)
    assert sorter(encoder, Category.MATH).classify(PROMPT).category == Category.MATH
    assert encoder.asked


@pytest.mark.parametrize(("prompt", "asked"), [(PROMPT, False), (f"{PROMPT} " * 5, True)])
def test_of_a_question_longer_than_a_line_words_do_not_know_enough(prompt: str, asked: bool):
    encoder = FakeEncoder(Category.QUESTION, 9.0)
    found = sorter(encoder, Category.QUESTION).classify(prompt)
    assert found.category == Category.QUESTION
    assert bool(encoder.asked) is asked


@pytest.mark.parametrize(
    ("category", "counts"), [(Category.QUESTION, False), (Category.MATH, False), (Category.ANALYSIS, True)]
)
def test_how_hard_a_long_question_or_a_calculation_is_words_have_no_say_in(category: Category, counts: bool):
    with_words = sorter(FakeEncoder(category, 9.0), category, above=1.0)
    without = replace(with_words, grams=None)
    found, plain = (each.classify(f"{PROMPT} " * 5) for each in (with_words, without))
    assert (found.category, plain.category) == (category, category)
    assert (found.complexity != plain.complexity) is counts


def knowing_orders(encoder: FakeEncoder) -> HybridClassifier:
    own = Definition("orders", "about an order", tuple(f"order {n}" for n in range(12)))
    everyday = Background.of(np.eye(768, dtype=np.float32))
    knowing = replace(sorter(encoder), background=lambda: everyday).with_categories([own])
    encoder.asked.clear()
    return knowing


def test_own_categories_are_told_by_the_model_and_what_they_do_not_claim_is_as_without_them():
    encoder = FakeEncoder(Category.GENERAL, 9.0)
    knowing = knowing_orders(encoder)
    assert knowing.classify(PROMPT) == sorter(FakeEncoder()).classify(PROMPT)
    assert encoder.asked == [(PROMPT, 0.25)]
    explained = knowing.classify(PROMPT, explain=True)
    assert explained.evidence is not None
    assert "Rules and words together were sure enough; what the model says did not count." in explained.evidence.notes


def test_an_own_category_claims_what_rules_and_words_are_sure_of():
    prompt = f"{PROMPT} order"
    knowing, plain = knowing_orders(FakeEncoder(Category.GENERAL, 9.0)), sorter(FakeEncoder())
    sure, found = plain.classify(prompt), knowing.classify(prompt, explain=True)
    assert (sure.category, found.category) == (Category.CHAT, "orders")
    assert (found.difficulty, found.output_tokens) == (sure.difficulty, sure.output_tokens)
    assert found.evidence is not None
    claimed = [note for note in found.evidence.notes if "claimed it" in note]
    assert [note.rpartition("; ")[2] for note in claimed] == ["without it: chat."]
    assert not any("did not count" in note for note in found.evidence.notes)


def test_own_categories_that_the_model_could_not_tell_are_missed():
    encoder = FakeEncoder()
    knowing = knowing_orders(encoder)
    encoder.raises = EncoderFailed("away")
    found = knowing.classify(PROMPT, explain=True)
    assert (found.category, found.degraded) == (Category.CHAT, (Degraded.ML_MODEL,))
    assert found.evidence is not None
    assert "The model did not answer; rules and words decided alone." in found.evidence.notes


def test_an_explanation_tells_what_the_model_would_have_said_and_changes_nothing():
    plain, explained = (sorter(FakeEncoder(Category.GENERAL, 9.0)).classify(PROMPT, explain=e) for e in (False, True))
    assert explained.evidence is not None
    assert replace(explained, evidence=None) == plain
    said = explained.evidence
    assert max(said.word_probabilities.items(), key=lambda pair: pair[1])[0] == Category.CHAT
    assert max(said.model_probabilities.items(), key=lambda pair: pair[1])[0] == Category.GENERAL
    assert "Rules and words together were sure enough; what the model says did not count." in said.notes


def test_without_a_model_words_decide_and_the_answer_says_that_it_is_missing():
    found = sorter(None).classify(PROMPT)
    assert (found.category, found.method, found.degraded) == (Category.CHAT, Method.RULES, (Degraded.ML_MODEL,))
    assert found.ml_confidence is None
