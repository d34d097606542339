"""The part of the composition root that learns from what became of decisions: what is kept of them, how they were
judged, and what was observed of the models."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from llm_router.composition.stores import behind_a_network
from llm_router.lazy import Lazy
from llm_router.running import at_once, in_background

if TYPE_CHECKING:
    from llm_router.composition.services import Services
    from llm_router.decay import DecayedCounters
    from llm_router.decisions import DecisionLog
    from llm_router.feedback import FeedbackBook
    from llm_router.judging import Judge
    from llm_router.live import LiveFigures
    from llm_router.outcomes import AttemptBook

ATTEMPTS_HALF_LIFE_S = 3600.0
"""An outage an hour ago says half as much as one now."""

LIVE_EVERY_S = 10.0
"""How old the live figures that requests use may be."""


class Learning:
    """Each attribute is called to get the thing, made and imported on first use: half of the functions need none."""

    def __init__(self, services: Services) -> None:
        self._services = services
        half_life_s = services.settings.feedback_half_life
        self._judgements = Lazy(lambda: self._counters("judgements", half_life_s))
        self._attempts = Lazy(lambda: self._counters("attempts", ATTEMPTS_HALF_LIFE_S))
        self.decisions: Lazy[DecisionLog] = Lazy(self._make_decisions)
        self.feedback: Lazy[FeedbackBook] = Lazy(self._make_feedback)
        self.judge: Lazy[Judge] = Lazy(self._make_judge)
        self.attempt_book: Lazy[AttemptBook] = Lazy(self._make_attempt_book)
        self.live: Lazy[LiveFigures] = Lazy(self._make_live)

    def _counters(self, kind: str, half_life_s: float) -> DecayedCounters:
        from llm_router.decay import DecayedCounters

        return DecayedCounters(self._services.records(), self._services.clock, kind, half_life_s)

    def _make_decisions(self) -> DecisionLog:
        from llm_router.decisions import DecisionLog

        return DecisionLog(self._services.records())

    def _make_feedback(self) -> FeedbackBook:
        from llm_router.catalogue.hosts import known_as
        from llm_router.feedback import FeedbackBook

        services = self._services
        kept_s, known = services.settings.decision_ttl, partial(known_as, services.reader())
        return FeedbackBook(services.records(), services.clock, self._judgements(), kept_s, known)

    def _make_judge(self) -> Judge:
        from llm_router.judging import Judge

        return Judge(self.decisions(), self.feedback(), self._services.sessions)

    def _make_attempt_book(self) -> AttemptBook:
        from llm_router.outcomes import AttemptBook

        return AttemptBook(self._attempts(), self._services.warn)

    def _make_live(self) -> LiveFigures:
        from llm_router.live import LiveFigures

        services = self._services
        run = in_background if behind_a_network(services.settings) else at_once
        return LiveFigures(self._judgements(), self._attempts(), services.clock, LIVE_EVERY_S, run, services.warn)
