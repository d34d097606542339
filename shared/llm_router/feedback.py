"""What callers say about answers: each decision once, and no caller louder than a few voices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from llm_router.decay import DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.outcomes import Tally
from llm_router.ports import Clock, Record, RecordStore
from llm_router.taxonomy import Category, Difficulty

GIVEN, VOICE = "feedback", "voice"
VOICE_WEIGHT = 5.0
"""What one caller's judgements of one model's one kind of work weigh at most, all together and as they have aged.
Half of what the catalogue's measures weigh: alone it moves such an estimate by at most a third of the way, and one that
the catalogue infers by five eighths."""

LEAST_VOTE = 0.01
"""Who has less of a vote left than this has none."""

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision was about, and whose it is. `demo` where no model answered but a demo in its place."""

    model_id: str
    category: Category
    difficulty: Difficulty
    tenant: str
    session_key: str = ""
    demo: bool = False


class Uncounted(StrEnum):
    """Why a judgement counts for nothing."""

    JUDGED_BEFORE = "judged_before"
    """Only the first judgement of a decision counts."""

    VOICE_USED_UP = "voice_used_up"
    """Its caller has said enough about this model and kind of work for now."""

    DEMO_ANSWER = "demo_answer"
    """A demo answered, which says nothing of the model that it stood in for."""


class Given(NamedTuple):
    """How much a judgement counted, and why where it did not."""

    weight: float
    uncounted: Uncounted | None = None

    @property
    def tells_of_session(self) -> bool:
        """Whether the session that the answer was in is to hear of it: of a model's answer, and once."""
        return self.uncounted in {None, Uncounted.VOICE_USED_UP}


@dataclass(frozen=True, slots=True)
class FeedbackBook:
    """Takes judgements and adds them to the decayed sums. Raises `StoreUnavailable`."""

    records: RecordStore
    clock: Clock
    judgements: DecayedCounters
    kept_s: float

    def give(self, decision_id: str, subject: Subject, score: float) -> Given:
        """Count a score from 0 to 1 by `subject.tenant`. Only the first judgement of a decision counts, and none of a
        demo's answer."""
        if subject.demo:
            return Given(0.0, Uncounted.DEMO_ANSWER)
        until = self.clock.now() + self.kept_s
        if not self.records.put(Record(GIVEN, decision_id, "{}", until), only_if_absent=True):
            return Given(0.0, Uncounted.JUDGED_BEFORE)
        try:
            weight = self._count(subject, score)
        except StoreUnavailable:
            self.records.delete(GIVEN, decision_id)
            raise
        return Given(weight, None if weight > 0 else Uncounted.VOICE_USED_UP)

    def _count(self, subject: Subject, score: float) -> float:
        weight = self._weight(subject)
        if weight > 0:
            n, good = _names(subject.category, subject.difficulty)
            self.judgements.add(subject.model_id, {n: weight, good: weight * score})
        return weight

    def _weight(self, subject: Subject) -> float:
        """How much of a whole vote the caller has left here: what was used ages as judgements do."""
        key = _voice_key(subject)
        for _ in range(ATTEMPTS):
            held = self.records.get(VOICE, key)
            used = 0.0 if held is None else self._aged(held)
            weight = min(1.0, VOICE_WEIGHT - used)
            if weight < LEAST_VOTE:
                return 0.0
            now = self.clock.now()
            body = json.dumps([used + weight, now])
            until = now + 20 * self.judgements.half_life_s
            if self.records.replace(Record(VOICE, key, body, until), expected_body=held.body if held else None):
                return weight
        raise StoreUnavailable("Too many judgements at once; try again.", retry_after_s=1)

    def _aged(self, held: Record) -> float:
        used, at = json.loads(held.body)
        return float(used) * 2 ** ((float(at) - self.clock.now()) / self.judgements.half_life_s)


def tallies(sums: Mapping[str, float]) -> dict[Category, dict[Difficulty, Tally]]:
    """The judgements in one model's sums, by kind of work; sums of other names are passed over."""
    found: dict[Category, dict[Difficulty, Tally]] = {}
    for category in Category:
        for difficulty in Difficulty:
            n, good = _names(category, difficulty)
            if weight := sums.get(n, 0.0):
                found.setdefault(category, {})[difficulty] = Tally(weight, sums.get(good, 0.0))
    return found


def _names(category: Category, difficulty: Difficulty) -> tuple[str, str]:
    """The sums of one kind of work: the weight of its judgements, and the weight that was done well."""
    return f"{category}|{difficulty}|n", f"{category}|{difficulty}|good"


def _voice_key(subject: Subject) -> str:
    parts = (subject.tenant, subject.model_id, subject.category, subject.difficulty)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
