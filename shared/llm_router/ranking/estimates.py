"""What is expected of every model of a catalogue for one task, all at once; of some, in numbers of Python's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llm_router.ranking.constraints import Prospect, clear_of_bounds
from llm_router.ranking.cost import (
    AnswerLength,
    Price,
    Reads,
    Usd,
    expected_tokens,
    length_of,
    reads_of,
    thinking_needed,
    usd_of,
)
from llm_router.ranking.latency import Wait, waits_ms
from llm_router.ranking.objective import Places, places_of
from llm_router.ranking.prepared import Answering, Curves, Prepared
from llm_router.ranking.quality import Chances, Demand, Quality, chances_of, demand
from llm_router.ranking.task import Constraints, Surroundings, Task

if TYPE_CHECKING:
    from llm_router.ranking.columns import Columns, Flags, Numbers, Whole


TOO_LATE = "would take about {:.0f} s, longer than a whole answer has; ask for a stream"
"""Why a model is not asked for an answer in one piece."""

ASSUMED_LEEWAY = 2.0
"""How many times as long as there is a model must be expected to take that is out on an assumed speed."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """What is expected of all models: each a column, but chances, of which each curve has one.

    A model needs `needed` tokens to think, and is expected to think and write `thinking` and `output`. It is `silent`
    where its thoughts leave less than half of what is wanted.
    """

    columns: Columns
    around: Surroundings
    wanted: Demand
    length: AnswerLength
    chances: Chances
    quality: Numbers
    reads: Reads
    needed: Whole
    output: Whole
    thinking: Whole
    silent: Flags
    usd: Usd
    wait_ms: Numbers

    def places(self, preference: float) -> Places:
        """Where each model would stand."""
        evidenced = self.chances.evidenced[self.columns.curve]
        return places_of(
            self.quality, self.usd.spent, preference, wait_ms=self.wait_ms, evidenced=evidenced, silent=self.silent
        )

    def plainly_eligible(self, task: Task, limits: Constraints) -> Flags:
        """Models in which `violations` finds nothing, as their figures tell; it is to be asked about all others."""
        import numpy as np

        if limits.names_any or limits.lengths_any or task.requires:
            return np.zeros_like(self.columns.priced)
        fit = self.columns.priced & (self.reads.fills + self.output + self.thinking <= self.columns.safe_tokens)
        if limits.bounds_any:
            fit &= clear_of_bounds(limits, self.usd.bounded, self.wait_ms, self.quality, self.silent)
        return fit

    def too_late(self, within_s: float) -> Mapping[str, str]:
        """The models that are expected to take longer for the whole answer, by id, with that in words. One whose speed
        nobody has measured is assumed to be rather slow, so it is too late at twice the time alone."""
        import numpy as np

        rows = np.flatnonzero(self.wait_ms > within_s * 1000)
        known = zip(rows.tolist(), self.wait_ms[rows].tolist(), strict=True)
        told = [(self.columns.rows[row], ms / 1000) for row, ms in known]
        return {
            each.model.id: TOO_LATE.format(seconds)
            for each, seconds in told
            if self._measured(each) or seconds > ASSUMED_LEEWAY * within_s
        }

    def prospects(self, rows: Whole) -> list[Prospect]:
        """What the constraints ask of these models."""
        known = zip(self.usd.bounded[rows].tolist(), self.columns.priced[rows].tolist(), strict=True)
        found = zip(
            [self.columns.rows[row].model for row in rows.tolist()],
            [usd if priced else None for usd, priced in known],
            self.wait_ms[rows].tolist(),
            self.quality[rows].tolist(),
            self.reads.fills[rows].tolist(),
            (self.output + self.thinking)[rows].tolist(),
            self.silent[rows].tolist(),
            strict=True,
        )
        return [Prospect(*each) for each in found]

    def qualities(self, rows: Whole) -> list[Quality]:
        """Of these models; those of one curve have the same."""
        curves = self.columns.curve[rows].tolist()
        prepared = {curve: self.columns.rows[row].curves for curve, row in zip(curves, rows.tolist(), strict=True)}
        places, known = list(prepared), list(prepared.values())
        found = dict(zip(places, self.chances.at(places).qualities(known, self.wanted), strict=True))
        rows_told = [self.columns.rows[row] for row in rows.tolist()]
        answering = [row.answering for row in rows_told]
        befores, if_answered = self._without(rows, [row.unjudged for row in rows_told], answering)
        return [
            found[curve]._replace(before=before, answered=each.share if each else 1.0, if_answered=answered)
            for curve, before, each, answered in zip(curves, befores, answering, if_answered, strict=True)
        ]

    def _without(
        self, rows: Whole, unjudged: Sequence[Curves | None], answering: Sequence[Answering | None]
    ) -> tuple[list[Quality | None], list[Quality | None]]:
        """What these models would be without the judgements made here, and if all attempts had been answered."""
        columns, count = self.columns, len(rows)
        known = [each for each in (*unjudged, *(each and each.curves for each in answering)) if each is not None]
        if not known:
            return [None] * count, [None] * count
        places = [*columns.unjudged[rows].tolist(), *columns.answering[rows].tolist()]
        chances = chances_of(columns.others.at([place for place in places if place >= 0]), self.wanted)
        found = iter(chances.qualities(known, self.wanted))
        told = [next(found) if place >= 0 else None for place in places]
        return told[:count], told[count:]

    def prices(self, rows: Whole) -> list[Price]:
        """Of these models, whose prices are known."""
        length, holder, cached = self.length, self.reads.holder, round(self.reads.cached)
        found = zip(
            (self.usd.full - self.usd.saved)[rows].tolist(),
            self.reads.tokens[rows].tolist(),
            self.output[rows].tolist(),
            self.thinking[rows].tolist(),
            self.needed[rows].tolist(),
            rows.tolist(),
            strict=True,
        )
        return [
            Price(usd, read, cached if row == holder else 0, output, thinking, length.expected, length.wanted, needed)
            for usd, read, output, thinking, needed, row in found
        ]

    def waits(self, rows: Whole) -> list[Wait]:
        """For the whole answers of these models."""
        prepared = [self.columns.rows[row] for row in rows.tolist()]
        return [Wait(ms, self._measured(each)) for ms, each in zip(self.wait_ms[rows].tolist(), prepared, strict=True)]

    def _measured(self, each: Prepared) -> bool:
        """Whether its speed is known, from the catalogue or from here."""
        return each.speed_measured or each.model.id in self.around.live


def estimated(columns: Columns, task: Task, limits: Constraints, around: Surroundings) -> Estimates:
    """What is expected of these models.

    A place goes by all that a model needs to think and all that is wanted of it, though less is billed where the answer
    is cut off before: one that says half of it must not seem as cheap as one that answers at once and in full.
    """
    wanted = demand(task.chances, task.difficulty, task.complexity, task.requires)
    length, chances = length_of(task, limits.max_tokens), chances_of(columns.curves, wanted)
    reads, needed = reads_of(columns, task), thinking_needed(columns, length)
    output, thinking = expected_tokens(columns, length, needed)
    bounded = limits.max_cost_usd is not None
    return Estimates(
        columns=columns,
        around=around,
        wanted=wanted,
        length=length,
        chances=chances,
        quality=chances.expected[columns.curve],
        reads=reads,
        needed=needed,
        output=output,
        thinking=thinking,
        silent=(thinking > 0) & (output * 2 < length.wanted),
        usd=usd_of(columns, task, reads, output + thinking, length.wanted + needed, bounded=bounded),
        wait_ms=waits_ms(columns, output, thinking, around.live),
    )
