"""What an answer cost, by the provider's count of tokens, or by ours where it told none."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields, replace
from operator import attrgetter

from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.chat import Usage
from llm_router.generation.job import Job
from llm_router.generation.pricing import cost_usd
from llm_router.ranking.tokens import ratios_of, reading_of

MOST_TOKENS = 10**9
"""No request has as many of any kind: a thousand times what the largest windows hold."""

_counts = attrgetter(*(field.name for field in fields(Usage)))


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """What was read of an answer: its words, with calls, and its thoughts; what the provider had counted `so_far`; and
    for how many seconds the model had written no word, which may have gone by in thought."""

    words: str = ""
    thoughts: str = ""
    so_far: Usage | None = None
    wordless_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bill:
    """What an answer cost. `usd` is 0 where the catalogue knows no price."""

    usage: Usage
    usd: float

    @classmethod
    def of(cls, job: Job, model: ModelEntry, usage: Usage | None, seen: AnswerSeen) -> Bill:
        """By the count at the end of the answer. A stream that its caller leaves tells none: of that, what was told
        before counts, and else what we count.

        Where we count, all that it has written is no more than it was asked for.
        """
        if usage is None or not _possible(usage):
            usage = _seen(job, model, seen)
        return cls(usage, cost_usd(model, usage) or 0.0)


def counted(job: Job, model: ModelEntry, so_far: Usage | None, writes: int, thinks: int = 0) -> Usage:
    """Of an answer whose tokens we count: what was read as the provider told it, or else as we count it."""
    if so_far is not None and _possible(so_far) and so_far.prompt_tokens:
        return replace(so_far, completion_tokens=writes, reasoning_tokens=thinks)
    return job.usage(job.billed(model), writes, thinks)


def _possible(usage: Usage) -> bool:
    """A count that no request can have, of any kind of tokens, is none: a negative one would give money, and one too
    large could not even be multiplied."""
    return all(0 <= count <= MOST_TOKENS for count in _counts(usage))


def _seen(job: Job, model: ModelEntry, seen: AnswerSeen) -> Usage:
    """Where the provider counts along what the model writes, thoughts that nobody sees are in it, and the last words
    may not be."""
    ratios, longest = ratios_of(model.tokenizer), job.asked_of(model).max_tokens or sys.maxsize
    said, thoughts = (min(reading_of(text).by(ratios), longest) for text in (seen.words, seen.thoughts))
    told = seen.so_far
    if told is not None and told.completion_tokens and _possible(told):
        written = min(said + max(thoughts, told.reasoning_tokens), longest)
        return counted(job, model, told, max(told.completion_tokens, written), told.reasoning_tokens)
    thought = min(max(thoughts, _unseen(job, model, seen)), longest - said)
    return counted(job, model, told, said + thought, 0 if seen.thoughts and model.open_weights else thought)


def _unseen(job: Job, model: ModelEntry, seen: AnswerSeen) -> int:
    """Tokens that the model has thought, as far as nobody saw them, which is billed all the same. Open weights tell
    thoughts whole; what others tell of them may be a summary, and only the time tells how many there were."""
    wordless = job.written_in(model, seen.wordless_s)
    if seen.thoughts:
        return 0 if model.open_weights else wordless
    return max(job.thinking_tokens, wordless) if job.thinks(model) else 0
