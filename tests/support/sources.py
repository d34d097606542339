"""A web that exists in memory, the sources' real payloads in excerpt, and a refresher over memory stores."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from llm_router.adapters.fetch import CHUNK
from llm_router.adapters.memory import MemoryBlobStore, MemoryCatalogueStore, MemoryRecordStore
from llm_router.adapters.sources import artificial_analysis, litellm, livebench, lmarena, models_dev, openrouter
from llm_router.adapters.sources.registry import PARSERS, all_sources
from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.publishing import Publisher
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Reading
from llm_router.catalogue.refresher import Refresher
from llm_router.catalogue.tables import tables
from llm_router.ports import BlobStore, CatalogueStore, RecordStore
from tests.support.clock import FakeClock

PAYLOADS = Path(__file__).with_name("payloads")
TODAY = "2026-11-24"
AT = 1_795_500_000.0
TABLE = livebench.TABLES + "table_2026_01_08.csv"
FOLDER = json.dumps([{"name": "table_2025_11_25.csv"}, {"name": "table_2026_01_08.csv"}, {"name": "x.json"}]).encode()
FILES = {
    "litellm": "litellm.json",
    "openrouter": "openrouter.json",
    "models_dev": "models_dev.json",
    "lmarena": "lmarena.json",
    "livebench": "livebench.csv",
    "artificial_analysis": "artificial_analysis.json",
    "operator": "reference_models.json",
}


def payload(source: str) -> bytes:
    """What a source really sends, in excerpt."""
    return (PAYLOADS / FILES[source]).read_bytes()


def reading(source: str, as_of: str = TODAY) -> Reading:
    """The excerpt, read by the source's own parser."""
    return PARSERS[source](payload(source), as_of)


@dataclass
class FakeReply:
    """An answer. `body` comes in pieces; `between` is called before each, so that time can pass."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    between: Callable[[], None] = lambda: None
    closed: bool = False

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.body), CHUNK):
            self.between()
            yield self.body[start : start + CHUNK]

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeWeb:
    """A transport: addresses and what they answer. An exception instead of a reply is raised."""

    pages: dict[str, FakeReply | Exception] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def get(self, host: str, target: str, headers: Mapping[str, str], timeout_s: float) -> FakeReply:
        assert timeout_s > 0
        url = f"https://{host}{target}"
        self.asked.append((url, headers))
        answer = self.pages.get(url, FakeReply(404))
        if isinstance(answer, Exception):
            raise answer
        etag = answer.headers.get("etag")
        if etag is not None and headers.get("if-none-match") == etag:
            return FakeReply(304)
        return answer

    def serve(self, url: str, body: bytes, **headers: str) -> None:
        self.pages[url] = FakeReply(200, body, headers)


URLS = {
    "litellm": litellm.URL,
    "openrouter": openrouter.URL,
    "models_dev": models_dev.URL,
    "lmarena": lmarena.URL,
    "livebench": TABLE,
    "artificial_analysis": artificial_analysis.URL,
}


def healthy_web() -> FakeWeb:
    """Every source answers with its excerpt."""
    web = FakeWeb()
    for source, url in URLS.items():
        web.serve(url, payload(source), etag=f'"{source}-1"')
    web.serve(livebench.FOLDER, FOLDER)
    return web


def zipped(body: bytes) -> FakeReply:
    """The body as a server that compresses would send it."""
    return FakeReply(200, gzip.compress(body), {"content-encoding": "gzip"})


@dataclass
class RefresherWorld:
    """Everything around a refresher: web, stores and clock."""

    web: FakeWeb = field(default_factory=healthy_web)
    clock: FakeClock = field(default_factory=lambda: FakeClock(AT))
    store: CatalogueStore = field(default_factory=MemoryCatalogueStore)
    blobs: BlobStore = field(default_factory=MemoryBlobStore)
    records: RecordStore = field(init=False)
    bundled: Catalogue = field(default_factory=lambda: Catalogue(0, {}))
    analytics_key: str = ""
    operator: Callable[[], bytes] | None = None
    exported: list[Catalogue] = field(default_factory=list)
    export: Callable[[Catalogue], None] | None = None

    def __post_init__(self) -> None:
        self.records = MemoryRecordStore(self.clock)

    def refresher(self) -> Refresher:
        """A new one, as another process would make it."""
        return Refresher(
            sources=all_sources(self.web, self.clock, analytics_key=self.analytics_key, operator=self.operator),
            publisher=Publisher(self.store, self.clock, lambda: self.bundled),
            records=self.records,
            blobs=self.blobs,
            clock=self.clock,
            tables=tables(),
            choices=quality_map(),
            export=self.export or self.exported.append,
        )

    def catalogue(self) -> Catalogue:
        return self.refresher().publisher.current()
