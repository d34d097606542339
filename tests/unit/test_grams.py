"""Words as evidence of their own: what they are, when they are asked, and what a missing table means."""

from __future__ import annotations

import zlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.fusion import CATEGORIES, Blend, Fusion, Others
from classifier.grams import (
    BUCKETS,
    COLUMNS,
    GRAMS,
    HEAD_WORDS,
    LETTERS,
    LONGEST_SPELT,
    SPELT_WORDS,
    STEM,
    TAIL_WORDS,
    Grams,
    beyond_ascii,
    buckets,
)
from classifier.material import EDGE_WORDS, is_laden
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


def hashed_plainly(typed: str) -> list[int]:
    """All that is hashed of `typed`, each gram spelt out, in any order; the blocks are split off and read anew."""
    said = reading(typed)
    words = said.words
    if len(words) > HEAD_WORDS + TAIL_WORDS:
        words = [*words[:HEAD_WORDS], *words[-TAIL_WORDS:]]
    texts = [word.text for word in words]
    found = [*texts, *(f"^{word}" for word in texts[:2]), *(f"${word}" for word in texts[-2:])]
    found += [f"{one} {other}" for one, other in pairwise(texts)]
    triples = zip(texts, texts[1:], texts[2:], strict=False)
    found += [" ".join(each) for each in triples if len(each[2]) == 1 and not each[2].isascii()]
    for place, word in enumerate(words):
        if word.opens:
            found += [f"^^{each}" for each in (texts[place], " ".join(texts[place : place + 2]))[: len(texts) - place]]
    found += [f"@{signal}" for signal in said.signals] + [f"%{group}" for group in said.found]
    found += [f"~{text[:STEM]}" for text in texts if len(text) > STEM]
    spelt = [f"<{text[:LONGEST_SPELT]}>" for text in texts[:SPELT_WORDS] if len(text) > LETTERS]
    found += [f"#{each[k : k + LETTERS]}" for each in spelt for k in range(len(each) - LETTERS + 1)]
    whole = said.prompt.text
    if words and is_laden(whole):
        gap = "\n\n" if "\n\n" in whole.strip() else "\n"
        until, since = whole.find(gap, words[0].start), whole.rfind(gap, 0, words[-1].end)
        head = [word.text for word in words[:EDGE_WORDS] if until < 0 or word.end <= until]
        tail = [word.text for word in words[-EDGE_WORDS:] if word.start >= since]
        for mark, block in (("|<", head), ("|>", tail)):
            found += [f"{mark}{each}" for each in (*block, *map(" ".join, pairwise(block)))]
    return [zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS for gram in found]


PARTS = ("a", "poem", "weather", "стих", "写", "首", "?", "\n", "\n\n", "ü" * 50)


@given(st.lists(st.sampled_from(PARTS), max_size=200))
@example(["", "\n", " "])
@example(["one"])
@example(["weather"] * 300)
def test_what_is_remembered_of_words_is_what_would_be_hashed(parts: list[str]):
    text = " ".join(parts)
    assert sorted(buckets(reading(text))) == sorted(set(hashed_plainly(text)))


def test_of_the_blocks_of_known_words_only_pairs_are_hashed_anew(monkeypatch: pytest.MonkeyPatch):
    said = reading("please judge\n\nit rained\n\nis it fair")
    buckets(said)
    hashed: list[str] = []

    def watched(gram: str) -> int:
        hashed.append(gram)
        return 0

    monkeypatch.setattr("classifier.grams._bucket", watched)
    buckets(said)
    assert [gram for gram in hashed if gram.startswith("|")] == ["|<please judge", "|>is it", "|>it fair"]


def test_long_texts_count_by_their_ends():
    long = reading("eins " * 100_000)
    each = len(("word", "stem", "pair", "ideographs", "opening", "opening pair"))
    ends = len(("^", "^", "$", "$"))
    most = each * (HEAD_WORDS + TAIL_WORDS) + SPELT_WORDS * len("<eins>") + ends
    blocks = 2 * (2 * EDGE_WORDS - 1)
    assert len(buckets(long)) <= most + blocks + len(long.signals) + len(long.found)
    assert len(buckets(reading("a" * 100_000))) < 3 * LONGEST_SPELT


@pytest.mark.parametrize("again", [" very", "!", " !", " <br>", "😀"])
def test_what_is_said_again_and_again_counts_once(again: str):
    few, many = (buckets(reading("why is he late" + again * times)) for times in (4, 24))
    assert len(many) == len(set(many))
    length_alone = 2
    assert len(set(few) ^ set(many)) <= length_alone


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
