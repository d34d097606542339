"""The composition root: everything a function needs, built once from the settings, heavy parts on first use."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from llm_router import health
from llm_router import settings as settings_module
from llm_router.adapters.lru import LruCache
from llm_router.adapters.telemetry import Telemetry
from llm_router.auth import Gatekeeper, key_hash
from llm_router.breaker import Breaker
from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.publishing import Publisher
from llm_router.catalogue.reader import CHECK_EVERY_S, CatalogueReader
from llm_router.classification import CachingClassifier
from llm_router.clock import SystemClock, iso_date
from llm_router.decisions import DecisionLog
from llm_router.figures import Figures, Ledger
from llm_router.health import Component, State
from llm_router.own_categories import CategoryBook, CategoryList, ClassifierInForce
from llm_router.ports import BlobStore, Cache, Clock
from llm_router.ranking.task import Surroundings
from llm_router.recommend import Recommender
from llm_router.settings import Settings, Store
from llm_router.stores import Lazy, Stores

if TYPE_CHECKING:
    from classifier import ClassifierInfo, HybridClassifier
    from llm_router.catalogue.entry import Catalogue
    from llm_router.catalogue.service import Refresher

CACHE_BYTES = 16 * 1024 * 1024
FLUSH_EVERY_S = {Store.AWS: 5.0, Store.SQLITE: 0.5, Store.MEMORY: 0.0}
"""Seconds between two writes of a process's figures; on AWS each write costs money and a few milliseconds."""


