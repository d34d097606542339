"""What was seen of models here, held in the process: reading it costs a request nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from llm_router.decay import DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.feedback import tallies
from llm_router.outcomes import LiveLatency, Observed, speed, tried
from llm_router.ports import Clock
from llm_router.ranking.task import Surroundings
from llm_router.renewal import Renewal
from llm_router.running import Run


@dataclass
class LiveFigures:
    """The judgements and attempts of late, as the ranking takes them.

    A request takes what is held; once that is older than `every_s`, the first one to see it has it read anew by
    `run`, which may do so in the background. While the store does not answer, what is held stays.
    """

    judgements: DecayedCounters
    attempts: DecayedCounters
    clock: Clock
    every_s: float
    run: Run
    warn: Callable[[str], None]
    _held: Surroundings = field(default_factory=Surroundings)
    _renewal: Renewal = field(init=False)

    def __post_init__(self) -> None:
        self._renewal = Renewal(self._begin, self.clock)

    def current(self) -> Surroundings:
        """What is held; never waits for a store but where `run` does."""
        self._renewal.if_due()
        return self._held

    def fresh(self) -> Surroundings:
        """What the store holds now, or what is held while it does not answer."""
        self.renew()
        return self._held

    def renew(self) -> None:
        """Read it anew. Never raises."""
        try:
            judged, attempts = self.judgements.read(), self.attempts.read()
        except StoreUnavailable as failure:
            self.warn(f"Live figures are as they were: {failure.message}")
            return
        self._held = Surroundings(live=_speeds(attempts), observed=_observed(judged, attempts))

    def _begin(self) -> float:
        self.run(self.renew)
        return self.every_s


def _speeds(attempts: Mapping[str, Mapping[str, float]]) -> dict[str, LiveLatency]:
    found = ((model_id, speed(sums)) for model_id, sums in attempts.items())
    return {model_id: measured for model_id, measured in found if measured is not None}


def _observed(
    judged: Mapping[str, Mapping[str, float]], attempts: Mapping[str, Mapping[str, float]]
) -> dict[str, Observed]:
    found = {}
    for model_id in sorted({*judged, *attempts}):
        tries, answered = tried(attempts.get(model_id, {}))
        found[model_id] = Observed(tallies(judged.get(model_id, {})), tries, answered)
    return found
