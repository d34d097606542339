"""The classifier's model: what is read of its files, which functions in one process share, and each function's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from llm_router import health
from llm_router.breaker import Breaker
from llm_router.composition import watching
from llm_router.ports import Clock, RecordStore
from llm_router.settings import Settings

if TYPE_CHECKING:
    from classifier import HybridClassifier
    from classifier.loading import Opened


def open_model(settings: Settings) -> Opened:
    """What the files hold. Nothing is asked but the files, and nothing runs afterwards."""
    from classifier.loading import open_files

    return open_files(Path(settings.model_dir) if settings.model_dir else None)


def start_model(opened: Opened) -> HybridClassifier:
    """The model in this process, without a breaker."""
    from classifier.loading import started

    return started(opened)


def watched(started: HybridClassifier, records: RecordStore, clock: Clock) -> HybridClassifier:
    """`started` with a breaker and examples of its own; `records` hears how it is, now and whenever that changes."""
    from classifier.examples import ReadExamples

    def opened() -> None:
        health.report(records, clock, watching.MODEL_LEFT_ALONE)

    def closed() -> None:
        health.report(records, clock, watching.model_health(started.about))

    closed()
    return replace(started, breaker=Breaker(clock, opened=opened, closed=closed), examples=ReadExamples())
