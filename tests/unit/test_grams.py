"""Words as evidence of their own: what they are, when they are asked, and what a missing table means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.fusion import CATEGORIES, Blend, Fusion, Others
from classifier.grams import (
    BUCKETS,
    COLUMNS,
    GRAMS,
    HEAD_WORDS,
    LONGEST_SPELT,
    SPELT_WORDS,
    TAIL_WORDS,
    Grams,
    beyond_ascii,
    buckets,
)
from classifier.material import EDGE_WORDS
from classifier.normalise import normalise
from classifier.rules import Reading
from llm_router.taxonomy import Category
from tests.support.fake_encoder import RULES, grams_for


def reading(text: str) -> Reading:
    return RULES.read(normalise(text))


def test_a_text_of_known_words_falls_to_their_category_and_an_unknown_one_to_none():
    """The unknown one is long, so that it has no signal of form in common with the known one either."""
    grams = grams_for("сочини стих о весне", Category.CREATIVE_WRITING)
    known = grams.read(reading("сочини стих")).chances
    assert max(zip(known, CATEGORIES, strict=True))[1] is Category.CREATIVE_WRITING
    assert sum(known) == pytest.approx(1)
    assert grams.read(reading("qwz " * 20)).chances == pytest.approx([1 / len(CATEGORIES)] * len(CATEGORIES))


def test_accents_and_case_do_not_make_another_word():
    assert sorted(buckets(reading("CUÉNTAME un chiste"))) == sorted(buckets(reading("cuentame un chiste")))


def test_what_opens_a_sentence_counts_beside_the_word_itself():
    opening, within = (
        set(buckets(reading(text))) for text in ("it rains. write it down", "it rains and write it down")
    )
    assert set(buckets(reading("write"))) & opening > set(buckets(reading("write"))) & within


def test_what_the_rules_find_counts_beside_the_words():
    """`poem` in two languages shares no letters with the other, but the group that both are in."""
    english, russian = (set(buckets(reading(text))) for text in ("poem about rain", "стихотворение про дождь"))
    assert set(RULES.read(normalise("poem")).found) & set(RULES.read(normalise("стихотворение")).found)
    assert len(english & russian) > len(english & set(buckets(reading("вчера был дождь"))))


def test_long_texts_count_by_their_ends():
    long = reading("eins " * 100_000)
    each = len(("word", "stem", "pair", "ideographs", "opening", "opening pair"))
    ends = len(("^", "^", "$", "$"))
    most = each * (HEAD_WORDS + TAIL_WORDS) + SPELT_WORDS * len("<eins>") + ends
    blocks = 2 * (2 * EDGE_WORDS - 1)
    assert len(buckets(long)) <= most + blocks + len(long.signals) + len(long.found)
    assert len(buckets(reading("a" * 100_000))) < 2 * LONGEST_SPELT


@pytest.mark.parametrize(
    ("text", "beyond"),
    [("write a poem", False), ("“quoted” — 🙂", False), ("écris un poème", True), ("写一首诗", True), ("мир", True)],
)
def test_only_letters_that_are_not_english_count_as_beyond_ascii(text: str, beyond: bool):
    assert beyond_ascii(text) is beyond


def test_words_count_as_much_as_the_blend_for_their_letters_says():
    even = (1 / len(CATEGORIES),) * len(CATEGORIES)
    none = (0.0,) * len(CATEGORIES)
    plain, beyond = Blend(1.0, 1.0, 0.5, none), Blend(1.0, 1.0, 1.0, none)
    plain_kind, beyond_kind = (replace(Fusion.unfitted().ascii, whole=blend) for blend in (plain, beyond))
    fusion = replace(Fusion.unfitted(), ascii=plain_kind, beyond=beyond_kind)
    words = grams_for("стих", Category.CREATIVE_WRITING).read(reading("стих")).chances
    assert fusion.fuse(even, Others(even, beyond=True)) == pytest.approx(even)
    assert fusion.fuse(even, Others(even, words, beyond=True)) == pytest.approx(words)
    assert max(even) < max(fusion.fuse(even, Others(even, words))) < max(words)
    laden = replace(fusion, laden=replace(plain_kind, whole=replace(plain, words=0.0)))
    assert laden.fuse(even, Others(even, words, beyond=True, laden=True)) == pytest.approx(even)


def test_without_a_model_the_words_still_count():
    even = (1 / len(CATEGORIES),) * len(CATEGORIES)
    kind = replace(Fusion.unfitted().ascii, modelless=Blend(0.0, 1.0, 1.0, (0.0,) * len(CATEGORIES)))
    fusion = replace(Fusion.unfitted(), beyond=kind)
    words = grams_for("стих", Category.CREATIVE_WRITING).read(reading("стих")).chances
    assert fusion.without_model(Others(even, words, beyond=True)) == pytest.approx(words)
    assert fusion.without_model(Others(even, beyond=True)) == pytest.approx(even)


@pytest.mark.parametrize("damage", ["missing", "truncated", "another shape"])
def test_without_a_readable_table_there_are_no_words(tmp_path: Path, damage: str):
    path = tmp_path / GRAMS
    if damage == "another shape":
        np.savez(path, table=np.zeros((3, COLUMNS), np.int8), steps=np.ones(COLUMNS), bias=np.zeros(COLUMNS))
    elif damage == "truncated":
        np.savez(path, table=np.zeros((BUCKETS, COLUMNS), np.int8), steps=np.ones(COLUMNS), bias=np.zeros(COLUMNS))
        path.write_bytes(path.read_bytes()[:1000])
    assert Grams.load(tmp_path) is None
