"""The part of the composition root that generation needs: keys, budgets, providers, who asks them, and who keeps what
was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llm_router.client_keys import KeyBook, KeyRing
from llm_router.key_gate import KeyGate
from llm_router.lazy import Lazy
from llm_router.settings import Store

if TYPE_CHECKING:
    from llm_router.budgets import Budgets
    from llm_router.composition.services import Services
    from llm_router.decisions import DecisionKeeper
    from llm_router.generation.completion import Completer
    from llm_router.generation.cooling import Cooling
    from llm_router.generation.dispatch import Dispatcher
    from llm_router.generation.idempotency import Once
    from llm_router.generation.provider import Providers

KEYS_EVERY_S = {Store.AWS: 10.0, Store.SQLITE: 0.0, Store.MEMORY: 0.0}
"""How old a client key that was read may be: so long a key that was taken back still opens other processes."""


class Generating:
    """Each attribute is called to get the thing, made and imported on first use: most functions only ask for keys.

    Nothing connects before it is asked to.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        records, clock = services.records, services.clock
        every_s = KEYS_EVERY_S[services.settings.store]
        self.key_book = Lazy(lambda: KeyBook(records(), services.warn))
        self.key_ring = Lazy(lambda: KeyRing(self.key_book(), clock, check_every_s=every_s))
        self.key_gate = Lazy(lambda: KeyGate(self.key_ring(), self.budgets, services.warn))
        self.budgets = Lazy(self._make_budgets)
        self.once = Lazy(self._make_once)
        self.providers: Lazy[Providers] = Lazy(self._make_providers)
        self.cooling = Lazy(self._make_cooling)
        self.dispatcher = Lazy(self._make_dispatcher)
        self.completer = Lazy(self._make_completer)
        self.keeper: Lazy[DecisionKeeper] = Lazy(self._make_keeper)

    def close(self) -> None:
        """Close what is connected, for a process that ends."""
        if self.providers.made:
            self.providers().close()

    def _make_budgets(self) -> Budgets:
        from llm_router.budgets import Budgets

        return Budgets(self._services.records(), self._services.clock)

    def _make_once(self) -> Once:
        """Raises `StoreUnavailable` while the hash secret cannot be read: what one process alone finds again would be
        done twice."""
        from llm_router.generation.idempotency import Once

        services = self._services
        secret = services.hash_secret()
        if services.hashes_alone:
            secret = services.secrets.hash_secret().encode()
        return Once(services.records(), services.clock, secret, aside=services.aside)

    def _make_cooling(self) -> Cooling:
        from llm_router.composition.caches import beyond_process
        from llm_router.generation.cooling import Cooling

        services = self._services
        return Cooling(services.clock, beyond_process(services.cache()), services.hash_secret())

    def _make_providers(self) -> Providers:
        """Raises `StoreUnavailable` or `ConfigurationError` for a secret that cannot be had, each time anew."""
        from llm_router.adapters.providers.configured import ConfiguredProviders

        settings = self._services.settings
        return ConfiguredProviders(
            self._services.secrets.provider_settings(),
            private_http=settings.private_http_providers,
            demo=settings.demo_provider,
            bedrock_models=settings.bedrock_models,
        )

    def _make_dispatcher(self) -> Dispatcher:
        from llm_router.adapters.providers.forcing import can_force
        from llm_router.adapters.providers.taking import why_not
        from llm_router.adapters.providers.thinking import thinks
        from llm_router.generation.dispatch import Dispatcher

        services = self._services
        return Dispatcher(
            services.recommender(),
            services.reader(),
            self.providers(),
            self.cooling(),
            services.clock,
            services.settings.longest_answer,
            thinks,
            can_force,
            why_not,
        )

    def _make_completer(self) -> Completer:
        from llm_router.composition.caches import beyond_process
        from llm_router.generation.completion import Completer
        from llm_router.generation.generator import Generator
        from llm_router.generation.kept_answers import KeptAnswers
        from llm_router.generation.observer import AttemptObserver
        from llm_router.generation.similar_answers import SimilarAnswers
        from llm_router.generation.walk import Walk

        services = self._services
        walk = Walk(self.providers(), self.cooling(), services.clock, services.warn)
        observer = AttemptObserver(services.observer(), services.learning.attempt_book(), self.providers().is_demo)
        generator = Generator(walk, self.budgets(), observer.observe, services.clock, services.warn, services.aside)
        kept = KeptAnswers(beyond_process(services.cache()), services.hash_secret())
        model = services.model().about.version
        questions = beyond_process(services.cache())
        similar = SimilarAnswers(questions, services.hash_secret(), model, self._embed, services.clock)
        return Completer(generator, kept, similar, services.reader(), services.aside)

    def _make_keeper(self) -> DecisionKeeper:
        from llm_router.decisions import DecisionKeeper

        services = self._services
        log, kept_s = services.learning.decisions(), services.settings.decision_ttl
        return DecisionKeeper(log, kept_s, lambda name: self.providers().is_demo(name), services.warn)

    def _embed(self, text: str) -> Sequence[float] | None:
        """The embedding of a text, of length one; None where there is no model or it fails."""
        from classifier.encoder import EncoderError

        try:
            return [float(value) for value in self._services.model().embed(text)]
        except EncoderError:
            return None
