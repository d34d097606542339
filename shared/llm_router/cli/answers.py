"""A classification and a decision, for a terminal."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from llm_router.cli.tables import and_more, milliseconds, percent, plain, table, words
from llm_router.ranking.told import usd
from llm_router.schemas.classify import ClassifyAnswer, ExplainedAnswer
from llm_router.schemas.route import RankedAnswer, RouteAnswer

BAR = 24


def classification(found: ClassifyAnswer) -> RenderableType:
    """The kind of work, the chances as bars, and the rules that matched where they were asked for."""
    sure = f"{min(found.domain_confidence, 0.99):.0%} sure"
    said = f", {found.difficulty}, {sure}, {found.classification_method}, {found.ms:.1f} ms"
    chances = table("category", "", ">chance")
    for name, chance in sorted(found.probabilities.items(), key=lambda pair: -pair[1]):
        chances.add_row(plain(words(name)), plain("█" * round(chance * BAR), "cyan"), percent(chance))
    parts: list[RenderableType] = [
        Text.assemble(plain(words(found.primary_use_case), "bold cyan"), plain(said)),
        chances,
    ]
    if isinstance(found, ExplainedAnswer):
        parts.append(_rules(found) if found.evidence.rules else plain("No rule matched.", "dim"))
    return Group(*parts)


def _rules(found: ExplainedAnswer) -> Table:
    listed = table("matched", "rule", "speaks for", ">weight")
    for rule in found.evidence.rules:
        category = plain(words(rule.category))
        listed.add_row(plain(rule.text, "yellow"), plain(rule.rule), category, f"{rule.weight:.2f}")
    return listed


def decision(found: RouteAnswer, most: int) -> RenderableType:
    """The choice with its explanation, the first of the ranking, and what was left out."""
    parts: list[RenderableType] = [
        plain(found.recommended_model.id, "bold green"),
        plain(found.explanation),
        Text(""),
        _ranking(found.ranking[:most], found.eligible_models),
    ]
    if found.excluded:
        reasons = Counter(each.reason for each in found.excluded).most_common()
        said = ", ".join(f"{many} by {name}" for name, many in reasons)
        parts.append(plain(f"{len(found.excluded)} left out: {said}", "dim"))
    if found.degraded:
        parts.append(plain(f"answered without: {', '.join(found.degraded)}", "yellow"))
    parts.append(plain(f"decision {found.decision_id}, catalogue {found.catalogue_version}", "dim"))
    return Group(*parts)


def _ranking(models: list[RankedAnswer], eligible: int) -> Table:
    listed = table(">", "model", ">quality", ">cost", ">latency")
    for place, model in enumerate(models, start=1):
        low, high = model.quality_interval
        listed.add_row(
            str(place),
            plain(model.id, "bold" if place == 1 else ""),
            f"{model.expected_quality:.0%} ({low:.0%}–{high:.0%})",
            usd(model.estimated_cost_usd),
            milliseconds(model.estimated_latency_ms),
        )
    and_more(listed, eligible - len(models), place="")
    return listed
