"""Which stores the settings choose. Each SDK is imported only when its store is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
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


@dataclass(frozen=True, slots=True)
class Stores:
    """The three stores of one process."""

    catalogue: Lazy[CatalogueStore]
    records: Lazy[RecordStore]
    blobs: Lazy[BlobStore]


def stores(settings: Settings, clock: Clock, aws: Lazy[AwsClients]) -> Stores:
    """Those that the settings choose."""
    match settings.store:
        case Store.SQLITE:
            return _embedded(settings.state_dir / "router.sqlite", clock)
        case Store.AWS:
            return _on_aws(settings, clock, aws)
        case Store.MEMORY:
            return _in_memory(clock)


def _embedded(file: Path, clock: Clock) -> Stores:
    def make_database() -> Database:
        from llm_router.adapters.sqlite import database_at

        return database_at(file)

    def make_catalogue() -> CatalogueStore:
        from llm_router.adapters.sqlite_catalogue import SqliteCatalogueStore

        return SqliteCatalogueStore(database())

    def make_records() -> RecordStore:
        from llm_router.adapters.sqlite_records import SqliteRecordStore

        return SqliteRecordStore(database(), clock)

    def make_blobs() -> BlobStore:
        from llm_router.adapters.sqlite_catalogue import SqliteBlobStore

        return SqliteBlobStore(database())

    database = Lazy(make_database)
    return Stores(Lazy(make_catalogue), Lazy(make_records), Lazy(make_blobs))


def _on_aws(settings: Settings, clock: Clock, aws: Lazy[AwsClients]) -> Stores:
    def make_catalogue() -> CatalogueStore:
        from llm_router.adapters.dynamodb_catalogue import DynamoCatalogueStore

        return DynamoCatalogueStore(aws().dynamodb(), settings.table_name, blobs())

    def make_records() -> RecordStore:
        from llm_router.adapters.dynamodb_records import DynamoRecordStore

        return DynamoRecordStore(aws().dynamodb(), aws().dynamodb_once, settings.table_name, clock)

    def make_blobs() -> BlobStore:
        from llm_router.adapters.s3 import S3BlobStore

        return S3BlobStore(aws().s3(), settings.bucket_name, prefix="catalogue/")

    blobs = Lazy(make_blobs)
    return Stores(Lazy(make_catalogue), Lazy(make_records), blobs)


def _in_memory(clock: Clock) -> Stores:
    from llm_router.adapters.memory import MemoryBlobStore, MemoryCatalogueStore, MemoryRecordStore

    return Stores(Lazy(MemoryCatalogueStore), Lazy(lambda: MemoryRecordStore(clock)), Lazy(MemoryBlobStore))


def behind_a_network(settings: Settings) -> bool:
    """Whether each question to the store takes a trip over a network; any other answers within microseconds."""
    return settings.store is Store.AWS


def keeps_many_waiting(settings: Settings) -> bool:
    """Whether many wait while one asks the store: it is behind a network, and this is no instance of Lambda's, which is
    given one request at a time."""
    return behind_a_network(settings) and not settings.aws_lambda_function_name
