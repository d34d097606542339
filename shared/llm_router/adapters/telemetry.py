"""Observations to structured log lines, to the ledger and, on AWS, to metrics. Nothing here may cost a request."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from llm_router.activity import Observation
from llm_router.defects import where
from llm_router.figures import attempt_counts, counts
from llm_router.ledger import Ledger
from llm_router.processes import Pulse

if TYPE_CHECKING:
    from llm_router.adapters.emf import EmfMetrics


class Telemetry:
    """An `Observer`. Log lines hold ids, names and milliseconds; never a prompt, a key or an error's own words."""

    def __init__(self, ledger: Ledger, *, level: str, pulse: Pulse, metrics: EmfMetrics | None = None) -> None:
        self._ledger = ledger
        self._pulse = pulse
        self._metrics = metrics
        self._logger = Logger(service="llm-router", level=level, use_rfc3339=True)

    def observe(self, observation: Observation) -> None:
        # Telemetry must not cost a request, and when it fails there is nowhere left to tell.
        with contextlib.suppress(Exception):
            self._ledger.add(counts(observation))
            if self._metrics is not None:
                self._metrics.request(observation)
            if self._logger.log_level <= logging.INFO:
                self._logger.info("request", extra={"request": _facts(observation)})
            self._pulse.beat()

    def attempted(self, model: str, provider: str, ms: float, *, failed: bool) -> None:
        """Count one attempt to have a model write: its live latency and error rate rest on these."""
        with contextlib.suppress(Exception):
            self._ledger.add(attempt_counts(model, provider, ms, failed=failed))
            if self._metrics is not None:
                self._metrics.attempt(failed=failed)

    def failed(self, observation: Observation, failure: BaseException) -> None:
        with contextlib.suppress(Exception):
            self._logger.error("defect", extra={"request": _facts(observation), "where": where(failure)})

    def close(self) -> None:
        """Write what is still to be written, for a process that ends."""
        self._ledger.close()

    def warn(self, message: str) -> None:
        """Log one warning; the message must hold nothing that came from outside."""
        with contextlib.suppress(Exception):
            self._logger.warning(message)


def _facts(observation: Observation) -> dict[str, object]:
    """All that is known but what the same counts at other models: sums over many requests are told of that alone. The
    route tells of what kind a request is."""
    told = asdict(replace(observation, elsewhere=None))
    return {name: value for name, value in told.items() if name != "kind" and value not in ("", None, ())}
