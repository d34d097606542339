"""The report on the choice: cost-quality curves of the ranking on measured outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifier import HybridClassifier
from llm_router.ranking.objective import DEFAULT_PREFERENCE
from training.evaluation.choice import (
    PREFERENCES,
    Ways,
    best_of_all,
    by_length,
    folds_of_kinds,
    folds_of_prompts,
    hull,
    ours,
    score_at,
    usd_at,
)
from training.evaluation.choice_areas import ENOUGH, OURS, Endpoints, endpoints, measured
from training.evaluation.metrics import Integers, Numbers
from training.evaluation.outcome_sets import CHECKS, TRAIN, OutcomeSet, outcome_set
from training.evaluation.pictures import Line, curves_svg

INTRODUCTION = """# What the choice reaches

Our ranking chooses for prompts with a measured outcome of every model. It is the code that serves: the classifier's
categories, difficulty and token counts, the objective, the caution for hard prompts. In place of the catalogue's public
evidence, each model's cells come from the outcomes of other prompts (five folds, or all other kinds of tasks).

Area is the mean quality over all costs between those of the cheapest and of the best single model; every way may draw
lots between two of its settings, or between one and the cheapest single model. "Ours more" is by how much the ranking's
area is larger, with the central 95 % of 1,000 bootstrap resamples of the prompts: where it holds 0, the two cannot be
told apart. Which single model is best, cheapest or cheap is chosen with hindsight, in favour of the baselines. "Cheap"
is the best single model at half the price of the best one or less.

The default preference, 0.5, stood before this was measured, and was kept because of it: it is the least one, in steps
of 0.05, that reaches 95 % of the best single model's quality where the kinds of tasks are known, which is what the
catalogue's evidence is for. The check outcomes were looked at after that. Where nothing like a kind of task was ever
seen, the ranking does worse than drawing lots between a cheap and a strong model: its cells then say what does not
hold."""

NO_COSTS = (
    "This file has no costs: a price by model size stands in for them (`evaluation/outcome_sets.py`), and an answer of "
    "the expected length. Costs therefore differ between models by their price alone."
)
MEASURED_ONLY = (
    "Nothing was chosen or fitted by these outcomes but the cells of the folds. Costs are the measured ones. The "
    "prompts are of three benchmarks, each of one form, and nearly all of a benchmark fall into one category: what can "
    "be gained is mostly the right model for each benchmark."
)


def choice_report(classifier: HybridClassifier, folder: Path, report: Path) -> list[str]:
    """The report's lines; its pictures are written into `report`."""
    report.mkdir(parents=True, exist_ok=True)
    train = outcome_set(TRAIN, [folder / "train" / f"{TRAIN}.jsonl"], classifier)
    checks = outcome_set("routerbench", [folder / "check" / f"{name}.jsonl" for name in CHECKS], classifier)
    lines = [INTRODUCTION]
    lines += _section(train, "known kinds of tasks, new prompts", folds_of_prompts(train), NO_COSTS, report)
    lines += _section(train, "kinds of tasks never seen", folds_of_kinds(train), NO_COSTS, report)
    lines += _section(checks, "measured only, new prompts", folds_of_prompts(checks), MEASURED_ONLY, report)
    return lines


def _section(outcomes: OutcomeSet, title: str, folds: Sequence[Integers], note: str, report: Path) -> list[str]:
    ranking, ends = ours(outcomes, folds), endpoints(outcomes)
    count, kinds = len(outcomes.found), len(set(outcomes.kinds))
    lines = ["", f"## {outcomes.name}: {title}", ""]
    lines += [f"{count} prompts, {len(outcomes.models)} models, {kinds} kinds of tasks. {note}", ""]
    lines += _areas(outcomes, ranking)
    lines += ["", *_savings(outcomes, ranking, ends), ""]
    lines += _by_preference(outcomes, ranking, ends)
    name = f"choice_{outcomes.name}_{'prompts' if 'new' in title else 'kinds'}.svg"
    (report / name).write_text(_picture(outcomes, ranking, ends, title), encoding="utf-8")
    return [*lines, "", f"![cost and quality]({name})"]


def _areas(outcomes: OutcomeSet, ranking: Ways) -> list[str]:
    lines = [f"| way | area | ours more | 95 % interval | USD for {ENOUGH:.0%} of the best single's quality |"]
    lines += ["|---|---|---|---|---|"]
    for each in measured(outcomes, ranking):
        more = "" if each.way == OURS else f"{each.behind:+.4f}"
        interval = "" if each.way == OURS else f"{each.interval[0]:+.4f} to {each.interval[1]:+.4f}"
        lines.append(f"| {each.way} | {each.area:.4f} | {more} | {interval} | {_usd(each.usd_for_enough)} |")
    return lines


