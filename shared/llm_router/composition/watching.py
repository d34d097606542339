"""How a process is watched: the observer of its requests, its pulse, and what it reports of the model and the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_router.adapters import process
from llm_router.adapters.telemetry import Telemetry
from llm_router.composition.stores import keeps_many_waiting
from llm_router.health import Component, State
from llm_router.ledger import Ledger
from llm_router.ports import Clock, RecordStore
from llm_router.processes import Pulse
from llm_router.running import at_once, in_background
from llm_router.settings import Settings, Store

if TYPE_CHECKING:
    from classifier import ClassifierInfo
    from llm_router.adapters.emf import EmfMetrics

FLUSH_EVERY_S = {Store.AWS: 5.0, Store.SQLITE: 0.5, Store.MEMORY: 0.0}
"""Seconds between two writes of a process's figures; on AWS each write costs money and a few milliseconds."""
TOTAL_EVERY_S = {Store.AWS: 30.0, Store.SQLITE: 0.0, Store.MEMORY: 0.0}
"""The same for the document of everything ever counted, which is the largest and written by all processes. So much of
its counts is lost with an instance that Lambda ends while it is frozen."""

CACHE_ALONE = Component("cache", State.UP, "in each process's own memory")
CACHE_WITH_WORKERS = Component("cache", State.UP, "in each process's own memory, classifications among all workers")
CACHE_SHARED = Component("cache", State.UP, "Redis behind each process's memory")
MODEL_LEFT_ALONE = Component(
    "ml_model",
    State.DEGRADED,
    "Its breaker is open: it failed or was too slow, and rules and words answer for a while",
    "If it stays so, give the function more memory or processor.",
)


def telemetry(settings: Settings, records: RecordStore, clock: Clock, pulse: Pulse) -> Telemetry:
    """The observer of this process's requests."""
    ledger = Ledger(records, clock, FLUSH_EVERY_S[settings.store], TOTAL_EVERY_S[settings.store])
    return Telemetry(ledger, level=settings.log_level, pulse=pulse, metrics=_metrics(settings))


def _metrics(settings: Settings) -> EmfMetrics | None:
    """Metrics are lines in a log that CloudWatch reads; elsewhere `GET /metrics` tells the same."""
    if not settings.aws_lambda_function_name:
        return None
    from llm_router.adapters.emf import EmfMetrics

    return EmfMetrics(settings.metrics_namespace)


def pulse(settings: Settings, records: RecordStore, clock: Clock) -> Pulse:
    """What tells of this process."""
    limit = settings.aws_lambda_function_memory_size * 1024 * 1024 or None
    name = process.name(settings.aws_lambda_function_name)
    run = in_background if keeps_many_waiting(settings) else at_once
    return Pulse(records, clock, name, lambda: process.usage(limit), run)


def cache_away(message: str) -> Component:
    """The cache while Redis does not answer; `message` says how."""
    return Component("cache", State.DEGRADED, message, "Check Redis; answers are right but slower.")


def model_health(about: ClassifierInfo) -> Component:
    """The model as it was loaded."""
    if about.available:
        return Component("ml_model", State.UP, f"{about.model}, artefact {about.version}")
    reason = about.reason or "not available"
    return Component(
        "ml_model", State.DEGRADED, f"Rules and words answer alone: {reason}", "Build the model anew: make model."
    )
