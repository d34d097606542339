"""What is reported of an attempt, from what came of it."""

from __future__ import annotations

from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.attempt import Attempt, AttemptReport, Label
from llm_router.generation.bill import Bill
from llm_router.generation.job import Job
from llm_router.generation.provider import Failure


def of_attempt(attempt: Attempt, label: Label) -> AttemptReport:
    """Of one that brought nothing."""
    return AttemptReport(
        attempt.model, attempt.provider, attempt.ms, attempt.failure, label, cut_short=attempt.cut_short
    )


def of_answer(
    job: Job,
    model: ModelEntry,
    bill: Bill,
    *,
    first_ms: float | None,
    ms: float,
    failure: Failure | None = None,
    unseen: int | None = 0,
) -> AttemptReport:
    """Of an answer, or of one that broke off. `unseen` of the tokens took none of the time to write; None where that is
    not known, and nothing was measured."""
    writing_ms = ms - (first_ms or 0.0)
    timed = writing_ms > 0 and unseen is not None
    return AttemptReport(
        model=model.id,
        provider=model.provider,
        ms=ms,
        failure=failure,
        label=job.label,
        first_token_ms=first_ms,
        tokens_per_second=(bill.usage.completion_tokens - (unseen or 0)) * 1000 / writing_ms if timed else None,
    )