def _savings(outcomes: OutcomeSet, ranking: Ways, ends: Endpoints) -> list[str]:
    """Against always the strong model, and against the best cheap one."""
    usd, scores = outcomes.usd.mean(axis=0), outcomes.scores.mean(axis=0)
    our_usd, our_scores = ranking.usd.mean(axis=0), ranking.scores.mean(axis=0)
    strong_usd, strong = float(usd[ends.strong]), float(scores[ends.strong])
    cheap_usd, cheap = float(usd[ends.cheap]), float(scores[ends.cheap])
    perfect = best_of_all(outcomes)
    lines = [
        f"Always best: {outcomes.models[ends.strong]}, {strong:.3f} for {_usd(strong_usd)}. "
        f"Always cheapest: {outcomes.models[ends.cheapest]}, {scores[ends.cheapest]:.3f} for "
        f"{_usd(float(usd[ends.cheapest]))}. "
        f"Cheap: {outcomes.models[ends.cheap]}, {cheap:.3f} for {_usd(cheap_usd)}. "
        f"An oracle would reach {perfect.scores.mean():.3f} for {_usd(float(perfect.usd.mean()))}.",
        "",
    ]
    for share in (ENOUGH, 1.0):
        price = usd_at(our_usd, our_scores, share * strong)
        lines.append(f"- Against always best, at {share:.0%} of its quality: {_saved(price, strong_usd)}.")
    at_cost = float(score_at(our_usd, our_scores, cheap_usd))
    same_cost = f"{(at_cost - cheap) * 100:+.1f} points of quality" if at_cost else "no setting is as cheap"
    price = usd_at(our_usd, our_scores, cheap)
    lines.append(f"- Against the cheap model, at its cost: {same_cost}; at its quality: {_saved(price, cheap_usd)}.")
    return lines


def _by_preference(outcomes: OutcomeSet, ranking: Ways, ends: Endpoints) -> list[str]:
    usd, scores = ranking.usd.mean(axis=0), ranking.scores.mean(axis=0)
    strong_usd, strong = outcomes.usd[:, ends.strong].mean(), outcomes.scores[:, ends.strong].mean()
    lines = ["| preference | quality | of the best single's | cost | of the best single's |", "|---|---|---|---|---|"]
    for place, preference in enumerate(PREFERENCES):
        if place % 2 == 0:
            mark = " (default)" if preference == DEFAULT_PREFERENCE else ""
            lines.append(
                f"| {preference:.1f}{mark} | {scores[place]:.3f} | {scores[place] / strong:.1%} "
                f"| {_usd(float(usd[place]))} | {usd[place] / strong_usd:.0%} |"
            )
    enough = [each for each, score in zip(PREFERENCES, scores, strict=True) if score >= ENOUGH * strong]
    least = f"{enough[0]:.2f}" if enough else "none"
    return [*lines, "", f"The least preference that reaches {ENOUGH:.0%} of the best single's quality: {least}."]


def _picture(outcomes: OutcomeSet, ranking: Ways, ends: Endpoints, title: str) -> str:
    usd, scores = outcomes.usd.mean(axis=0), outcomes.scores.mean(axis=0)
    length = by_length(outcomes, ends.cheap, ends.strong)
    lines = [
        Line("single models", "#777", list(zip(usd.tolist(), scores.tolist(), strict=True)), outcomes.models),
        Line("random mix", "#bbb", _points(usd[[ends.cheapest, ends.strong]], scores[[ends.cheapest, ends.strong]])),
        Line("length", "#f58518", _points(length.usd.mean(axis=0), length.scores.mean(axis=0), frontier=False)),
        Line("ranking", "#4c78a8", _points(ranking.usd.mean(axis=0), ranking.scores.mean(axis=0), frontier=False)),
    ]
    return curves_svg(lines, f"{outcomes.name}: {title}")


def _points(usd: Numbers, scores: Numbers, *, frontier: bool = True) -> list[tuple[float, float]]:
    x, y = hull(usd, scores) if frontier else (usd, scores)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _saved(price: float, than: float) -> str:
    if price == float("inf"):
        return "never reached"
    return f"{abs(1 - price / than):.0%} {'cheaper' if price <= than else 'dearer'}"


def _usd(amount: float) -> str:
    return "never" if amount == float("inf") else f"${amount:.6f}"
