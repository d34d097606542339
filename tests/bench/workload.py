"""What one route asks of AWS: measured where it can be measured here, and said to be assumed where it cannot."""

from __future__ import annotations

import math
from dataclasses import dataclass

from llm_router.composition.watching import FLUSH_EVERY_S, TOTAL_EVERY_S
from llm_router.settings import Store

MEMORY_GB = 1769 / 1024
"""Of route and classify in the template: the size at which Lambda gives one whole processor."""
LAYERS_GB = 0.15


@dataclass(frozen=True)
class Workload:
    """Averages of one request. Times are milliseconds, sizes kilobytes.

    Measured: `new_ms` and `cached_ms` are processor time of the real handler in one process for a new and for a
    repeated prompt; `decision_kb` is what the store keeps of one decision; `bucket_kb` the size of one minute's
    counters; `total_kb` that of the document of everything ever counted, with thirty models in it. Assumed: `table_ms`,
    one write to DynamoDB in the same region; `hit_rate`, how many prompts repeat; `cold_ms`, a start without a
    snapshot.
    """

    new_ms: float = 4.8
    cached_ms: float = 1.9
    decision_kb: float = 2.2
    bucket_kb: float = 2.0
    total_kb: float = 8.1
    logged_kb: float = 0.5
    table_ms: float = 5.0
    hit_rate: float = 0.2
    cold_ms: float = 1500.0
    flush_every_s: float = FLUSH_EVERY_S[Store.AWS]
    total_every_s: float = TOTAL_EVERY_S[Store.AWS]
    idle_s: float = 360.0

    @property
    def service_ms(self) -> float:
        """How long one instance is busy with a request."""
        return (1 - self.hit_rate) * self.new_ms + self.hit_rate * self.cached_ms + self.table_ms

    @property
    def decision_units(self) -> int:
        """Write units of keeping one decision."""
        return math.ceil(self.decision_kb)

    @property
    def flush_units(self) -> int:
        """Write units of one instance's counters, to the minute's and to the hour's document."""
        return 2 * math.ceil(self.bucket_kb)

    @property
    def total_units(self) -> int:
        """Write units of one instance's counters, to the document of everything ever counted."""
        return math.ceil(self.total_kb)
