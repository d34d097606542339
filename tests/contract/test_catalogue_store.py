"""What every catalogue store promises, on each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from llm_router.adapters.aws import AwsClients
from llm_router.adapters.aws_outage import REFUSALS, LeftAlone
from llm_router.adapters.dynamodb_catalogue import DynamoCatalogueStore
from llm_router.adapters.memory import MemoryCatalogueStore
from llm_router.adapters.s3 import S3BlobStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_catalogue import SqliteCatalogueStore
from llm_router.clock import SystemClock
from llm_router.errors import NotFound, SnapshotCorrupt, StoreUnavailable, VersionConflict
from llm_router.ports import MAX_VERSION, CatalogueStore, VersionInfo
from tests.support.aws import BUCKET, TABLE, an_aws, fake_aws, served_aws
from tests.support.clock import FakeClock
from tests.support.fault_proxy import Says
from tests.support.http_bytes import response

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

DRAFT = VersionInfo(0, "", 1_780_000_000.25, "test", 3, 2, "+3")

Open = Callable[[], CatalogueStore]


def dynamo() -> DynamoCatalogueStore:
    clients = AwsClients("", SystemClock())
    return DynamoCatalogueStore(clients.dynamodb(), TABLE, S3BlobStore(clients.s3(), BUCKET, prefix="catalogue/"))


@pytest.fixture(params=["memory", "sqlite", "moto", "ministack"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the store anew, as another process would; the memory store is one object."""
    with ExitStack() as stack:
        if request.param == "memory":
            store = MemoryCatalogueStore()
            yield lambda: store
        elif request.param == "sqlite":
            yield lambda: SqliteCatalogueStore(Database(tmp_path / "router.sqlite"))
        else:
            stack.enter_context(an_aws(request))
            yield dynamo


def test_an_empty_store_has_no_version(reopen: Open):
    assert reopen().current() is None
    assert list(reopen().versions()) == []
    with pytest.raises(NotFound):
        reopen().payload(1)


def test_what_is_published_is_current_and_reads_back_whole(reopen: Open):
    published = reopen().publish(b"one", DRAFT, expected_version=None)
    assert (published.version, published.sha256) == (1, hashlib.sha256(b"one").hexdigest())
    assert reopen().current() == published
    assert reopen().payload(1) == b"one"
    assert (published.origin, published.created_at, published.total_models) == ("test", 1_780_000_000.25, 3)


def test_versions_count_up_and_the_newest_comes_first(reopen: Open):
    store = reopen()
    for number in range(3):
        store.publish(bytes([number]), DRAFT, expected_version=number or None)
    assert [info.version for info in store.versions()] == [3, 2, 1]
    assert [info.version for info in store.versions(limit=2)] == [3, 2]
    assert [info.version for info in store.versions(limit=1, before=3)] == [2]
    assert [info.version for info in store.versions(before=MAX_VERSION)] == [3, 2, 1]
    assert [list(store.versions(before=before)) for before in (0, 1)] == [[], []]
    assert store.payload(1) == b"\0"


@pytest.mark.parametrize("stale", [None, 1, 7])
def test_a_stale_version_never_overwrites_a_newer_one(reopen: Open, stale: int | None):
    store = reopen()
    store.publish(b"one", DRAFT, expected_version=None)
    store.publish(b"two", DRAFT, expected_version=1)
    with pytest.raises(VersionConflict) as refused:
        store.publish(b"late", DRAFT, expected_version=stale)
    assert refused.value.current == 2
    current = store.current()
    assert current is not None
    assert store.payload(current.version) == b"two"


def test_of_twenty_simultaneous_publications_one_wins(reopen: Open):
    store = reopen()
    store.publish(b"start", DRAFT, expected_version=None)

    def publish(number: int) -> bytes | int | None:
        payload = f"writer {number}".encode()
        try:
            store.publish(payload, DRAFT, expected_version=1)
        except VersionConflict as lost:
            return lost.current
        return payload

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(publish, range(20)))
    winners = [outcome for outcome in outcomes if isinstance(outcome, bytes)]
    assert len(winners) == 1
    assert [outcome for outcome in outcomes if not isinstance(outcome, bytes)] == [2] * 19
    assert reopen().payload(2) == winners[0]


