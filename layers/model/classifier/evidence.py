"""Why a classification came out as it did, for people."""

from __future__ import annotations

from classifier.features import Script
from classifier.fusion import CATEGORIES, Chances, Others
from classifier.heads import Opinion
from classifier.manner import LISTED
from classifier.rules import Reading, Verdict
from llm_router.taxonomy import Evidence


def evidence_of(whole: Reading, verdict: Verdict, others: Others, opinion: Opinion | None, *, sure: bool) -> Evidence:
    """`whole` is the prompt, of which the verdict may be of a part; `sure` when rules and words were enough."""

    def named(chances: Chances | None) -> dict[str, float]:
        return {} if chances is None else dict(zip(CATEGORIES, chances, strict=True))

    return Evidence(
        matches=verdict.matches(),
        rule_probabilities=named(others.rules),
        word_probabilities=named(others.words),
        model_probabilities=named(opinion.categories if opinion else None),
        notes=_notes(whole, verdict.reading, opinion, sure=sure),
    )


def _notes(whole: Reading, asked_for: Reading, opinion: Opinion | None, *, sure: bool) -> tuple[str, ...]:
    features = asked_for.features
    said = {
        "Only the head and the tail of this long prompt were read.": whole.prompt.is_cut,
        "Courtesies and claims about the prompt, before or behind what it asks, did not count.": asked_for is not whole,
        "It holds code.": features.has_code,
        "It holds formulae.": features.formulas > 0,
        "It reads as a list of requirements.": features.list_lines >= LISTED,
        f"It is written in {features.script} script.": features.script is not Script.LATIN,
        "Rules and words were sure; what the model says did not count.": sure,
        "The model did not answer; rules and words decided alone.": opinion is None and not sure,
    }
    return tuple(note for note, holds in said.items() if holds)
