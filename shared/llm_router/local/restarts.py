"""How often workers may be started anew before the service gives up."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.ports import Clock

MAX_RESTARTS = 5
QUIET_S = 60.0
"""A start that fails does so within seconds: whoever has lived this long beside workers that all answer is well."""


@dataclass
class Restarts:
    """The workers that ended close together: more than `MAX_RESTARTS` of them are a start that fails in a loop.

    They are forgotten once every worker answers and none has ended for `QUIET_S`, so that a long life ends no service.
    """

    clock: Clock
    ended: int = 0
    last: float = 0.0

    @property
    def too_many(self) -> bool:
        return self.ended > MAX_RESTARTS

    def one_ended(self) -> None:
        self.ended += 1
        self.last = self.clock.monotonic()

    def all_answer(self) -> None:
        if self.clock.monotonic() - self.last >= QUIET_S:
            self.ended = 0
