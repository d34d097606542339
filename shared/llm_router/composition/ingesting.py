"""The part of the composition root that keeps the catalogue: its sources, its versions, and where they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_router.lazy import Lazy
from llm_router.ports import BlobStore

if TYPE_CHECKING:
    from llm_router.catalogue.entry import Catalogue
    from llm_router.catalogue.publishing import Publisher
    from llm_router.catalogue.refresher import Refresher
    from llm_router.composition.services import Services


class Ingesting:
    """Each attribute is called to get the thing, made and imported on first use: most functions only read."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.publisher: Lazy[Publisher] = Lazy(self._make_publisher)
        self.refresher: Lazy[Refresher] = Lazy(self._make_refresher)

    def _make_publisher(self) -> Publisher:
        from llm_router.catalogue.bundled import bundled
        from llm_router.catalogue.publishing import Publisher

        return Publisher(self._services.catalogue_store(), self._services.clock, bundled)

    def _make_refresher(self) -> Refresher:
        from llm_router.adapters.https import HttpsTransport
        from llm_router.adapters.operator_models import reader
        from llm_router.adapters.sources.registry import all_sources
        from llm_router.catalogue.quality_map import quality_map
        from llm_router.catalogue.refresher import Refresher
        from llm_router.catalogue.tables import tables

        services, settings = self._services, self._services.settings
        own = settings.models_json_path
        sources = all_sources(
            HttpsTransport(),
            services.clock,
            analytics_key=settings.analytics_api_key.get_secret_value(),
            operator=reader(own, self._read_object) if own else None,
        )
        return Refresher(
            sources,
            self.publisher(),
            services.records(),
            services.blobs(),
            services.clock,
            tables(),
            quality_map(),
            export=self._export if settings.output_path else None,
        )

    def _export(self, catalogue: Catalogue) -> None:
        from llm_router.adapters.export import write_whole
        from llm_router.schemas.catalogue import models_answer

        payload = models_answer(catalogue).model_dump_json(indent=1).encode()
        write_whole(self._services.settings.output_path, payload, self._write_object)

    def _read_object(self, bucket: str, key: str) -> bytes | None:
        return self._objects(bucket).read(key)

    def _write_object(self, bucket: str, key: str, payload: bytes) -> None:
        self._objects(bucket).write(key, payload)

    def _objects(self, bucket: str) -> BlobStore:
        from llm_router.adapters.s3 import S3BlobStore

        return S3BlobStore(self._services.aws().s3(), bucket, prefix="")
