"""Marks in the record store: of all who would do something, the one who sets the mark does it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock, Record, RecordStore

LONG_AGO_S = 86_400.0
"""Since what is lifted has expired: however far a clock jumps back, it does not come to life again."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Sets and lifts marks. The body of each has to be like no other's: it tells whose the mark is."""

    records: RecordStore
    clock: Clock

    def set(self, mark: Record) -> bool:
        """Whether it is set; False where another's is.

        Raises `StoreUnavailable`; what may have been written all the same is then lifted, where the store lets it be.
        """
        try:
            return self.records.put(mark, only_if_absent=True)
        except StoreUnavailable as failure:
            if not failure.nothing_done:
                self.lift(mark)
            raise

    def lift(self, mark: Record) -> None:
        """Let others set it, unless it has become another's. Left to expire where the store does not answer.

        Replaced by what has expired: unlike a deletion, that can depend on whose it is by now.
        """
        gone = replace(mark, expires_at=self.clock.now() - LONG_AGO_S)
        try:
            self.records.replace(gone, expected_body=mark.body)
        except StoreUnavailable:
            self._delete(mark)

    def _delete(self, mark: Record) -> None:
        """A store that could not tell whether it has replaced something may still answer this."""
        with contextlib.suppress(StoreUnavailable):
            held = self.records.get(mark.kind, mark.key)
            if held is not None and held.body == mark.body:
                self.records.delete(mark.kind, mark.key)
