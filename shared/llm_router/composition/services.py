"""The composition root: everything a function needs, built once from the settings, heavy parts on first use."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from llm_router import health
from llm_router import settings as settings_module
from llm_router.aside import beside_the_loop, here
from llm_router.auth import Gatekeeper
from llm_router.cache_keys import key as cache_key
from llm_router.classification import CachingClassifier
from llm_router.clock import SystemClock
from llm_router.composition import watching
from llm_router.composition.caches import for_classifications, make_cache
from llm_router.composition.configured_secrets import ConfiguredSecrets
from llm_router.composition.generating import Generating
from llm_router.composition.ingesting import Ingesting
from llm_router.composition.learning import Learning
from llm_router.composition.stores import aws_clients, behind_a_network, keeps_many_waiting, stores
from llm_router.errors import StoreUnavailable, Unavailable
from llm_router.figures import Figures
from llm_router.lazy import Lazy
from llm_router.own_categories import CategoryBook, CategoryList, ClassifierInForce
from llm_router.ports import Cache, Clock
from llm_router.renewal import CHECK_EVERY_S
from llm_router.running import at_once, beside_requests
from llm_router.settings import Settings, Store

if TYPE_CHECKING:
    from classifier import HybridClassifier
    from classifier.loading import Opened
    from llm_router.catalogue.reader import CatalogueReader
    from llm_router.dashboard import Dashboard
    from llm_router.overview import Overview
    from llm_router.recommend import Recommender
    from llm_router.sessions.continuing import Sessions


class Services:
    """Everything one process of one function uses; an attribute that is `Lazy` is called to get the thing."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.aside = beside_the_loop if keeps_many_waiting(settings) else here
        self.aws = aws_clients(settings, clock)
        self.secrets = ConfiguredSecrets(settings, self.clock, self.aws)
        kept = stores(settings, clock, self.aws)
        self.catalogue_store, self.records, self.blobs = kept.catalogue, kept.records, kept.blobs
        self.observer = Lazy(lambda: watching.telemetry(settings, self.records(), clock, self.pulse()))
        self.cache = Lazy(self._make_cache)
        self.known = Lazy(lambda: for_classifications(self.cache(), settings, clock))
        self.reader: Lazy[CatalogueReader] = Lazy(self._make_reader)
        self.opened_model = Lazy(self._open_model)
        self.started_model = Lazy(self._start_model)
        self.model = Lazy(self._make_model)
        self.categories = Lazy(lambda: CategoryBook(self.records()))
        self.classifiers = Lazy(self._make_classifiers)
        self.recommender = Lazy(self._make_recommender)
        self.sessions = Lazy(self._make_sessions)
        self.figures = Lazy(lambda: Figures(self.records(), clock))
        self.overview = Lazy(self._make_overview)
        self.dashboard = Lazy(self._make_dashboard)
        self.pulse = Lazy(lambda: watching.pulse(settings, self.records(), clock))
        self.hash_secret = Lazy(self._make_hash_secret)
        self.hashes_alone = False
        self.ingesting = Ingesting(self)
        self.learning = Learning(self)
        self.generating = Generating(self)
        self.gatekeeper = Lazy(self._make_gatekeeper)

    def close(self) -> None:
        """Write what is still to be written, for a process that ends."""
        self.observer().close()
        self.generating.close()

    def restored(self) -> None:
        """Begin anew in a process woken from a snapshot: its connections are dead, and what it has read may be old."""
        if self.aws.made:
            self.aws().disconnect()
        self.secrets.restored()
        if self.reader.made:
            self.reader().forget()
        if self.hashes_alone:
            self.hashes_alone = False
            self.hash_secret, self.classifiers = Lazy(self._make_hash_secret), Lazy(self._make_classifiers)
        if self.classifiers.made:
            self.classifiers().forget()

    @property
    def _check_every_s(self) -> float:
        """The embedded store is asked every time: it takes microseconds, and another worker may have published."""
        return CHECK_EVERY_S if behind_a_network(self.settings) else 0.0

    def _make_hash_secret(self) -> bytes:
        """While the secret cannot be read, one of this process alone: it then shares no cache, and answers go on.

        Whoever wakes from a snapshot that was saved with such a one makes it anew.
        """
        try:
            return self.secrets.hash_secret().encode()
        except StoreUnavailable as failure:
            self.hashes_alone = True
            self.warn(f"This process hashes with a secret of its own: {failure.message}")
            return secrets.token_bytes(32)

    def prompt_hash(self, prompt: str) -> str:
        """A keyed hash by which a log tells equal prompts, and nothing else."""
        return cache_key(self.hash_secret(), "prompt", "", prompt)

    def _make_cache(self) -> Cache:
        def tell(state: health.Component) -> None:
            health.report(self.records(), self.clock, state)

        return make_cache(self.settings, self.clock, self.warn, tell, lambda: self.hash_secret())

    def _make_reader(self) -> CatalogueReader:
        from llm_router.catalogue.bundled import bundled
        from llm_router.catalogue.reader import CatalogueReader

        return CatalogueReader(self.catalogue_store(), self.clock, bundled, check_every_s=self._check_every_s)

    def _make_overview(self) -> Overview:
        from llm_router.overview import Overview

        return Overview(self.catalogue_store(), self.records(), self.reader(), self.clock)

    def _make_dashboard(self) -> Dashboard:
        from llm_router.dashboard import Dashboard

        return Dashboard(
            self.figures(),
            self.overview(),
            self.reader(),
            self.ingesting.refresher,
            self.records(),
            self.learning.decisions(),
            self.clock,
        )

    def _make_sessions(self) -> Sessions:
        from llm_router.sessions.book import SessionBook
        from llm_router.sessions.continuing import Sessions

        return Sessions(SessionBook(self.records(), self.clock, self.settings.session_ttl), self.clock, self.warn)

    def _make_model(self) -> HybridClassifier:
        from llm_router.composition.model import watched

        return watched(self.started_model(), self.records(), self.clock)

    def _open_model(self) -> Opened:
        from llm_router.composition.model import open_model

        return open_model(self.settings)

    def _start_model(self) -> HybridClassifier:
        from llm_router.composition.model import start_model

        return start_model(self.opened_model())

    def classifier(self) -> CachingClassifier:
        """The classifier that knows the operator's categories of now."""
        return self.classifiers()()

    def _make_classifiers(self) -> ClassifierInForce:
        model, secret = self.model(), self.hash_secret()

        def build(found: CategoryList) -> CachingClassifier:
            from classifier import Definition
            from classifier.encoder import EncoderError

            own = [Definition(each.name, each.description, each.examples) for each in found.categories]
            try:
                knowing = model.with_categories(own)
            except EncoderError as failure:
                raise Unavailable("The model cannot read the own categories' examples.") from failure
            return behind_the_cache(knowing)

        def unknowing() -> CachingClassifier:
            # Rules and words know no own category: however sure, they would hide that the model was missed.
            about = replace(model.about, version=f"{model.about.version}+unknown")
            return behind_the_cache(replace(model, fusion=model.fusion.sparing_above(1.0), about=about))

        def behind_the_cache(chosen: HybridClassifier) -> CachingClassifier:
            version = chosen.about.version
            return CachingClassifier(chosen, self.known(), self.clock, version, secret, self.settings.cache_ttl)

        run = at_once if self.settings.store is Store.AWS else beside_requests
        every_s = self._check_every_s
        return ClassifierInForce(self.categories(), self.clock, build, unknowing, check_every_s=every_s, run=run)

    def _make_recommender(self) -> Recommender:
        from llm_router.recommend import Recommender

        return Recommender(self.classifier, self.reader(), self.clock, self.learning.live().current, self.sessions())

    def warn(self, message: str) -> None:
        """Log one warning; the message must hold nothing that came from outside."""
        self.observer().warn(message)

    def _make_gatekeeper(self) -> Gatekeeper:
        return Gatekeeper(
            loopback=self.settings.loopback,
            admin_key_hash=self.secrets.admin_key_hash,
            client_key_id=lambda digest: self.generating.key_gate().id_of(digest),
            has_client_keys=lambda: self.generating.key_ring().any(),
        )


def services() -> Services:
    """The services of this process, from its environment. Raises `ConfigurationError` naming every bad setting."""
    return Services(settings_module.load(os.environ), SystemClock())
