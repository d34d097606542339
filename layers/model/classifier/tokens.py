"""Text to token ids: at most 256, head and tail of what is longer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS = 256
"""With [CLS] and [SEP]: the length the base model was trained with."""

TAIL_TOKENS = 64
"""Of these, how many a longer text gives from its end, where the request often stands behind pasted material."""

HEAD_CHARACTERS = 1536
TAIL_CHARACTERS = 512
"""What is tokenised at all: eight characters for each token kept, more than prose or code in any script needs."""


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


def fit_tokens(ids: list[int]) -> list[int]:
    """`[CLS] … [SEP]`, with tokens left out between head and tail if there are more than `MAX_TOKENS`."""
    if len(ids) <= MAX_TOKENS:
        return ids
    return ids[: MAX_TOKENS - TAIL_TOKENS] + ids[-TAIL_TOKENS:]


class Tokeniser:
    """The model's own WordPiece tokeniser, one text at a time."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        # Its file asks for padding to 128 and truncation at 128: twelve tokens would cost what 128 do.
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def __call__(self, text: str) -> Tokens:
        """Any string will do: lone surrogates, which UTF-8 cannot hold, are read as question marks."""
        cut = cut_text(text)
        try:
            ids = self._tokenizer.encode(cut).ids
        except TypeError:  # how the library says that UTF-8 cannot hold it
            ids = self._tokenizer.encode(cut.encode("utf-8", "replace").decode("utf-8")).ids
        count = len(ids) - 2
        if len(cut) < len(text):
            count = round(count * len(text) / len(cut))
        return Tokens(tuple(fit_tokens(ids)), count)
