"""Why a classification came out as it did, for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from classifier.fusion import CATEGORIES, Chances, Others
from classifier.heads import Opinion
from classifier.manner import LISTED
from classifier.rules import Reading, Verdict
from llm_router.taxonomy import Evidence, Writing


@dataclass(frozen=True, slots=True)
class Claimed:
    """The own category that took the prompt, how surely, and the category that it would else have."""

    name: str
    chance: float
    without: str


def evidence_of(
    whole: Reading,
    verdict: Verdict,
    others: Others,
    opinion: Opinion | None,
    *,
    sure: bool,
    claimed: Claimed | None = None,
) -> Evidence:
    """`whole` is the prompt, of which the verdict may be of a part; `sure` when rules and words were enough."""
    notes = (*_of_form(whole, verdict.reading), *_of_deciding(others, opinion, claimed, sure=sure))

    def named(chances: Chances | None) -> dict[str, float]:
        return {} if chances is None else dict(zip(CATEGORIES, chances, strict=True))

    return Evidence(
        matches=verdict.matches(),
        rule_probabilities=named(others.rules),
        word_probabilities=named(others.words),
        model_probabilities=named(opinion.categories if opinion else None),
        notes=notes,
    )


def _of_form(whole: Reading, asked_for: Reading) -> Iterator[str]:
    features = asked_for.features
    said = {
        "Only the head and the tail of this long prompt were read.": whole.prompt.is_cut,
        "Courtesies and claims about the prompt, before or behind what it asks, did not count.": asked_for is not whole,
        "It holds code.": features.has_code,
        "It holds formulae.": features.formulas > 0,
        "It reads as a list of requirements.": features.list_lines >= LISTED,
        f"It is written in {features.script} script.": features.script not in {Writing.LATIN, Writing.OTHER},
    }
    yield from (note for note, holds in said.items() if holds)


def _of_deciding(others: Others, opinion: Opinion | None, claimed: Claimed | None, *, sure: bool) -> Iterator[str]:
    if sure:
        yield "Rules and words together were sure enough; what the model says did not count."
    elif opinion is None:
        deciding = "the rules" if others.words is None else "rules and words"
        yield f"The model did not answer; {deciding} decided alone."
    if claimed is not None:
        yield f"The own category {claimed.name} claimed it with {claimed.chance:.2f}; without it: {claimed.without}."
