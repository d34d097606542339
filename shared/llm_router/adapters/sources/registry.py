"""Every source there is. A new one is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from llm_router.adapters.fetch import Fetcher, Transport
from llm_router.adapters.sources import (
    artificial_analysis,
    litellm,
    livebench,
    lmarena,
    models_dev,
    openrouter,
    operator_file,
)
from llm_router.adapters.sources.web import NewestTable, Parser, WebPage
from llm_router.catalogue.records import Reading
from llm_router.catalogue.sources import Fetched, Held, Source
from llm_router.ports import Clock

_PAGES = (litellm, models_dev, openrouter, lmarena)

PARSERS: Mapping[str, Parser] = {
    module.NAME: module.parse for module in (*_PAGES, livebench, artificial_analysis, operator_file)
}
"""How each source's payload is read: bytes and the ISO date for which they hold, to records."""

HOSTS = frozenset(
    urlsplit(url).netloc
    for url in (*(module.URL for module in _PAGES), livebench.FOLDER, livebench.TABLES, artificial_analysis.URL)
)
"""The only hosts the refresh talks to."""


@dataclass(frozen=True, slots=True)
class OperatorFile:
    """The operator's own models, read whole by `read`, which raises `SourceUnavailable`."""

    read: Callable[[], bytes]
    name: str = operator_file.NAME
    skipped: str | None = None

    def fetch(self, held: Held | None, timeout_s: float) -> Fetched:
        """The file; it is small and near, so it is read every time."""
        return Fetched(self.name, None, self.read())

    def parse(self, body: bytes, as_of: str) -> Reading:
        return operator_file.parse(body, as_of)


def all_sources(
    transport: Transport, clock: Clock, *, analytics_key: str, operator: Callable[[], bytes] | None
) -> list[Source]:
    """Every source, the operator's file first where there is one. Without its key the analytics source is skipped."""
    fetcher = Fetcher(transport, clock, HOSTS)
    sources: list[Source] = [] if operator is None else [OperatorFile(operator)]
    sources += [WebPage(module.NAME, module.URL, module.parse, fetcher) for module in _PAGES]
    sources.append(NewestTable(fetcher))
    sources.append(
        WebPage(
            artificial_analysis.NAME,
            artificial_analysis.URL,
            artificial_analysis.parse,
            fetcher,
            headers={artificial_analysis.KEY_HEADER: analytics_key} if analytics_key else {},
            skipped=None if analytics_key else "no ANALYTICS_API_KEY is set",
        )
    )
    return sources
