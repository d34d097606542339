"""Sources on the web: one page fetched conditionally, or the newest page of a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from llm_router.adapters.fetch import Fetcher
from llm_router.adapters.sources import livebench, payload
from llm_router.catalogue.records import Reading
from llm_router.catalogue.sources import Fetched, Held
from llm_router.errors import SourceUnavailable

Parser = Callable[[bytes, str], Reading]


@dataclass(frozen=True, slots=True)
class WebPage:
    """A source that is one page. `headers` may hold a key and are shown nowhere."""

    name: str
    url: str
    parser: Parser
    fetcher: Fetcher
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    skipped: str | None = None

    def fetch(self, held: Held | None, timeout_s: float) -> Fetched:
        etag = held.etag if held is not None and held.address == self.url else None
        page = self.fetcher.get(self.url, timeout_s=timeout_s, etag=etag, headers=self.headers)
        return Fetched(self.url, page.etag, page.body)

    def parse(self, body: bytes, as_of: str) -> Reading:
        return self.parser(body, as_of)


@dataclass(frozen=True, slots=True)
class NewestTable:
    """LiveBench: the folder is listed first, because the newest table's name changes."""

    fetcher: Fetcher
    name: str = livebench.NAME
    skipped: str | None = None

    def fetch(self, held: Held | None, timeout_s: float) -> Fetched:
        """The table with the latest date in its name."""
        listing = self.fetcher.get(livebench.FOLDER, timeout_s=timeout_s / 2)
        url = livebench.TABLES + newest(listing.body or b"")
        etag = held.etag if held is not None and held.address == url else None
        page = self.fetcher.get(url, timeout_s=timeout_s / 2, etag=etag)
        return Fetched(url, page.etag, page.body)

    def parse(self, body: bytes, as_of: str) -> Reading:
        return livebench.parse(body, as_of)


_TABLE = re.compile(r"table_[0-9]{4}_[0-9]{2}_[0-9]{2}\.csv")


def newest(listing: bytes) -> str:
    """The name of the newest table in a folder's listing. Raises `SourceUnavailable` where there is none."""
    names = [
        name
        for row in payload.json_list(payload.document(listing), "the folder")
        if isinstance(row, dict) and isinstance(name := row.get("name"), str) and _TABLE.fullmatch(name)
    ]
    if not names:
        raise SourceUnavailable("The source's folder holds no table.")
    return max(names)
