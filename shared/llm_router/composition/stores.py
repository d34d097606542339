"""Which stores the settings choose. Each SDK is imported only when its store is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_router.lazy import Lazy
from llm_router.ports import BlobStore, CatalogueStore, Clock, RecordStore
from llm_router.settings import Settings, Store

if TYPE_CHECKING:
    from llm_router.adapters.aws import AwsClients
    from llm_router.adapters.sqlite import Database


def aws_clients(settings: Settings, clock: Clock) -> Lazy[AwsClients]:
    """The AWS clients of one process."""

    def make() -> AwsClients:
        from llm_router.adapters.aws import AwsClients

        return AwsClients(settings.aws_endpoint_url, clock)

    return Lazy(make)


class Stores:
    """The three stores of one process."""

    def __init__(self, settings: Settings, clock: Clock, aws: Lazy[AwsClients]) -> None:
        self.settings = settings
        self.clock = clock
        self._aws = aws
        self._database = Lazy(self._make_database)
        self.catalogue = Lazy(self._make_catalogue_store)
        self.records = Lazy(self._make_records)
        self.blobs = Lazy(self._make_blobs)

    def _make_database(self) -> Database:
        from llm_router.adapters.sqlite import database_at

        return database_at(self.settings.state_dir / "router.sqlite")

    def _make_catalogue_store(self) -> CatalogueStore:
        if self.settings.store is Store.SQLITE:
            from llm_router.adapters.sqlite_catalogue import SqliteCatalogueStore

            return SqliteCatalogueStore(self._database())
        if self.settings.store is Store.AWS:
            from llm_router.adapters.dynamodb_catalogue import DynamoCatalogueStore

            return DynamoCatalogueStore(self._aws().dynamodb(), self.settings.table_name, self.blobs())
        from llm_router.adapters.memory import MemoryCatalogueStore

        return MemoryCatalogueStore()

    def _make_records(self) -> RecordStore:
        if self.settings.store is Store.SQLITE:
            from llm_router.adapters.sqlite_records import SqliteRecordStore

            return SqliteRecordStore(self._database(), self.clock)
        if self.settings.store is Store.AWS:
            from llm_router.adapters.dynamodb_records import DynamoRecordStore

            clients = self._aws()
            return DynamoRecordStore(clients.dynamodb(), clients.dynamodb_once, self.settings.table_name, self.clock)
        from llm_router.adapters.memory import MemoryRecordStore

        return MemoryRecordStore(self.clock)

    def _make_blobs(self) -> BlobStore:
        if self.settings.store is Store.SQLITE:
            from llm_router.adapters.sqlite_catalogue import SqliteBlobStore

            return SqliteBlobStore(self._database())
        if self.settings.store is Store.AWS:
            from llm_router.adapters.s3 import S3BlobStore

            return S3BlobStore(self._aws().s3(), self.settings.bucket_name, prefix="catalogue/")
        from llm_router.adapters.memory import MemoryBlobStore

        return MemoryBlobStore()


def keeps_many_waiting(settings: Settings) -> bool:
    """Whether many wait while one asks the store: it is behind a network, and this is no instance of Lambda's, which is
    given one request at a time."""
    return settings.store is Store.AWS and not settings.aws_lambda_function_name
