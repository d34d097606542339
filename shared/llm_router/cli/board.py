"""How the service is and what it does, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from llm_router.cli.tables import age, and_more, milliseconds, moment, percent, plain, table, words
from llm_router.health import State
from llm_router.ranking.told import usd
from llm_router.schemas.dashboard import DashboardData, Share, WholeHealth
from llm_router.schemas.status import StatusAnswer

COLOURS: Mapping[str, str] = {"up": "green", "degraded": "yellow", "down": "red", "unknown": "dim"}
SOURCE_COLOURS: Mapping[str, str] = {"fresh": "green", "stale": "yellow", "failing": "red", "refused": "red"}
STEPS = " ▁▂▃▄▅▆▇█"
MOST, MOST_SHARES = 15, 7
"""Rows of a list, and of one that stands beside others, where there is room for them."""


def health(whole: WholeHealth, now: float) -> RenderableType:
    """Each part, how it is, since when, and what to do."""
    listed = table("part", "state", "since", "")
    for part in whole.components:
        since = "" if part.since is None else age(now - part.since)
        said = " ".join(text for text in (part.detail, part.advice) if text)
        listed.add_row(plain(words(part.name)), plain(part.state, COLOURS[part.state]), since, plain(said, "dim"))
    state = plain(whole.status, f"bold {COLOURS[whole.status]}")
    return Group(Text.assemble("The router is ", state, plain(f" ({whole.version})", "dim")), listed)


def sources(found: StatusAnswer) -> RenderableType:
    """The sources of the catalogue."""
    models = f"{found.active_models} active models of {found.total_models}"
    title = f"\nCatalogue {found.catalogue_version}: {models}, from {found.origin}"
    listed = table("source", "state", ">models", "last read", "trouble", title=title)
    for source in found.sources:
        listed.add_row(
            plain(words(source.name)),
            plain(source.state, SOURCE_COLOURS.get(source.state, "dim")),
            str(source.models),
            "never" if source.age_s is None else f"{age(source.age_s)} ago",
            plain(source.last_error or "", "dim"),
        )
    return listed


def recent(data: DashboardData, most: int = MOST) -> RenderableType:
    """The newest decisions, one a line, at most so many."""
    listed = table("decision", "at", "category", "difficulty", "model", ">cost", title="Recent decisions")
    for each in data.decisions[:most]:
        listed.add_row(
            plain(each.decision_id, "dim"),
            moment(each.at, data.now),
            plain(words(each.category)),
            plain(each.difficulty),
            plain(each.model),
            usd(each.estimated_cost_usd),
        )
    and_more(listed, len(data.decisions) - most)
    return listed if data.decisions else plain("No decision yet.", "dim")


def board(data: DashboardData, most: int = MOST) -> RenderableType:
    """What the dashboard shows and when it was so, for a terminal; each list with at most so many rows."""
    requests, errors = sum(point.requests for point in data.series), sum(point.errors for point in data.series)
    waits = ", ".join(
        f"{name} {milliseconds(value)}"
        for name, value in (("p50", data.p50_ms), ("p95", data.p95_ms), ("p99", data.p99_ms))
    )
    counted = f"{requests:,} requests, {errors:,} errors, {waits}, cache {percent(data.cache_hit_rate)}"
    money = f"{usd(data.estimated_usd)} estimated, {usd(data.spent_usd)} booked"
    head = Text.assemble(
        plain(f"● {data.status}", f"bold {COLOURS[data.status]}"),
        plain(f" at {moment(data.now, data.now)}   {counted}, {money}"),
    )
    unwell = [part for part in data.components if part.state in (State.DEGRADED, State.DOWN)]
    trouble = [plain(f"{words(part.name)}: {part.detail} {part.advice}", COLOURS[part.state]) for part in unwell]
    chosen = [Share(name=model.id, count=model.recommended) for model in data.models]
    lists = (("Categories", data.categories), ("Difficulty", data.difficulties), ("Models", chosen))
    beside = Table.grid(padding=(0, 2, 0, 0))
    beside.add_row(*(_shares(title, found, min(most, MOST_SHARES)) for title, found in lists))
    line = plain(_spark(point.requests for point in data.series), "cyan")
    return Group(head, *trouble, line, beside, recent(data, most))


def _shares(title: str, found: list[Share], most: int) -> Table:
    listed = table(title, ">")
    for share in found[:most]:
        listed.add_row(plain(words(share.name)), f"{share.count:,}")
    and_more(listed, len(found) - most)
    return listed


def _spark(values: Iterable[int]) -> str:
    """One character a value, an eighth of the greatest a step; anything above nothing is seen."""
    found = list(values)
    most = max(found, default=0) or 1
    return "".join(STEPS[-(-value * 8 // most)] for value in found)
