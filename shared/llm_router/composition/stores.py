"""Which stores the settings choose. Each SDK is imported only when its store is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_router.lazy import Lazy
from llm_router.ports import BlobStore, CatalogueStore, Clock, RecordStore
from llm_router.settings import Settings, Store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from llm_router.adapters.sqlite import Database


class Stores:
    """The three stores of one process."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._database = Lazy(self._make_database)
        self._table_client = Lazy(self._make_table_client)
        self._once_client = Lazy(self._make_once_client)
        self.catalogue = Lazy(self._make_catalogue_store)
        self.records = Lazy(self._make_records)
        self.blobs = Lazy(self._make_blobs)

    def _make_database(self) -> Database:
        from llm_router.adapters.sqlite import database_at

        return database_at(self.settings.state_dir / "router.sqlite")

    def _make_table_client(self) -> DynamoDBClient:
        """One for all, so that what one store finds out of an outage the other knows."""
        from llm_router.adapters import aws

        return aws.dynamodb(self.settings.aws_endpoint_url, self.clock)

    def _make_once_client(self) -> DynamoDBClient:
        from llm_router.adapters import aws

        return aws.dynamodb(self.settings.aws_endpoint_url, self.clock, again=False)

    def _make_catalogue_store(self) -> CatalogueStore:
        if self.settings.store is Store.SQLITE:
            from llm_router.adapters.sqlite_catalogue import SqliteCatalogueStore

            return SqliteCatalogueStore(self._database())
        if self.settings.store is Store.AWS:
            from llm_router.adapters.dynamodb_catalogue import DynamoCatalogueStore

            return DynamoCatalogueStore(self._table_client(), self.settings.table_name, self.blobs())
        from llm_router.adapters.memory import MemoryCatalogueStore

        return MemoryCatalogueStore()

    def _make_records(self) -> RecordStore:
        if self.settings.store is Store.SQLITE:
            from llm_router.adapters.sqlite_records import SqliteRecordStore

            return SqliteRecordStore(self._database(), self.clock)
        if self.settings.store is Store.AWS:
            from llm_router.adapters.dynamodb_records import DynamoRecordStore

            return DynamoRecordStore(self._table_client(), self._once_client, self.settings.table_name, self.clock)
        from llm_router.adapters.memory import MemoryRecordStore

        return MemoryRecordStore(self.clock)

    def _make_blobs(self) -> BlobStore:
        if self.settings.store is Store.SQLITE:
            from llm_router.adapters.sqlite_catalogue import SqliteBlobStore

            return SqliteBlobStore(self._database())
        if self.settings.store is Store.AWS:
            from llm_router.adapters import aws
            from llm_router.adapters.s3 import S3BlobStore

            client = aws.s3(self.settings.aws_endpoint_url, self.clock)
            return S3BlobStore(client, self.settings.bucket_name, prefix="catalogue/")
        from llm_router.adapters.memory import MemoryBlobStore

        return MemoryBlobStore()
