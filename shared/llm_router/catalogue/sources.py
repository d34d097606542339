"""What the refresh needs of a source: something to fetch conditionally, and a way to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from llm_router.catalogue.records import Reading

ARTIFICIAL_ANALYSIS: Final = "artificial_analysis"
"""Known by name where the rules are: it has figures of models and offers none, and its first tokens come after the
thinking."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a source: where it came from and its entity tag, for a conditional request."""

    address: str
    etag: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the body, or None where nothing has changed since what is held."""

    address: str
    etag: str | None
    body: bytes | None


class Source(Protocol):
    """Somewhere figures come from. `skipped` says why it is not asked at all, such as for want of a key."""

    @property
    def name(self) -> str: ...

    @property
    def skipped(self) -> str | None: ...

    def fetch(self, held: Held | None, timeout_s: float) -> Fetched:
        """The newest data. Raises `SourceUnavailable` within about `timeout_s`."""
        ...

    def parse(self, body: bytes, as_of: str) -> Reading:
        """The records in a body. Raises `SourceUnavailable` where it has another schema."""
        ...
