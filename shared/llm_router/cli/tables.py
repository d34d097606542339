"""Answers as pictures for a terminal. Everything from outside goes in as plain text, never as markup."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from llm_router.cli.client import printable
from llm_router.health import State
from llm_router.ranking.explanation import usd
from llm_router.schemas.catalogue import EntryAnswer, ModelsAnswer
from llm_router.schemas.classify import ClassifyAnswer, ExplainedAnswer
from llm_router.schemas.dashboard import DashboardData, Share, WholeHealth
from llm_router.schemas.route import RouteAnswer
from llm_router.schemas.status import StatusAnswer

COLOURS: Mapping[str, str] = {"up": "green", "degraded": "yellow", "down": "red", "unknown": "dim"}
SOURCE_COLOURS: Mapping[str, str] = {"fresh": "green", "stale": "yellow", "failing": "red", "refused": "red"}
BAR = 24


def plain(text: object, style: str = "") -> Text:
    """Text as it is, without markup and control characters."""
    return Text(printable(str(text)), style=style)


def table(*columns: str, title: str = "") -> Table:
    """An empty table; columns that begin with `>` hold numbers."""
    made = Table(
        title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for name in columns:
        made.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", header_style="dim")
    return made


def _words(name: str) -> str:
    return name.replace("_", " ")


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.3g} ms"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def classification(found: ClassifyAnswer) -> RenderableType:
    """The kind of work, the chances as bars, and the rules that matched where they were asked for."""
    head = Text.assemble(
        plain(_words(found.primary_use_case), "bold cyan"),
        plain(
            f", {found.difficulty}, {min(found.domain_confidence, 0.99):.0%} sure, {found.classification_method}, {found.ms:.1f} ms"
        ),
    )
    chances = table("category", "", ">chance")
    for name, chance in sorted(found.probabilities.items(), key=lambda pair: -pair[1]):
        chances.add_row(plain(_words(name)), plain("█" * round(chance * BAR), "cyan"), _percent(chance))
    parts: list[RenderableType] = [head, chances]
    if isinstance(found, ExplainedAnswer):
        rules = table("matched", "rule", "speaks for", ">weight")
        for rule in found.evidence.rules:
            rules.add_row(
                plain(rule.text, "yellow"), plain(rule.rule), plain(_words(rule.category)), f"{rule.weight:.2f}"
            )
        parts.append(rules if found.evidence.rules else plain("No rule matched.", "dim"))
    return Group(*parts)


def decision(found: RouteAnswer, most: int) -> RenderableType:
    """The choice with its explanation, the first of the ranking, and what was left out."""
    ranking = table(">", "model", ">quality", ">cost", ">latency")
    for place, model in enumerate(found.ranking[:most], start=1):
        low, high = model.quality_interval
        ranking.add_row(
            str(place), plain(model.id, "bold" if place == 1 else ""), f"{model.expected_quality:.0%} ({low:.0%}–{high:.0%})",
            usd(model.estimated_cost_usd), _ms(model.estimated_latency_ms),
        )  # fmt: skip
    parts: list[RenderableType] = [
        plain(found.recommended_model.id, "bold green"),
        plain(found.explanation),
        Text(""),
        ranking,
    ]
    if found.excluded:
        reasons: dict[str, int] = {}
        for each in found.excluded:
            reasons[each.reason] = reasons.get(each.reason, 0) + 1
        said = ", ".join(f"{many} by {name}" for name, many in sorted(reasons.items(), key=lambda pair: -pair[1]))
        parts.append(plain(f"{len(found.excluded)} left out: {said}", "dim"))
    if found.degraded:
        parts.append(plain(f"answered without: {', '.join(found.degraded)}", "yellow"))
    parts.append(plain(f"decision {found.decision_id}, catalogue {found.catalogue_version}", "dim"))
    return Group(*parts)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which models to list."""

    provider: str | None = None
    search: str | None = None
    capability: str | None = None
    open_weights: bool = False
    everything: bool = False

    def holds(self, model: EntryAnswer) -> bool:
        return (
            (self.everything or model.status == "active")
            and self.provider in (None, model.provider)
            and (self.search is None or self.search.lower() in model.id.lower())
            and (self.capability is None or self.capability in model.capabilities)
            and (not self.open_weights or model.open_weights is True)
        )


def hard_quality(model: EntryAnswer) -> float | None:
    """The mean over categories for hard prompts, or None without evidence."""
    cells = [
        levels["hard"].mean
        for levels in ({str(k): v for k, v in row.items()} for row in model.quality.values())
        if "hard" in levels
    ]
    return sum(cells) / len(cells) if cells else None


def _missing_last(value: float | None) -> float:
    return float("inf") if value is None else value


ORDERS: Mapping[str, Callable[[EntryAnswer], tuple[float, str]]] = {
    "name": lambda model: (0.0, model.id),
    "price": lambda model: (_missing_last(model.output_usd_per_mtok), model.id),
    "quality": lambda model: (-(hard_quality(model) or 0.0), model.id),
    "context": lambda model: (-(model.context_window or 0), model.id),
}


