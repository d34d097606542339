"""What of a text the encoder reads."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from classifier.tokens import (
    MAX_TOKENS,
    TAIL_TOKENS,
    Tokeniser,
    fit_tokens,
    is_plain,
)
from tests.support.encoder import base_source
from training.build.source import TOKENIZER

CLS, SEP = 101, 102


@pytest.fixture(scope="module")
def tokenise() -> Tokeniser:
    return Tokeniser(base_source() / TOKENIZER.name)


def test_a_short_text_is_read_whole_and_without_padding(tokenise: Tokeniser) -> None:
    tokens = tokenise("What is the capital of France?")
    assert tokens.ids == (CLS, 2054, 2003, 1996, 3007, 1997, 2605, 1029, SEP)
    assert tokens.count == 7


def test_an_empty_text_is_read_as_its_two_markers(tokenise: Tokeniser) -> None:
    assert tokenise("").ids == (CLS, SEP)
    assert tokenise("").count == 0


def test_a_long_text_keeps_its_head_and_its_tail(tokenise: Tokeniser) -> None:
    request = "Summarise the minutes above in two sentences."
    tokens = tokenise("Please read this. " + "The committee met again. " * 400 + request)
    assert len(tokens.ids) == MAX_TOKENS
    assert tokens.ids[:5] == tokenise("Please read this.").ids[:5]
    assert tokens.ids[-9:] == tokenise(request).ids[-9:]


def test_the_tail_of_too_many_tokens_is_kept() -> None:
    ids = [CLS, *range(1000, 1400), SEP]
    fitted = fit_tokens(ids)
    assert len(fitted) == MAX_TOKENS
    assert fitted == [*ids[: MAX_TOKENS - TAIL_TOKENS - 1], SEP, *ids[-TAIL_TOKENS:]]


def test_what_fits_is_left_alone() -> None:
    ids = list(range(MAX_TOKENS))
    assert fit_tokens(ids) == ids


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("0123456789abcdef" * 60, 320), ("key: " + "Zm9v" * 300, 402), ("ខ្ញុំចង់រៀន" * 20, 220), ("🎉" * 50, 50)],
)
def test_what_the_vocabulary_lacks_counts_as_providers_count_it(tokenise: Tokeniser, text: str, tokens: int) -> None:
    assert tokenise(text).count == pytest.approx(tokens, rel=0.1)


@pytest.mark.parametrize(
    "text",
    [
        "Sort a list; don't (ever) use bubble-sort! Thanks, R2-D2 :-) a_b c++ 3.14 $5 #1 @me ~`^",
        "antidisestablishmentarianism " + "x" * 150,
        " " * 40 + "\n\n",
        "",
    ],
    ids=["signs", "long words", "blanks", "nothing"],
)
def test_plain_text_is_read_word_by_word_as_the_model_s_own_tokeniser_reads_it(tokenise: Tokeniser, text: str) -> None:
    library = Tokenizer.from_file(str(base_source() / TOKENIZER.name))
    library.no_padding()
    library.no_truncation()
    assert is_plain(text)
    for _ in range(2):
        assert list(tokenise(text).ids) == library.encode(text).ids


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("what now\n\nline one\nline two\n\nline three", ["what now", "line one line two", "line three"]),
        ("line one\nline two\nline three\n\n\ntldr\n", ["line one line two line three", "tldr"]),
        ("line one\nline two\nна русском", ["line one", "line two", "на русском"]),
        ("tldr: line one. line two.", ["tldr: line one. line two."]),
    ],
    ids=["before", "behind", "lines alone", "one line"],
)
def test_the_first_and_the_last_block_are_set_off_from_what_stands_between(
    text: str, blocks: list[str], tokenise: Tokeniser
) -> None:
    assert tokenise(text).ids == (CLS, *(id_ for block in blocks for id_ in (*tokenise(block).ids[1:-1], SEP)))
    assert tokenise(text).count == sum(tokenise(block).count for block in blocks)


@pytest.mark.parametrize("text", ["the [MASK] of it", "[SEP]", "a\tb", "a\x7fb", "caf\u00e9", "\u4f60"])
def test_what_the_tokeniser_does_not_read_word_by_word_is_not_plain(text: str) -> None:
    assert not is_plain(text)


@pytest.mark.parametrize("text", ["\ud800 alone", "\x00", "🧑‍🚀" * 300, "ﷺ" * 300, "\u202e abc", " " * 5000])
def test_any_string_can_be_read(tokenise: Tokeniser, text: str) -> None:
    ids = tokenise(text).ids
    assert ids[0] == CLS
    assert ids[-1] == SEP
    assert len(ids) <= MAX_TOKENS
