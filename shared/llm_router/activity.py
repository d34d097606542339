"""What happened to one request, in the few facts that operators look at. Holds no prompt and no key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

SCHEDULE = "schedule"
"""The route of observations that are no requests but scheduled runs."""


@dataclass(slots=True)
class Observation:
    """One answered request. A door fills in what it knows; `ms` is from the event to the answer.

    `model` is the id of the model recommended or used, `cost_usd` what a generation cost, `estimated_usd` what
    a recommendation is expected to cost; `tokens_in` and `tokens_out` are what it is expected to read and write,
    without thinking. `prompt_hash` is keyed: it tells equal prompts, and nothing to whoever lacks the key.
    """

    function: str
    route: str
    request_id: str
    status: int = 0
    ms: float = 0.0
    error: str = ""
    category: str = ""
    difficulty: str = ""
    method: str = ""
    model: str = ""
    decision_id: str = ""
    cached: bool | None = None
    degraded: tuple[str, ...] = ()
    estimated_usd: float | None = None
    cost_usd: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    prompt_hash: str = ""
    cold_start: bool = False


class Observer(Protocol):
    """Takes every observation. Never raises and never blocks for long: telemetry must not cost a request."""

    def observe(self, observation: Observation) -> None: ...

    def failed(self, observation: Observation, failure: BaseException) -> None:
        """A defect: something raised that no error of ours describes."""
        ...