def models(found: ModelsAnswer, wanted: Wanted, order: str, limit: int | None) -> RenderableType:
    """The models that are wanted, in an order of `ORDERS`."""
    kept = sorted((model for model in found.models if wanted.holds(model)), key=ORDERS[order])[:limit]
    listed = table("model", ">in $/M", ">out $/M", ">context", ">hard work", "weights", "capabilities")
    for model in kept:
        listed.add_row(
            plain(model.id, "" if model.status == "active" else "dim strike"), _price(model.input_usd_per_mtok), _price(model.output_usd_per_mtok),
            "–" if model.context_window is None else f"{model.context_window:,}", _percent(hard_quality(model)),
            {True: "open", False: "closed", None: "–"}[model.open_weights], plain(", ".join(model.capabilities), "dim"),
        )  # fmt: skip
    return Group(
        listed, plain(f"{len(kept)} of {len(found.models)} models, catalogue {found.catalogue_version}", "dim")
    )


def _price(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def health(whole: WholeHealth, now: float | None = None) -> RenderableType:
    """Each part, how it is, since when, and what to do."""
    listed = table("part", "state", "since", "")
    for part in whole.components:
        since = "" if part.since is None else _age((time.time() if now is None else now) - part.since)
        said = " ".join(words for words in (part.detail, part.advice) if words)
        listed.add_row(plain(_words(part.name)), plain(part.state, COLOURS[part.state]), since, plain(said, "dim"))
    return Group(
        Text.assemble(
            "The router is ", plain(whole.status, f"bold {COLOURS[whole.status]}"), plain(f" ({whole.version})", "dim")
        ),
        listed,
    )


def sources(found: StatusAnswer) -> RenderableType:
    """The sources of the catalogue."""
    title = f"\nCatalogue {found.catalogue_version}: {found.active_models} active models of {found.total_models}, from {found.origin}"
    listed = table("source", "state", ">models", "last read", "trouble", title=title)
    for source in found.sources:
        read = "never" if source.age_s is None else f"{_age(source.age_s)} ago"
        listed.add_row(
            plain(_words(source.name)),
            plain(source.state, SOURCE_COLOURS.get(source.state, "dim")),
            str(source.models),
            read,
            plain(source.last_error or "", "dim"),
        )
    return listed


def recent(data: DashboardData) -> RenderableType:
    """The newest decisions, one a line."""
    listed = table("decision", "at", "category", "difficulty", "model", ">cost", title="Recent decisions")
    for each in data.decisions:
        listed.add_row(
            plain(each.decision_id, "dim"), time.strftime("%H:%M:%S", time.localtime(each.at)), plain(_words(each.category)), plain(each.difficulty),
            plain(each.model), usd(each.estimated_cost_usd),
        )  # fmt: skip
    return listed if data.decisions else plain("No decision yet.", "dim")


def board(data: DashboardData) -> RenderableType:
    """What the dashboard shows, for a terminal."""
    requests = sum(point.requests for point in data.series)
    errors = sum(point.errors for point in data.series)
    head = Text.assemble(
        plain(f"● {data.status}", f"bold {COLOURS[data.status]}"),
        plain(
            f"   {requests:,} requests, {errors:,} errors, p50 {_ms(data.p50_ms)}, p95 {_ms(data.p95_ms)}, p99 {_ms(data.p99_ms)}, "
        ),
        plain(
            f"cache {_percent(data.cache_hit_rate)}, {usd(data.estimated_usd)} estimated, {usd(data.spent_usd)} booked"
        ),
    )
    unwell = [part for part in data.components if part.state in (State.DEGRADED, State.DOWN)]
    trouble = [plain(f"{_words(part.name)}: {part.detail} {part.advice}", COLOURS[part.state]) for part in unwell]
    models_of = [Share(name=model.id, count=model.recommended) for model in data.models]
    lists = Columns(
        [
            _shares("Categories", data.categories),
            _shares("Difficulty", data.difficulties),
            _shares("Models", models_of),
        ],
        padding=(1, 4),
    )
    return Group(head, *trouble, plain(_spark(point.requests for point in data.series), "cyan"), lists, recent(data))


def _shares(title: str, found: list[Share]) -> Table:
    listed = table("", ">", title=title)
    for share in found[:7]:
        listed.add_row(plain(_words(share.name)), f"{share.count:,}")
    return listed


def _spark(values: Iterable[int]) -> str:
    found = list(values)
    most = max(found, default=0) or 1
    return "".join(" ▁▂▃▄▅▆▇█"[-(-value * 8 // most)] for value in found)


def _age(seconds: float) -> str:
    for limit, unit, name in ((90, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{max(0, round(seconds / unit))} {name}"
    return f"{round(seconds / 86_400)} days"
