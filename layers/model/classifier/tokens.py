"""Text to token ids: at most 96, head and tail of what is longer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS = 96
"""With [CLS] and [SEP]. The time grows with them. Far fewer would do for the category, but not for how hard a long test
item is; more tell nothing more."""

TAIL_TOKENS = 40
"""Of these, how many a longer text gives from its end, where the request often stands behind pasted material."""

HEAD_CHARACTERS = 1536
TAIL_CHARACTERS = 512
"""What is tokenised at all: more than the tokens that are kept need in any script, so that all can be counted."""

KNOWN_WORDS = 4096
"""Words whose tokens are remembered: most of what people write, in a megabyte or two."""

LONGEST_KNOWN = 32
"""Letters of a word that is remembered: what is longer is no word, and could be sent to fill the memory."""

LONGEST_READ = 100
"""Characters from which on a word is one unknown token to the model's tokeniser: a key, a hash, a line of base64."""

UNREAD_CHARACTERS = 3
"""Of such in ASCII that make a token at a provider; of words in a script that the vocabulary lacks, one does."""

_WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
"""How the model's tokeniser splits plain text in lower case."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the encoder reads: `ids` with [CLS] and [SEP].

    `count` is the length of the whole text in tokens, without those two; from the cut on it is an estimate.
    """

    ids: tuple[int, ...]
    count: int


def cut_text(text: str) -> str:
    """The text, or its head and tail with a line break between, so that the cost does not grow with its length."""
    if len(text) <= HEAD_CHARACTERS + TAIL_CHARACTERS:
        return text
    return f"{text[:HEAD_CHARACTERS]}\n{text[-TAIL_CHARACTERS:]}"


def is_plain(text: str) -> bool:
    """Whether the tokeniser reads the text word by word: printable ASCII without what may be one of its markers."""
    return text.isascii() and "[" not in text and text.replace("\n", " ").isprintable()


def fit_tokens(ids: list[int]) -> list[int]:
    """`[CLS] … [SEP]`, with tokens left out between head and tail if there are more than `MAX_TOKENS`."""
    if len(ids) <= MAX_TOKENS:
        return ids
    return ids[: MAX_TOKENS - TAIL_TOKENS] + ids[-TAIL_TOKENS:]


def _unread(word: str) -> int:
    """Tokens beyond the first of a word that the vocabulary lacks, as providers' vocabularies would have them."""
    return -(-len(word) // UNREAD_CHARACTERS if word.isascii() else -len(word)) - 1


class Tokeniser:
    """The model's own WordPiece tokeniser, one text at a time."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        # Its file asks for padding to 128 and truncation at 128: twelve tokens would cost what all do.
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._markers: list[int] = self._tokenizer.encode("").ids
        self._unknown: int | None = self._tokenizer.token_to_id("[UNK]")
        self._pieces = lru_cache(KNOWN_WORDS)(self._pieces_of)

    def __call__(self, text: str) -> Tokens:
        """Any string will do: lone surrogates, which UTF-8 cannot hold, are read as question marks."""
        cut = cut_text(text)
        ids, unread = self._word_by_word(cut) if is_plain(cut) else self._whole(cut)
        count = len(ids) - 2 + unread
        if len(cut) < len(text):
            count = round(count * len(text) / len(cut))
        return Tokens(tuple(fit_tokens(ids)), count)

    def _word_by_word(self, plain: str) -> tuple[list[int], int]:
        """The same as `_whole` in a fraction of the time, since most words have been seen before."""
        first, last = self._markers
        ids, unread = [first], 0
        for word in _WORD.findall(plain.lower()):
            ids += self._pieces(word) if len(word) <= LONGEST_KNOWN else self._pieces_of(word)
            if len(word) > LONGEST_READ:
                unread += _unread(word)
        ids.append(last)
        return ids, unread

    def _pieces_of(self, word: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return ids

    def _whole(self, text: str) -> tuple[list[int], int]:
        """The ids, and how many tokens more the words are that the vocabulary lacks, each of which has one id."""
        try:
            encoded = self._tokenizer.encode(text)
        except TypeError:  # how the library says that UTF-8 cannot hold it
            text = text.encode("utf-8", "replace").decode("utf-8")
            encoded = self._tokenizer.encode(text)
        ids: list[int] = encoded.ids
        if self._unknown not in ids:
            return ids, 0
        spans = (span for place, span in zip(ids, encoded.offsets, strict=True) if place == self._unknown)
        return ids, sum(_unread(text[start:end]) for start, end in spans)
