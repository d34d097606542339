"""Text to token ids: at most 96, head and tail of what is longer, its blocks told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.material import blocks
from classifier.remembering import Remembered

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS = 96
"""With [CLS] and [SEP]. The time grows with them. Far fewer would do for the category, but not for how hard a long test
item is; more tell nothing more."""

TAIL_TOKENS = 40
"""Of these, how many a longer text gives from its end, where the request often stands behind pasted material."""

LONGEST_READ = 100
"""Characters from which on a word is one unknown token to the model's tokeniser: a key, a hash, a line of base64."""

UNREAD_CHARACTERS = 3
"""Of such in ASCII that make a token at a provider; of words in a script that the vocabulary lacks, one does."""

_WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
"""How the model's tokeniser splits plain text in lower case."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the encoder reads: `ids` with [CLS] before all of it and [SEP] behind each of its blocks.

    `count` is the length of the whole text in tokens, without those.
    """

    ids: tuple[int, ...]
    count: int


def is_plain(text: str) -> bool:
    """Whether the tokeniser reads the text word by word: printable ASCII without what may be one of its markers."""
    return text.isascii() and "[" not in text and text.replace("\n", " ").isprintable()


def fit_tokens(ids: list[int]) -> list[int]:
    """The same ids if there are no more than `MAX_TOKENS`; else head and tail, with the last one, a [SEP], between."""
    if len(ids) <= MAX_TOKENS:
        return ids
    return [*ids[: MAX_TOKENS - TAIL_TOKENS - 1], ids[-1], *ids[-TAIL_TOKENS:]]


def _unread(word: str) -> int:
    """Tokens beyond the first of a word that the vocabulary lacks, as providers' vocabularies would have them."""
    return -(-len(word) // UNREAD_CHARACTERS if word.isascii() else -len(word)) - 1


class Tokeniser:
    """The model's own WordPiece tokeniser, one text at a time.

    To it a line's end is a blank like any other. Of a text with material, the first or the last block is mostly what
    asks, so each of the two is set off from what stands between by a [SEP], by which the base model tells texts apart.
    """

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        # Its file asks for padding to 128 and truncation at 128: twelve tokens would cost what all do.
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._markers: list[int] = self._tokenizer.encode("").ids
        self._unknown: int | None = self._tokenizer.token_to_id("[UNK]")
        self._pieces = Remembered(self._pieces_of)

    def __call__(self, text: str) -> Tokens:
        """Any string will do, at a cost that grows with its length: lone surrogates, which UTF-8 cannot hold, are read
        as question marks."""
        read = self._word_by_word if is_plain(text) else self._whole
        first, behind = self._markers
        ids, count = [first], 0
        for block in blocks(text):
            found, unread = read(block)
            ids += found
            ids.append(behind)
            count += len(found) + unread
        if len(ids) == 1:
            ids.append(behind)
        return Tokens(tuple(fit_tokens(ids)), count)

    def _word_by_word(self, plain: str) -> tuple[list[int], int]:
        """The same as `_whole` in a fraction of the time, since most words have been seen before."""
        ids: list[int] = []
        unread = 0
        for word in _WORD.findall(plain.lower()):
            ids += self._pieces[word]
            if len(word) > LONGEST_READ:
                unread += _unread(word)
        return ids, unread

    def _pieces_of(self, word: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return ids

    def _whole(self, text: str) -> tuple[list[int], int]:
        """The ids, and how many tokens more the words are that the vocabulary lacks, each of which has one id."""
        try:
            encoded = self._tokenizer.encode(text, add_special_tokens=False)
        except TypeError:  # how the library says that UTF-8 cannot hold it
            text = text.encode("utf-8", "replace").decode("utf-8")
            encoded = self._tokenizer.encode(text, add_special_tokens=False)
        ids: list[int] = encoded.ids
        if self._unknown not in ids:
            return ids, 0
        spans = (span for place, span in zip(ids, encoded.offsets, strict=True) if place == self._unknown)
        return ids, sum(_unread(text[start:end]) for start, end in spans)
