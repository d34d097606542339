"""A record store whose answers stay out as a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.errors import StoreUnavailable


@dataclass
class Faltering:
    """Before `records`: `silent` names the operations that are not done, `lost` those that are done the next time
    without an answer."""

    records: MemoryRecordStore
    silent: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def __getattr__(self, operation: str) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            if operation in self.silent:
                raise StoreUnavailable("silent", retry_after_s=5)
            answer = getattr(self.records, operation)(*given, **named)
            if operation in self.lost:
                self.lost.remove(operation)
                raise StoreUnavailable("lost", retry_after_s=5)
            return answer

        return call
