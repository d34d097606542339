"""The forms in which people write the same prompt: typos, case, punctuation, politeness, attempts to steer."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

_NEIGHBOURS = {
    "a": "qsz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xs",
}  # fmt: skip
_ABBREVIATIONS = {
    "you": "u", "are": "r", "please": "pls", "what": "wat", "because": "bc", "the": "teh", "with": "w", "your": "ur",
    "people": "ppl", "though": "tho", "about": "abt", "thanks": "thx", "to": "2", "for": "4", "and": "&",
}  # fmt: skip
_SIGNS = ("!", "!", "!", "?", "?", ".", "…", "😀", "😭", "🙏", "!?", " !", "-", "*", "\n")
_ASIDES = tomllib.loads(Path(__file__).with_name("asides.toml").read_text(encoding="utf-8"))
_BEFORE, _AFTER, _STEERING = (tuple(map(str, _ASIDES[name])) for name in ("before", "after", "steering"))


def perturb(text: str, chance: random.Random) -> str:
    """One or two small changes that leave what is asked as it is."""
    for change in chance.sample(CHANGES, chance.choice((1, 1, 2))):
        text = change(text, chance)
    return text


def typos(text: str, chance: random.Random) -> str:
    """A letter doubled, dropped, swapped or hit beside, about one in forty."""
    characters = list(text)
    for _ in range(max(1, min(len(text) // 40, 12))):
        place = chance.randrange(len(characters)) if characters else 0
        if not characters or not characters[place].isalpha():
            continue
        letter = characters[place]
        match chance.randrange(4):
            case 0:
                characters[place] = ""
            case 1:
                characters[place] = letter * 2
            case 2 if place + 1 < len(characters):
                characters[place], characters[place + 1] = characters[place + 1], letter
            case _:
                characters[place] = chance.choice(_NEIGHBOURS.get(letter.lower(), letter))
        characters = [character for character in characters if character]
    return "".join(characters)


def lower(text: str, _chance: random.Random) -> str:
    """All lower case."""
    return text.lower()


def upper(text: str, _chance: random.Random) -> str:
    """All upper case, if it is short; nobody shouts a page."""
    return text.upper() if len(text) < 200 else text


def bare(text: str, _chance: random.Random) -> str:
    """Without punctuation at the ends of words, unless it has lines of its own."""
    return text if "\n" in text else " ".join(word.rstrip(".,!?;:") or word for word in text.split(" "))


def polite(text: str, chance: random.Random) -> str:
    """Something kind before it."""
    return chance.choice(_BEFORE) + (text[:1].lower() + text[1:] if not text[:2].isupper() else text)


def padded(text: str, chance: random.Random) -> str:
    """Something after it."""
    return text.rstrip() + chance.choice(_AFTER)


def emphatic(text: str, chance: random.Random) -> str:
    """With a row of signs behind it."""
    return text.rstrip().rstrip(".") + chance.choice(_SIGNS) * chance.choice((2, 3, 3, 5, 8, 12))


def steered(text: str, chance: random.Random) -> str:
    """With a sentence before or, as is harder to read past, behind it that claims it to be something else."""
    claim, gap = chance.choice(_STEERING), chance.choice((" ", " ", "\n", "\n\n"))
    return f"{claim}{gap}{text}" if chance.random() < 0.4 else f"{text.rstrip()}{gap}{claim}"


def abbreviated(text: str, chance: random.Random) -> str:
    """As on a telephone."""
    words = text.split(" ")
    return " ".join(_ABBREVIATIONS.get(word, word) if chance.random() < 0.7 else word for word in words)


CHANGES = (
    *(typos, typos, lower, upper, bare, bare, polite, padded, abbreviated, emphatic),
    *(steered, steered, steered, steered, steered),
)
