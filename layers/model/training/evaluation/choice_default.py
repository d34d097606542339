"""Where the default preference lands between cost and quality, for the report and for the page about choosing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from llm_router.ranking.objective import DEFAULT_PREFERENCE
from training.evaluation.choice import PREFERENCES, Ways, score_at, singles
from training.evaluation.choice_areas import ENOUGH, endpoints, random_mix
from training.evaluation.outcome_sets import OutcomeSet

MARK = "<!-- default preference -->"
END = "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Landing:
    """What the default gives: quality, USD a prompt, and both as shares of the best single model's.

    `of_cheap` is its cost as a multiple of the best cheap model's, `than_mix` by how much its quality is above a
    random mix of the cheapest and the best model at the same cost, `least` the least preference that reaches `ENOUGH`
    of the best single model's quality, None when no one does.
    """

    where: str
    quality: float
    of_best: float
    usd: float
    usd_of_best: float
    of_cheap: float
    than_mix: float
    least: float | None


def landing(where: str, outcomes: OutcomeSet, ranking: Ways) -> Landing:
    """The default among the settings that were measured."""
    ends, place = endpoints(outcomes), PREFERENCES.index(DEFAULT_PREFERENCE)
    singles_usd, singles_scores = singles(outcomes).means()
    usd, scores = ranking.means()
    strong = float(singles_scores[ends.strong])
    return Landing(
        where,
        float(scores[place]),
        float(scores[place]) / strong,
        float(usd[place]),
        float(usd[place] / singles_usd[ends.strong]),
        float(usd[place] / singles_usd[ends.cheap]),
        float(scores[place] - score_at(*random_mix(outcomes).means(), float(usd[place]))),
        next((each for each, score in zip(PREFERENCES, scores, strict=True) if score >= ENOUGH * strong), None),
    )


def table(landings: Iterable[Landing]) -> list[str]:
    """As Markdown."""
    lines = [
        "| outcomes | quality | of always the best | cost | of always the best | of the best cheap one | quality above "
        f"a random mix at its cost | least preference for {ENOUGH:.0%} |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in landings:
        least = "none" if each.least is None else f"{each.least:.2f}"
        lines.append(
            f"| {each.where} | {each.quality:.3f} | {each.of_best:.1%} | ${each.usd:.6f} | {each.usd_of_best:.0%} "
            f"| {each.of_cheap:.0%} | {each.than_mix:+.3f} | {least} |"
        )
    return lines


def told(page: str, lines: Iterable[str]) -> str:
    """The page with these lines between its marks. Raises `ValueError` where it has none."""
    before, mark, after = page.partition(f"{MARK}\n")
    rest = re.search(f"^{END}", after, re.MULTILINE)
    if not mark or rest is None:
        raise ValueError("the page has no place for the table")
    return f"{before}{mark}\n" + "\n".join(lines) + f"\n\n{after[rest.start() :]}"
