"""Words that the base model lacks, as tokens of their own that begin with the meaning of their English gloss.

Its vocabulary is English of the years before 2018: it reads Russian letter by letter, half of all Chinese characters
not at all, and "json" or "invoice" in pieces.
`glosses.tsv` names pieces (words, characters and word parts, as the tokeniser normalises them) and what each means in
English. A piece's row of the word table is the mean of its gloss's rows, so that what the model knows of the English
word holds for the other from the start; fine-tuning goes on from there.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from training.build.errors import BuildError
from training.build.network import VOCABULARY, WIDTH, Floats
from training.build.source import TOKENIZER

GLOSSES = Path(__file__).with_name("glosses.tsv")
GLOSSED = "glossed-tokenizer.json"
UNKNOWN = "[UNK]"
"""The gloss of a letter that means nothing by itself."""


@dataclass(frozen=True, slots=True)
class Gloss:
    """A piece of the vocabulary, `##` before it inside a word, and its meaning in English words."""

    piece: str
    meaning: str


def read_glosses(path: Path = GLOSSES) -> tuple[Gloss, ...]:
    """All of them, in the order of the file. Raises `BuildError` for a line that is none, or a piece named twice."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    if any(len(line) != 2 or not all(line) for line in lines) or len({line[0] for line in lines}) < len(lines):
        raise BuildError(f"{path.name} is not one piece, a tab and its meaning a line, each piece once.")
    return tuple(Gloss(piece, meaning) for piece, meaning in lines)


def glossed_ids(vocabulary: dict[str, int], glosses: tuple[Gloss, ...]) -> dict[str, int]:
    """The id of each piece: its own if the base model has it, else one behind all others, in order."""
    new = iter(range(VOCABULARY, VOCABULARY + len(glosses)))
    known = vocabulary.get
    return {gloss.piece: next(new) if (own := known(gloss.piece)) is None else own for gloss in glosses}


def glossed_tokeniser(source: Path) -> Path:
    """The base model's tokeniser with the pieces in its vocabulary, written beside it, whole or not at all."""
    content = json.loads((source / TOKENIZER.name).read_text(encoding="utf-8"))
    vocabulary = content["model"]["vocab"]
    vocabulary |= glossed_ids(vocabulary, read_glosses())
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=source, delete=False) as scratch:
        json.dump(content, scratch, ensure_ascii=False)
    return Path(scratch.name).replace(source / GLOSSED)


def glossed_words(words: Floats, source: Path) -> Floats:
    """The word table with the pieces' rows set or added: `[30522, 384]` to `[30522 + new pieces, 384]`."""
    glosses = read_glosses()
    tokenizer = Tokenizer.from_file(str(source / TOKENIZER.name))
    tokenizer.no_padding()
    ids = glossed_ids(tokenizer.get_vocab(with_added_tokens=False), glosses)
    added = max(VOCABULARY, 1 + max(ids.values())) - VOCABULARY
    table = np.concatenate([words, np.zeros((added, WIDTH), np.float32)])
    meanings = tokenizer.encode_batch([gloss.meaning for gloss in glosses], add_special_tokens=False)
    for gloss, meaning in zip(glosses, meanings, strict=True):
        table[ids[gloss.piece]] = _as_long(words[meaning.ids])
    return table


def _as_long(rows: Floats) -> Floats:
    """The mean of the rows `[n, width]`, made as long as they are on average: a mean of many is short."""
    mean = rows.mean(axis=0)
    length = np.linalg.norm(rows, axis=1).mean() / max(float(np.linalg.norm(mean)), 1e-6)
    return np.asarray(mean * length, dtype=np.float32)
