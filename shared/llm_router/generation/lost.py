"""What attempts cost that brought nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import FieldProblem, TooDear
from llm_router.generation.attempt import Attempt
from llm_router.generation.bill import counted
from llm_router.generation.chat import Usage
from llm_router.generation.job import Job
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Failure
from llm_router.generation.written import Written
from llm_router.ranking.told import enough_usd, told_usd

_READ = frozenset({Failure.TIMEOUT, Failure.GARBAGE})
"""How an attempt fails that the provider may bill, and nobody has seen."""


@dataclass(slots=True)
class Lost:
    """USD for what models read and wrote of which no answer came. What was seen of it counts however it ended; what
    nobody saw is assumed to be as much as a model writes in that time, within the limit of its answer, where it was cut
    off or garbage, and its provider had counted nothing written. `written` is what was seen of the attempt in progress.
    `cut_short` where one of them had less time than it was expected to take.
    """

    job: Job
    usd: float = 0.0
    written: Written = field(default_factory=Written)
    cut_short: bool = False

    @property
    def rest(self) -> Job:
        """The job with what is left of what it may cost."""
        most = self.job.most_usd_wanted
        return self.job if most is None or not self.usd else replace(self.job, most_usd_wanted=most - self.usd)

    def must_leave_enough_for(self, model: ModelEntry) -> None:
        """Raises `TooDear` where the caller does not pay a token of the model's answer any more, or not with
        pictures and files at the most that they may be billed as."""
        if (least := self._too_dear(model)) is not None:
            assumed = f", with {said}" if (said := self.job.media.assumed) else ""
            told = f"binds; {model.id} could be asked for {enough_usd(least + self.usd)}{assumed}"
            raise TooDear(
                f"{model.id} may cost more than max_cost_usd{assumed}.",
                (FieldProblem("constraints.max_cost_usd", told),),
                least + self.usd,
            )

    def affords(self, model: ModelEntry, after: ModelEntry, seconds: float) -> bool:
        """Whether a token of the model's answer is still paid once the one that is asked now was cut off so late."""
        return replace(self, usd=self.usd + self._unseen_usd(after, seconds))._too_dear(model) is None

    def count(self, attempt: Attempt) -> None:
        """One failed attempt, or one that nobody waits for any more."""
        written, self.written = self.written, Written()
        self.cut_short = self.cut_short or attempt.cut_short
        model = next((each for each in self.job.models if each.id == attempt.model), None)
        if model is not None:
            guessed = attempt.failure in _READ and not written.counted
            unseen = self._unseen_usd(model, attempt.ms / 1000, written.so_far) if guessed else 0.0
            self.usd += max(unseen, written.bill(self.rest, model).usd if written.anything else 0.0)

    def _too_dear(self, model: ModelEntry) -> float | None:
        """The least that the model's answer may cost where the caller does not pay it any more."""
        if (most := self.rest.most_usd_wanted) is None:
            return None
        least = self.rest.usd_with(model, 1)
        return least if least is not None and told_usd(least) > told_usd(most) else None

    def _unseen_usd(self, model: ModelEntry, seconds: float, so_far: Usage | None = None) -> float:
        writes = self.rest.written_in(model, seconds)
        return cost_usd(model, counted(self.job, model, so_far, writes)) or 0.0
