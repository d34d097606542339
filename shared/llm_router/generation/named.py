"""What a model must meet that the caller names: what the same caller demands, as far as it can be told beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import FieldProblem, NoEligibleModel, TooLong
from llm_router.generation.job import Job
from llm_router.generation.lost import Lost
from llm_router.ranking.constraints import Prospect, Reason, Violation, violations
from llm_router.ranking.rank import Outlook
from llm_router.ranking.task import Constraints, Dearest, Task
from llm_router.ranking.tokens import Reading, ratios_of
from llm_router.taxonomy import Difficulty

NOTHING_ASKED = Task({}, Difficulty.EASY, 0.0, 0, 0)
"""The task of a request that nobody has classified."""

CLEARLY = 2
"""How many times its window a prompt must seem to be before the model that a caller names is refused for it: letters
tell a length only roughly, and who names a model shall hear from the model itself what it takes."""


def must_meet(job: Job, model: ModelEntry, limits: Constraints, text: Reading, expected: Outlook) -> None:
    """Raises `NoEligibleModel` where the model that the caller names is one that the same caller rules out, or whose
    window the prompt's text clearly exceeds; `TooDear`, with the least that would do, where only the money is too
    little.

    Of its price only what the prompt and a token cost counts, as the rest is bounded by the answer's length; without a
    price it cannot keep to any.
    """
    tokens = text.by(ratios_of(model.tokenizer))
    reads = tokens if model.context_window is not None and tokens > CLEARLY * model.context_window else 0
    if not (reads or limits.names_any or limits.bounds_any or limits.min_context_tokens):
        return
    usd = job.usd_with(model, 1)
    if usd is None and limits.max_cost_usd is None:
        usd = 0.0
    least = Prospect(
        model, usd, expected.wait_ms, expected.quality, input_tokens=reads, answer_tokens=1, silent=expected.silent
    )
    asked = replace(NOTHING_ASKED, dearest=Dearest(assumed=job.media.assumed))
    if found := violations(least, asked, replace(limits, max_tokens=None)):
        if all(each.reason is Reason.COST for each in found):
            Lost(job).must_leave_enough_for(model)
        raise _unmet(model, found)


def _unmet(model: ModelEntry, found: Sequence[Violation]) -> NoEligibleModel:
    """What is told of a model that was named: the fields that would let it in, where they would."""
    said = "; ".join(f"{each.path or model.id}: {each.detail}" for each in found)
    told = [
        FieldProblem(each.path, f"binds; {model.id} {each.detail}; what would do: {each.relaxed}")
        for each in found
        if each.path is not None
    ]
    fields = tuple(told) if len(told) == len(found) else ()
    window_alone = all(each.reason is Reason.CONTEXT_WINDOW and each.path is None for each in found)
    kind = TooLong if window_alone else NoEligibleModel
    return kind(f"{model.id} does not meet the constraints ({said}).", fields)