class Services:
    """Everything one process of one function uses; each attribute is called to get the thing."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        stores = Stores(settings, clock)
        self.catalogue_store, self.records, self.blobs = stores.catalogue, stores.records, stores.blobs
        self.observer = Lazy(self._make_observer)
        self.cache = Lazy(self._make_cache)
        self.reader = Lazy(self._make_reader)
        self.publisher = Lazy(lambda: Publisher(self.catalogue_store(), clock, bundled))
        self.refresher = Lazy(self._make_refresher)
        self.model = Lazy(self._make_model)
        self.categories = Lazy(lambda: CategoryBook(self.records()))
        self.classifiers = Lazy(self._make_classifiers)
        self.recommender = Lazy(self._make_recommender)
        self.decisions = Lazy(lambda: DecisionLog(self.records()))
        self.figures = Lazy(lambda: Figures(self.records(), clock))
        self.gatekeeper = Lazy(self._make_gatekeeper)
        self._admin_key_hash = Lazy(self._find_admin_key_hash)

    def close(self) -> None:
        """Write what is still to be written, for a process that ends."""
        self.observer().close()

    def restored(self) -> None:
        """Begin anew in a process woken from a snapshot: its connections are dead, and its catalogue may be old."""
        if self.settings.store is Store.AWS:
            from llm_router.adapters import aws

            aws.disconnect()
        self.reader().forget()

    @property
    def _check_every_s(self) -> float:
        """The embedded store is asked every time: it takes microseconds, and another worker may have published."""
        return CHECK_EVERY_S if self.settings.store is Store.AWS else 0.0

    def _make_observer(self) -> Telemetry:
        every_s = FLUSH_EVERY_S[self.settings.store]
        return Telemetry(Ledger(self.records(), self.clock, every_s), level=self.settings.log_level)

    def _make_cache(self) -> Cache:
        near = LruCache(self.clock, max_entries=self.settings.cache_entries, max_bytes=CACHE_BYTES)
        if not (address := self.settings.redis_address):
            here = Component("cache", State.UP, "in each process's own memory")
            health.report(self.records(), self.clock, here)
            return near
        from llm_router.adapters.redis_cache import RedisCache
        from llm_router.adapters.tiered import TieredCache

        def troubled(message: str) -> None:
            self.observer().warn(message)
            gone = Component("cache", State.DEGRADED, message, "Check Redis; answers are right but slower.")
            health.report(self.records(), self.clock, gone)

        health.report(self.records(), self.clock, Component("cache", State.UP, "Redis behind each process's memory"))
        return TieredCache(near, RedisCache(address, self.clock, troubled))

    def _make_reader(self) -> CatalogueReader:
        return CatalogueReader(self.catalogue_store(), self.clock, bundled, check_every_s=self._check_every_s)

    def _make_refresher(self) -> Refresher:
        from llm_router.adapters.https import HttpsTransport
        from llm_router.adapters.operator_models import reader
        from llm_router.adapters.sources.registry import all_sources
        from llm_router.catalogue.quality_map import quality_map
        from llm_router.catalogue.service import Refresher
        from llm_router.catalogue.tables import tables

        own = self.settings.models_json_path
        sources = all_sources(
            HttpsTransport(),
            self.clock,
            analytics_key=self.settings.analytics_api_key.get_secret_value(),
            operator=reader(own, self._read_object) if own else None,
        )
        return Refresher(
            sources,
            self.publisher(),
            self.records(),
            self.blobs(),
            self.clock,
            lambda: iso_date(self.clock),
            tables(),
            quality_map(),
            export=self._export if self.settings.output_path else None,
        )

    def _export(self, catalogue: Catalogue) -> None:
        from llm_router.adapters.export import write_whole
        from llm_router.schemas.catalogue import models_answer

        payload = models_answer(catalogue).model_dump_json(indent=1).encode()
        write_whole(self.settings.output_path, payload, self._write_object)

    def _read_object(self, bucket: str, key: str) -> bytes | None:
        return self._objects(bucket).read(key)

    def _write_object(self, bucket: str, key: str, payload: bytes) -> None:
        self._objects(bucket).write(key, payload)

    def _objects(self, bucket: str) -> BlobStore:
        from llm_router.adapters import aws
        from llm_router.adapters.s3 import S3BlobStore

        return S3BlobStore(aws.s3(self.settings.aws_endpoint_url), bucket, prefix="")

    def _make_model(self) -> HybridClassifier:
        import classifier

        folder = Path(self.settings.model_dir) if self.settings.model_dir else None
        model = classifier.load(folder, breaker=Breaker(self.clock))
        health.report(self.records(), self.clock, _model_health(model.info()))
        return model

    def classifier(self) -> CachingClassifier:
        """The classifier that knows the operator's categories of now."""
        return self.classifiers()()

    def _make_classifiers(self) -> ClassifierInForce:
        model, secret = self.model(), self._hash_secret().encode()

        def build(found: CategoryList) -> CachingClassifier:
            from classifier import Definition

            own = [Definition(each.name, each.description, each.examples) for each in found.categories]
            knowing = model.with_categories(own)
            version = knowing.info().version
            return CachingClassifier(knowing, self.cache(), self.clock, version, secret, self.settings.cache_ttl)

        return ClassifierInForce(self.categories(), self.clock, build, check_every_s=self._check_every_s)

    def _make_recommender(self) -> Recommender:
        return Recommender(self.classifier, self.reader(), self.clock, Surroundings)

    def _make_gatekeeper(self) -> Gatekeeper:
        return Gatekeeper(
            loopback=self.settings.loopback,
            admin_key_hash=self._admin_key_hash,
            client_key_id=lambda _digest: None,
            has_client_keys=lambda: False,
        )

    def _find_admin_key_hash(self) -> str:
        admin_key = self.settings.admin_key.get_secret_value()
        if not admin_key and self.settings.admin_key_secret:
            admin_key = self._aws_secret(self.settings.admin_key_secret)
        return key_hash(admin_key) if admin_key else ""

    def _hash_secret(self) -> str:
        """Without one configured, a secret of this process alone: its cache keys then mean nothing to others."""
        if found := self.settings.hash_secret.get_secret_value():
            return found
        if self.settings.hash_secret_id:
            return self._aws_secret(self.settings.hash_secret_id)
        return secrets.token_urlsafe(32)

    def _aws_secret(self, name: str) -> str:
        from llm_router.adapters import aws

        with aws.translated("The secret store"):
            return aws.secrets(self.settings.aws_endpoint_url).get_secret_value(SecretId=name)["SecretString"]


def _model_health(about: ClassifierInfo) -> Component:
    if about.available:
        return Component("ml_model", State.UP, f"{about.model}, artefact {about.version}")
    reason = about.reason or "not available"
    return Component("ml_model", State.DEGRADED, f"Rules answer alone: {reason}", "Build the model anew: make model.")


def services() -> Services:
    """The services of this process, from its environment. Raises `ConfigurationError` naming every bad setting."""
    return Services(settings_module.load(os.environ), SystemClock())
