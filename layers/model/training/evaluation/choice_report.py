"""The report on the choice: cost-quality curves of the ranking on measured outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier import HybridClassifier
from llm_router.ranking.objective import DEFAULT_PREFERENCE
from training.evaluation.bootstrap import resamples
from training.evaluation.choice import Ways, blinded, folds_of_kinds, folds_of_prompts, ours
from training.evaluation.choice_areas import OURS, compared, endpoints
from training.evaluation.choice_default import Landing, landing, table
from training.evaluation.choice_tables import (
    areas_table,
    beside_singles_table,
    by_preference_table,
    picture,
    spreads_table,
)
from training.evaluation.metrics import Integers
from training.evaluation.outcome_sets import OutcomeSet, check_set, training_set

INTRODUCTION = """# What the choice reaches

Our ranking chooses for prompts with a measured outcome of every model. It is the code that serves: the classifier's
categories, difficulty and token counts, expected quality with its caution, feedback joined with evidence, the
objective. In place of the catalogue's public evidence stand the outcomes of other prompts, as a regression in which
kinds of tasks are random effects (`evaluation/fitted_models.py`): what a model does at kinds that were not seen is
believed to differ as much as it did between those that were. "Known kinds" are five folds over all prompts; "kinds
never seen" leaves out one kind at a time, though some are alike. The task that comes from Natural Questions is left
out. The classifier's difficulty was trained on three of four prompts of the first file, by how many models fail, which
flatters what is told of it.

Area is the mean quality over all costs between those of the cheapest and of the best single model; every way may draw
lots between two of its settings, or between one and the cheapest single model. "Ours more" is by how much the ranking's
area is larger. Its two intervals are the central 95 % of 1,000 bootstrap resamples: of the prompts, which is how sure
it is for these kinds of tasks, and of whole kinds, which is how sure it is for others like them; where one holds 0,
the two cannot be told apart. Which single model is best, cheapest or cheap is chosen with hindsight, in favour of the
baselines, and in every resample anew which singles and which settings a mix is made of. "Best cheap" is the best single
model at half the cost of the best one or less. The ranking that knows tokens alone is ours without category and
difficulty: what it gains comes from knowing what an answer will cost, and what ours gains beside it from reading the
prompt."""

NO_COSTS = (
    "This file has no costs: a price by model size stands in for them (`evaluation/outcome_sets.py`), and an answer of "
    "the expected length. Costs therefore differ between models by their price alone."
)
MEASURED_COSTS = (
    "Costs are the measured ones. Nothing was chosen by these outcomes; the evidence comes from those of other folds. "
    "The three kinds are benchmarks, each of one form, and nearly all of one falls into one category."
)
JUDGED = "Every model's answers to the prompts of the other folds were judged here, and joined as feedback is."
UNSEEN = "The evidence is that of the other kinds alone; nothing was judged here."
FEW = "Two kinds are little to learn from: the interval over kinds is wide, and the area moves with the classifier."
MISLED = (
    "As before, but every model's answers to all other kinds were judged here: the ranking then believes of a new kind "
    "in a category what it saw of others."
)


@dataclass(frozen=True, slots=True)
class Section:
    """One setting to measure in; `slug` names its picture."""

    outcomes: OutcomeSet
    title: str
    slug: str
    folds: Sequence[Integers]
    judged: bool
    notes: str

    @property
    def name(self) -> str:
        """The heading."""
        return f"{self.outcomes.name}: {self.title}"


def choice_report(classifier: HybridClassifier, folder: Path, report: Path) -> tuple[list[str], list[str]]:
    """The report's lines, and of them the table of where the default lands; pictures are written into `report`."""
    report.mkdir(parents=True, exist_ok=True)
    train, checks = training_set(folder, classifier), check_set(folder, classifier)
    sections = [
        Section(train, "known kinds of tasks", "prompts", folds_of_prompts(train), True, f"{NO_COSTS} {JUDGED}"),
        Section(train, "kinds never seen", "kinds", folds_of_kinds(train), False, f"{NO_COSTS} {UNSEEN}"),
        Section(train, "kinds never seen, others judged", "misled", folds_of_kinds(train), True, MISLED),
        Section(
            checks, "known kinds of tasks", "prompts", folds_of_prompts(checks), True, f"{MEASURED_COSTS} {JUDGED}"
        ),
        Section(checks, "kinds never seen", "kinds", folds_of_kinds(checks), False, f"{MEASURED_COSTS} {UNSEEN} {FEW}"),
    ]
    body: list[str] = []
    landings: list[Landing] = []
    for section in sections:
        ranking = ours(section.outcomes, section.folds, judged=section.judged)
        landings.append(landing(section.name, section.outcomes, ranking))
        body += _section(section, ranking, report)
    default = table(landings)
    spreads = ["", "## How far models differ", "", *spreads_table([train, checks])]
    where = ["", f"## Where the default preference, {DEFAULT_PREFERENCE}, lands", "", *default]
    return [INTRODUCTION, *where, *spreads, *body], default


def _section(section: Section, ranking: Ways, report: Path) -> list[str]:
    outcomes, ends, draws = section.outcomes, endpoints(section.outcomes), resamples(section.outcomes)
    count, kinds = len(outcomes.found), len(set(outcomes.kinds))
    lines = ["", f"## {section.name}", ""]
    lines += [f"{count} prompts, {len(outcomes.models)} models, {kinds} kinds of tasks. {section.notes}", ""]
    ways = compared(outcomes, ranking, ours(blinded(outcomes), section.folds, judged=section.judged))
    lines += [*areas_table(outcomes, ways, draws), "", *beside_singles_table(outcomes, ways[OURS], ends, draws), ""]
    lines += by_preference_table(outcomes, ranking, ends)
    name = f"choice_{outcomes.name}_{section.slug}.svg"
    (report / name).write_text(picture(outcomes, ranking, ends, section.name), encoding="utf-8")
    return [*lines, "", f"![cost and quality]({name})"]
