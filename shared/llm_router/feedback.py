"""What callers say about answers: each decision once, and no caller louder than a few voices."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from llm_router.decay import DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.marks import Marks
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

COUNTING_S = 60.0
"""A judgement that has not been counted by then never will be: whoever was at it has died, or lost the store."""

COUNTING = "by"
"""In the body of a mark as long as its judgement is being counted."""


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
    """Takes judgements and adds them to the decayed sums. Raises `StoreUnavailable`.

    `known_as` gives one name for a model at all its providers: a voice is bounded by what counts together.
    """

    records: RecordStore
    clock: Clock
    judgements: DecayedCounters
    kept_s: float
    known_as: Callable[[str], str] = str

    def give(self, decision_id: str, subject: Subject, score: float) -> Given:
        """Count a score from 0 to 1 by `subject.tenant`. Only the first judgement of a decision counts, and none of a
        demo's answer.

        One that raised may be sent again, and is told to while another of its decision is being counted. Where the
        store does not tell whether it has been counted, it is held for counted.
        """
        if subject.demo:
            return Given(0.0, Uncounted.DEMO_ANSWER)
        by, now = os.urandom(16).hex(), self.clock.now()
        begun = Record(GIVEN, decision_id, json.dumps({COUNTING: by}), now + COUNTING_S)
        counted = Record(GIVEN, decision_id, json.dumps({"counted_by": by}), now + self.kept_s)
        if not self._marks.set(begun):
            return self._earlier(decision_id)
        try:
            weight = self._weight(subject)
            self._take(begun, counted)
        except StoreUnavailable:
            self._marks.lift(counted)
            self._marks.lift(begun)
            raise
        if weight > 0:
            self._add(counted, subject, weight, score)
        return Given(weight, None if weight > 0 else Uncounted.VOICE_USED_UP)

    @property
    def _marks(self) -> Marks:
        return Marks(self.records, self.clock)

    def _earlier(self, decision_id: str) -> Given:
        held = self.records.get(GIVEN, decision_id)
        if held is None or COUNTING in json.loads(held.body):
            raise StoreUnavailable("A judgement of this decision is still being counted; try again.", retry_after_s=5)
        return Given(0.0, Uncounted.JUDGED_BEFORE)

    def _take(self, begun: Record, counted: Record) -> None:
        """Have the mark last, unless it has expired meanwhile: another may have been counted since."""
        if not self.records.replace(counted, expected_body=begun.body):
            raise StoreUnavailable("Counting the judgement took too long; try again.", retry_after_s=5)

    def _add(self, counted: Record, subject: Subject, weight: float, score: float) -> None:
        """Last of all, under the lasting mark: whatever is lost from here on, nothing is added a second time."""
        n, good = _names(subject.category, subject.difficulty)
        try:
            self.judgements.add(subject.model_id, {n: weight, good: weight * score})
        except StoreUnavailable as failure:
            if failure.nothing_done:
                self._marks.lift(counted)
            raise

    def _weight(self, subject: Subject) -> float:
        """How much of a whole vote the caller has left here: what was used ages as judgements do."""
        key = _voice_key(subject, self.known_as(subject.model_id))
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


def _voice_key(subject: Subject, model: str) -> str:
    parts = (subject.tenant, model, subject.category, subject.difficulty)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
