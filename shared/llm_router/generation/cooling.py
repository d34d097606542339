"""Models and providers that are left alone for a while because they failed; shared by all processes where it can be."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from llm_router.breaker import Breaker, BreakerState
from llm_router.cache_keys import key
from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.ports import Cache, Clock

NAMESPACE, VERSION = "cooling", "1"
REFUSED_S = 60.0
"""For 401, 403 and 404: nobody mends a key or a name within seconds."""

RATE_LIMITED_S = 10.0
"""For a 429 that does not say how long."""

MOST_S = 300.0
"""However long a provider asks us to wait. It also bounds what a clock that jumps back can do."""

OPEN_S = 30.0
MODEL_FAILURES, PROVIDER_FAILURES = 3, 5
"""Failures in a row that open a breaker. A provider serves many models, so one bad model must not close it."""

LOOK_EVERY_S = 1.0
"""Between two looks at what other processes have found out."""

RESTING = "has failed of late and is left alone for a while"

EXCUSED = 2
"""How often in a row a model may run out of a time that was known to be short before that counts as failing."""

_BREAKING = {Failure.SERVER_ERROR, Failure.UNREACHABLE, Failure.TIMEOUT, Failure.GARBAGE}


class Cooling:
    """Who is not to be asked now, and until when.

    `shared` is the cache that all processes see; without one, or while it does not answer, each process finds out
    for itself. Two processes that write at once may lose one entry, which costs one more failed attempt. Only those
    with the same `secret` share what they know.
    """

    def __init__(self, clock: Clock, shared: Cache | None = None, secret: bytes = b"") -> None:
        self._clock = clock
        self._shared = shared
        self._name = key(secret, NAMESPACE, VERSION, "")
        self._until: dict[str, float] = {}
        self._looked_at = float("-inf")
        self._ran_out: Counter[str] = Counter()
        self._model_breakers: defaultdict[str, Breaker] = defaultdict(
            lambda: Breaker(clock, failures=MODEL_FAILURES, open_s=OPEN_S)
        )
        self._provider_breakers: defaultdict[str, Breaker] = defaultdict(
            lambda: Breaker(clock, failures=PROVIDER_FAILURES, open_s=OPEN_S)
        )

    def wait_s(self, model: ModelEntry) -> float:
        """Seconds until this model may be asked again; 0 when it may be asked now."""
        self._look()
        return max(self._left(_model(model.id)), self._left(_provider(model.provider)))

    def resting(self, models: Iterable[ModelEntry]) -> Mapping[str, str]:
        """Those of the models that may not be asked now, by id, with the reason in words."""
        self._look()
        if not any(self._left(name) for name in self._until):
            return {}
        return {model.id: RESTING for model in models if self.wait_s(model) > 0}

    def admits(self, model: ModelEntry) -> bool:
        """True if it may be asked now. After a breaker has been open, one caller alone hears True and finds out."""
        own = self._model_breakers[model.id]
        if self.wait_s(model) > 0 or not own.allows():
            return False
        if self._provider_breakers[model.provider].allows():
            return True
        own.not_made()
        return False

    def not_asked(self, model: ModelEntry) -> None:
        """It was admitted, and nothing was found out of it: it is not asked after all, or what came of it says nothing
        of whether it answers."""
        self._model_breakers[model.id].not_made()
        self._provider_breakers[model.provider].not_made()

    def succeeded(self, model: ModelEntry) -> None:
        """It answered: the counts start anew."""
        self._ran_out.pop(model.id, None)
        self._model_breakers[model.id].succeeded()
        self._provider_breakers[model.provider].succeeded()

    def failed(self, model: ModelEntry, failure: ProviderFailed) -> None:
        """It failed: note for how long it is to be left alone. A request that it does not take says nothing of it."""
        kind = failure.failure
        if kind is Failure.RATE_LIMITED:
            asked = RATE_LIMITED_S if failure.retry_after_s is None else failure.retry_after_s
            self._cool({_model(model.id): min(MOST_S, max(1.0, asked))})
        elif kind is Failure.REFUSED:
            # 401 says that the key is not valid, whatever the model; 402 and 403 may be about this model alone.
            name = _provider(model.provider) if failure.status == 401 else _model(model.id)
            self._cool({name: REFUSED_S})
        elif kind is Failure.UNKNOWN_MODEL:
            self._cool({_model(model.id): REFUSED_S})
        if kind in _BREAKING:
            self._count(model)
        else:
            self.not_asked(model)

    def ran_out(self, model: ModelEntry) -> None:
        """It did not answer, and was given less time than it is expected to take. Once or twice that says nothing of
        it; again and again, without an answer in between, it is what one that hangs looks like."""
        self._ran_out[model.id] += 1
        if self._ran_out[model.id] > EXCUSED:
            self._count(model)
        else:
            self.not_asked(model)

    def _count(self, model: ModelEntry) -> None:
        opened = {}
        for name, breaker in (
            (_model(model.id), self._model_breakers[model.id]),
            (_provider(model.provider), self._provider_breakers[model.provider]),
        ):
            breaker.failed()
            if breaker.state is not BreakerState.CLOSED:
                opened[name] = OPEN_S
        if opened:
            self._cool(opened)

    def _cool(self, seconds: Mapping[str, float]) -> None:
        now = self._clock.now()
        fresh = {name: now + each for name, each in seconds.items()}
        self._until = self._counting(self._until, self._seen(), fresh)
        if self._shared is not None:
            self._shared.set(self._name, json.dumps(self._until).encode(), MOST_S)

    def _left(self, name: str) -> float:
        left = self._until.get(name, 0.0) - self._clock.now()
        return left if 0 < left <= MOST_S else 0.0

    def _counting(self, *noted: Mapping[str, float]) -> dict[str, float]:
        """Those that still are to be left alone, without any whose time has passed or cannot be ours.

        Of several ends the latest holds: what was asked for is not taken back by a failure that asks for less.
        """
        now = self._clock.now()
        latest: dict[str, float] = {}
        for name, end in (each for until in noted for each in until.items()):
            if 0 < end - now <= MOST_S:
                latest[name] = max(end, latest.get(name, end))
        return latest

    def _look(self) -> None:
        """Take over what other processes have noted, at most once a second."""
        if self._shared is None or self._clock.monotonic() < self._looked_at + LOOK_EVERY_S:
            return
        self._looked_at = self._clock.monotonic()
        self._until = self._counting(self._until, self._seen())

    def _seen(self) -> dict[str, float]:
        """What stands in the shared cache, or nothing when it is not what we write."""
        held = self._shared.get(self._name) if self._shared is not None else None
        if held is None:
            return {}
        try:
            found = json.loads(held)
            return {str(name): float(until) for name, until in found.items()}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return {}


def _model(name: str) -> str:
    return f"model:{name}"


def _provider(name: str) -> str:
    return f"provider:{name}"
