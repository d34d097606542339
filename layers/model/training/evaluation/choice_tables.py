"""The tables and the picture of one set of outcomes, for the report on the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from llm_router.catalogue.quality_map import quality_map
from llm_router.ranking.objective import DEFAULT_PREFERENCE
from training.evaluation.bootstrap import Interval, Resamples
from training.evaluation.choice import PREFERENCES, Ways, best_of_all, by_length, hull, singles, usd_at
from training.evaluation.choice_areas import ENOUGH, OURS, Endpoints, beside_singles, measured
from training.evaluation.fitted_models import ABILITY, CATEGORY, DIFFICULTY, KIND, fitted_effects
from training.evaluation.metrics import Numbers
from training.evaluation.outcome_sets import OutcomeSet
from training.evaluation.pictures import Line, curves_svg


def areas_table(outcomes: OutcomeSet, ways: Mapping[str, Ways], draws: Resamples) -> list[str]:
    """Areas under the curves, ours first."""
    lines = [f"| way | area | ours more | 95 %, prompts | 95 %, kinds | USD for {ENOUGH:.0%} of the best's quality |"]
    lines += ["|---|---|---|---|---|---|"]
    for each in measured(outcomes, ways, draws):
        more = " |  | " if each.way == OURS else _interval(each.behind)
        lines.append(f"| {each.way} | {each.area:.4f} | {more} | {_usd(each.usd_for_enough)} |")
    return lines


def beside_singles_table(outcomes: OutcomeSet, ranking: Ways, ends: Endpoints, draws: Resamples) -> list[str]:
    """Against always the best, the best cheap and the cheapest model, at equal cost and at equal quality."""
    named = {ends.strong: "best", ends.cheap: "best cheap", ends.cheapest: "cheapest"}
    lines = ["| always the | quality | cost | ours more at its cost | 95 %, prompts | 95 %, kinds | ours as good |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, each in zip(named.values(), beside_singles(outcomes, ranking, list(named), draws), strict=True):
        saved = _saved(each.usd_for_as_good, each.usd)
        lines.append(
            f"| {name}: {each.model} | {each.quality:.3f} | {_usd(each.usd)} | {_interval(each.more)} | {saved} |"
        )
    strong_usd, strong = outcomes.usd[:, ends.strong].mean(), outcomes.scores[:, ends.strong].mean()
    price = usd_at(*ranking.means(), ENOUGH * strong)
    perfect = best_of_all(outcomes)
    return [
        *lines,
        "",
        f"At {ENOUGH:.0%} of always the best's quality: {_saved(price, strong_usd)}. An oracle would reach "
        f"{perfect.scores.mean():.3f} for {_usd(float(perfect.usd.mean()))}.",
    ]


def by_preference_table(outcomes: OutcomeSet, ranking: Ways, ends: Endpoints) -> list[str]:
    """Quality and cost of every second preference that was measured."""
    usd, scores = ranking.means()
    strong_usd, strong = outcomes.usd[:, ends.strong].mean(), outcomes.scores[:, ends.strong].mean()
    lines = ["| preference | quality | of the best single's | cost | of the best single's |", "|---|---|---|---|---|"]
    for place, preference in enumerate(PREFERENCES):
        if place % 2 == 0:
            mark = " (default)" if preference == DEFAULT_PREFERENCE else ""
            lines.append(
                f"| {preference:.1f}{mark} | {scores[place]:.3f} | {scores[place] / strong:.1%} "
                f"| {_usd(float(usd[place]))} | {usd[place] / strong_usd:.0%} |"
            )
    return lines


def spreads_table(sets: Sequence[OutcomeSet]) -> list[str]:
    """Standard deviations of models' own effects: what knowing a category tells, and what it does not."""
    errors = [each.slope * measure.sd for each in quality_map().categories.values() for measure in each.measures]
    lines = [
        "Standard deviations, in log-odds, of what is a model's own: its ability, how categories and difficulty change "
        "it, and how kinds of tasks do within a category. Where the last is the largest, a new kind of task can hardly "
        "be told from its category. The catalogue's measures carry an error for this, of "
        f"{min(errors):.1f} to {max(errors):.1f}.",
        "",
        "| outcomes | ability | category | difficulty | kind of task |",
        "|---|---|---|---|---|",
    ]
    for each in sets:
        own = np.sqrt(fitted_effects(each, np.arange(len(each.found))).variances[1])
        cells = " | ".join(f"{own[group]:.2f}" for group in (ABILITY, CATEGORY, DIFFICULTY, KIND))
        lines.append(f"| {each.name} | {cells} |")
    return lines


def picture(outcomes: OutcomeSet, ranking: Ways, ends: Endpoints, title: str) -> str:
    """The curves as SVG."""
    usd, scores = singles(outcomes).means()
    length = by_length(outcomes, ends.cheap, ends.strong)
    lines = [
        Line("single models", "#777", list(zip(usd.tolist(), scores.tolist(), strict=True)), outcomes.models),
        Line("random mix", "#bbb", _points(usd[[ends.cheapest, ends.strong]], scores[[ends.cheapest, ends.strong]])),
        Line("length", "#f58518", _points(*length.means(), frontier=False)),
        Line("ranking", "#4c78a8", _points(*ranking.means(), frontier=False)),
    ]
    return curves_svg(lines, title)


def _points(usd: Numbers, scores: Numbers, *, frontier: bool = True) -> list[tuple[float, float]]:
    x, y = hull(usd, scores) if frontier else (usd, scores)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _interval(difference: Interval) -> str:
    """Three cells of a table."""
    ranges = (f"{_signed(low)} to {_signed(high)}" for low, high in (difference.prompts, difference.kinds))
    return " | ".join([_signed(difference.value), *ranges])


def _signed(difference: float) -> str:
    """Four digits, nothing with a plus."""
    return f"{round(difference, 4) + 0.0:+.4f}"


def _saved(price: float, than: float) -> str:
    if price == float("inf"):
        return "never reached"
    share = f"{abs(1 - price / than):.0%}"
    return "at the same cost" if share == "0%" else f"{share} {'cheaper' if price <= than else 'dearer'}"


def _usd(amount: float) -> str:
    return "never" if amount == float("inf") else f"${amount:.6f}"
