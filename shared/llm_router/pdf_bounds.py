"""How much is looked at of the PDFs of one request, so that none of them takes long, whatever it holds."""

from __future__ import annotations

from dataclasses import dataclass

UNSEEN_PAGES = 1000
"""Pages of a PDF that shows none, where money is bounded: as many as providers take at most."""
MOST_STREAMS = 10_000
"""Streams that are looked at of all PDFs of a request: as many as some thousand pages have."""
MOST_UNPACKED = 8 * 1024 * 1024
"""Bytes that are unpacked of them: the objects and the text of some thousand pages."""
LEAST_UNPACKED = 1024
"""What a packed stream counts at least, since looking at it takes time."""
MOST_IN_ASCII = 512 * 1024
"""Bytes that are read of them in base 85, in which some programs write what they have packed."""
MOST_SAID = 4 * 1024 * 1024
"""Bytes that they say of themselves: some hundred each."""
MOST_LOOKS = 100_000
"""References and lists of objects that are looked at of them: as many as some thousand pages have."""
LOOKS_BACK = 10
"""What looking for the number of an object takes of these, where it is told before it."""


@dataclass(slots=True)
class StreamsLeft:
    """How much may still be looked at of the PDFs of one request."""

    number: int = MOST_STREAMS
    octets: int = MOST_UNPACKED
    in_ascii: int = MOST_IN_ASCII
    said: int = MOST_SAID
    looks: int = MOST_LOOKS

    def take(self, looks: int = 1) -> None:
        """Raises `ValueError` where so many are not left."""
        self.looks -= looks
        if self.looks < 0:
            raise ValueError("there are too many references")
