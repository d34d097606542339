"""Glossed words in the vocabulary: what they begin with, and that English is mostly read as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from classifier.tokens import Tokeniser
from tests.support.encoder import base_source
from training.build.errors import BuildError
from training.build.glosses import UNKNOWN, glossed_ids, glossed_tokeniser, glossed_words, read_glosses
from training.build.network import VOCABULARY, WORDS
from training.build.source import MODEL, TOKENIZER
from training.build.weights import glossed_weights, read_weights
from training.labelled import own_prompts


@pytest.fixture(scope="module")
def base() -> Tokenizer:
    return Tokenizer.from_file(str(base_source() / TOKENIZER.name))


@pytest.fixture(scope="module")
def tokenise() -> Tokeniser:
    return Tokeniser(glossed_tokeniser(base_source()))


@pytest.mark.parametrize(("text", "pieces"), [("напиши", 1), ("写", 1), ("escribe", 1), ("써줘", 1)])
def test_a_glossed_word_is_one_token(text: str, pieces: int, tokenise: Tokeniser) -> None:
    assert tokenise(text).count == pieces


def test_a_word_begins_with_the_meaning_of_its_gloss(base: Tokenizer) -> None:
    words = read_weights(base_source() / MODEL.name)[WORDS]
    table = glossed_words(words, base_source())
    ids = glossed_ids(base.get_vocab(with_added_tokens=False), read_glosses())
    write = base.token_to_id("write")
    np.testing.assert_allclose(table[ids["напиши"]], words[write], rtol=1e-5)
    untouched = sorted(set(range(VOCABULARY)) - set(ids.values()))
    assert np.array_equal(table[untouched], words[untouched])


def test_every_gloss_is_something_the_base_model_knows(base: Tokenizer) -> None:
    unknown = base.token_to_id(UNKNOWN)
    meanings = {gloss.meaning for gloss in read_glosses()} - {UNKNOWN}
    for found in base.encode_batch(sorted(meanings), add_special_tokens=False):
        ids = [id_ for id_, mask in zip(found.ids, found.attention_mask, strict=True) if mask]
        assert ids
        assert unknown not in ids


def test_the_table_and_the_vocabulary_are_equally_long() -> None:
    known = Tokenizer.from_file(str(glossed_tokeniser(base_source()))).get_vocab_size()
    assert glossed_weights(base_source())[WORDS].shape[0] == known


def test_english_is_read_as_before_but_for_a_word_in_twenty(base: Tokenizer, tokenise: Tokeniser) -> None:
    """Some of its words are glossed, since the base vocabulary lacks them; a piece may begin a rare one, too."""
    plain = Tokeniser(base_source() / TOKENIZER.name)
    prompts = [row.prompt for row in own_prompts("heldout") if row.lang == "en"][:400]
    before = [plain(prompt).count for prompt in prompts]
    changed = sum(abs(tokenise(prompt).count - count) for prompt, count in zip(prompts, before, strict=True))
    assert changed <= sum(before) / 20


@pytest.mark.parametrize("content", ["слово", "слово\t", "слово\tword\tmore", "слово\tword\nслово\tverb"])
def test_a_file_that_is_no_dictionary_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "glosses.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(BuildError):
        read_glosses(tmp_path / "glosses.tsv")
