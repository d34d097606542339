"""Where a long text is looked at, which nobody can write it for: the places follow from all that it holds."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from functools import cached_property

_SHIFTS = 2**32


@dataclass(frozen=True)
class Glances:
    """Looks at a text, the same in every process at any time. A change anywhere moves all of them, so that whoever
    makes a text of two kinds does not know which of them will be seen; how much of each is seen tells of the whole."""

    text: str

    def slices(self, number: int, length: int) -> list[str]:
        """So many slices of so many characters, fewer than the text has: each from somewhere in its own part of it."""
        shifts = struct.unpack(f"<{number}I", hashlib.shake_128(self._seed).digest(4 * number))
        step = (len(self.text) - length + 1) / number
        places = [int((part + shift / _SHIFTS) * step) for part, shift in enumerate(shifts)]
        return [self.text[place : place + length] for place in places]

    @cached_property
    def _seed(self) -> bytes:
        encoding = "ascii" if self.text.isascii() else "utf-16-le"  # UTF-8 takes far longer of other scripts
        return hashlib.sha256(self.text.encode(encoding, "surrogatepass")).digest()