def test_a_crash_before_the_pointer_moves_leaves_the_old_version_and_a_rerun_succeeds(tmp_path: Path):
    with fake_aws():
        store = dynamo()
        store.publish(b"one", DRAFT, expected_version=None)

        def crash(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "_move_pointer", crash)
            with pytest.raises(KeyboardInterrupt):
                store.publish(b"two", DRAFT, expected_version=1)
        current = dynamo().current()
        assert current is not None
        assert dynamo().payload(current.version) == b"one"
        assert dynamo().publish(b"two", DRAFT, expected_version=1).version == 2
        assert dynamo().payload(2) == b"two"


def test_a_snapshot_that_was_tampered_with_is_never_handed_out():
    with fake_aws():
        published = dynamo().publish(b"one", DRAFT, expected_version=None)
        name = f"catalogue/{1:08d}-{published.sha256[:12]}.json.gz"
        s3 = AwsClients("", SystemClock()).s3()
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"on")
        with pytest.raises(SnapshotCorrupt):
            dynamo().payload(1)
        s3.delete_object(Bucket=BUCKET, Key=name)
        with pytest.raises(SnapshotCorrupt):
            dynamo().payload(1)


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "ResourceNotFoundException"])
def test_a_store_that_refuses_is_unavailable_and_nothing_else(code: str):
    with fake_aws():
        store = dynamo()

        def refuse(**_: object) -> None:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetItem")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store._client, "get_item", refuse)
            with pytest.raises(StoreUnavailable):
                store.current()


def cancelled(*reasons: str) -> Says:
    """A transaction's refusal as DynamoDB says it, with the reason of each of its parts."""
    told = {"__type": "TransactionCanceledException", "CancellationReasons": [{"Code": reason} for reason in reasons]}
    return Says(response(400, json.dumps(told).encode()))


def test_who_publishes_while_another_does_has_come_too_late():
    with served_aws() as found:
        store = dynamo()
        store.publish(b"one", DRAFT, expected_version=None)
        found.dynamodb.does(cancelled("TransactionConflict", "None"), only=b"TransactWriteItems")
        with pytest.raises(VersionConflict):
            store.publish(b"two", DRAFT, expected_version=1)


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_publication_that_is_cancelled_while_nobody_published_is_no_conflict(reason: str):
    with served_aws() as found:
        store = dynamo()
        store.publish(b"one", DRAFT, expected_version=None)
        found.dynamodb.does(cancelled(reason, "None"), only=b"TransactWriteItems")
        with pytest.raises(StoreUnavailable) as refused:
            store.publish(b"two", DRAFT, expected_version=1)
        assert (refused.value.retry_after_s, refused.value.nothing_done) == (5, True)
        found.dynamodb.mends()
        assert store.publish(b"two", DRAFT, expected_version=1).version == 2


@pytest.mark.parametrize(("reason", "asked"), [("ThrottlingError", False), ("ConditionalCheckFailed", True)])
def test_transactions_that_are_throttled_in_a_row_are_an_outage(reason: str, asked: bool):
    with served_aws() as found:
        client = AwsClients("", FakeClock()).dynamodb()
        found.dynamodb.does(cancelled(reason, "None"), only=b"TransactWriteItems")
        key: dict[str, AttributeValueTypeDef] = {"pk": {"S": "catalogue"}, "sk": {"S": "pointer"}}
        for _ in range(REFUSALS):
            with pytest.raises(ClientError):
                client.transact_write_items(TransactItems=[{"Delete": {"TableName": TABLE, "Key": key}}])
        with nullcontext() if asked else pytest.raises(LeftAlone):
            client.get_item(TableName=TABLE, Key=key)


def test_a_file_that_cannot_be_opened_is_unavailable_and_nothing_else(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnavailable):
        SqliteCatalogueStore(Database(tmp_path / "file" / "router.sqlite")).current()
    (tmp_path / "garbage.sqlite").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreUnavailable):
        SqliteCatalogueStore(Database(tmp_path / "garbage.sqlite")).current()
