"""Whether two questions are one, as far as words can tell: what an embedding's nearness alone does not see.

Embeddings of "fly from Rome to Paris" and "fly from Paris to Rome", of 15 % and 16 %, of "with" and "without" lie as
near as those of two wordings of one question. So words have the last word: either both questions say the same in the
same order, politeness aside, or they have hardly a word in common and nearness is all there is to go by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

LONGEST = 2000
"""Characters; longer questions are pasted material, in which a small difference may be the point, and not taken."""

MOST_COMMON = 0.25
"""Of the words of the shorter question, the share that differently worded questions may have in common."""

FEWEST = 3
"""Words that differently worded questions must have at least: of two names alone nearness tells nothing."""

_SINGLE = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{_SINGLE}]|[^\W\d_{_SINGLE}]+|[%€$£+*/=<>°-]")
_EMPTY = frozenset(
    _WORD.findall(
        "a an the please pls kindly hi hello hey thanks thank you can could would will u me to just so ok is are s do "
        "does it of for in on at and that this be want need like know tell give show let help "
        "bitte danke der die das ein eine el la los las un una por favor gracias le les il te vous plaît merci"
    )
)


def marks(text: str, secret: bytes) -> tuple[int, ...]:
    """A keyed hash of 32 bits for each word that counts, in order; nothing of the text can be read from them.

    Words that only make a question polite or a sentence whole are left out; numbers and signs count as words.
    """
    words = (word for word in _WORD.findall(text.casefold()) if word not in _EMPTY)
    return tuple(
        int.from_bytes(hashlib.blake2b(word.encode(), key=secret[:64], digest_size=4).digest(), "big") for word in words
    )


def may_be_one(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the words of two questions allow that they are the same."""
    if one == other:
        return True
    first, second = set(one), set(other)
    fewer = min(len(first), len(second))
    return fewer >= FEWEST and len(first & second) <= MOST_COMMON * fewer
