"""The catalogue's versions in DynamoDB, their content in S3.

Under `pk = catalogue` the item `pointer` names the version in force and `version#NNNNNNNN` describes each one. A
publication writes the snapshot to S3 under a name that holds its hash, then describes it and moves the pointer in
one transaction. Whoever loses a race or crashes before that leaves an object that no item names, so nobody reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from llm_router.adapters.aws import translated
from llm_router.adapters.versions import conflict, digest, refuse_unless_current, verified
from llm_router.errors import NotFound, SnapshotCorrupt, StoreUnavailable
from llm_router.ports import BlobStore, VersionInfo

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutTypeDef

_PK = "catalogue"
_POINTER = "pointer"
_MOST_VERSIONS = 99_999_999
"""What a version's key has digits for."""


class DynamoCatalogueStore:
    """A `CatalogueStore`."""

    def __init__(self, client: DynamoDBClient, table: str, snapshots: BlobStore) -> None:
        self._client = client
        self._table = table
        self._snapshots = snapshots

    def current(self) -> VersionInfo | None:
        item = self._item(_POINTER)
        return _info(item) if item else None

    def payload(self, version: int) -> bytes:
        item = self._item(_sort_key(version))
        if not item:
            raise NotFound(f"There is no version {version} of the catalogue.")
        info = _info(item)
        payload = self._snapshots.read(_object_name(info))
        if payload is None:
            raise SnapshotCorrupt(f"The snapshot of version {version} is missing.")
        return verified(payload, info)

    def publish(self, payload: bytes, draft: VersionInfo, *, expected_version: int | None) -> VersionInfo:
        refuse_unless_current(self.current(), expected_version)
        info = replace(draft, version=(expected_version or 0) + 1, sha256=digest(payload))
        self._snapshots.write(_object_name(info), payload)
        try:
            with translated("The table"):
                self._move_pointer(info, expected_version)
        except ClientError as failure:
            # Also what is throttled is a transaction that was cancelled: only a pointer that moved is a conflict, or
            # one that another transaction is moving now.
            current = self.current()
            refuse_unless_current(current, expected_version)
            if any(why.get("Code") == "TransactionConflict" for why in failure.response.get("CancellationReasons", ())):
                raise conflict(current) from None
            raise StoreUnavailable(
                "The table cancelled the publication.", retry_after_s=5, nothing_done=True
            ) from failure
        return info

    def versions(self, limit: int = 50, *, before: int | None = None) -> Sequence[VersionInfo]:
        last = _MOST_VERSIONS if before is None else min(before - 1, _MOST_VERSIONS)
        if last < 1:
            return []
        with translated("The table"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":pk": {"S": _PK},
                    ":first": {"S": _sort_key(1)},
                    ":last": {"S": _sort_key(last)},
                },
                ScanIndexForward=False,
                Limit=limit,
            )
        return [_info(item) for item in answer["Items"]]

    def _item(self, sort_key: str) -> Mapping[str, AttributeValueTypeDef]:
        with translated("The table"):
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": _PK}, "sk": {"S": sort_key}}, ConsistentRead=True
            )
        return answer.get("Item", {})

    def _move_pointer(self, info: VersionInfo, expected_version: int | None) -> None:
        described: PutTypeDef = {
            "TableName": self._table,
            "Item": {**_item(info), "sk": {"S": _sort_key(info.version)}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        pointer: PutTypeDef = {
            "TableName": self._table,
            "Item": {**_item(info), "sk": {"S": _POINTER}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if expected_version is not None:
            pointer["ConditionExpression"] = "version = :expected"
            pointer["ExpressionAttributeValues"] = {":expected": {"N": str(expected_version)}}
        self._client.transact_write_items(TransactItems=[{"Put": described}, {"Put": pointer}])


def _sort_key(version: int) -> str:
    return f"version#{version:08d}"


def _object_name(info: VersionInfo) -> str:
    return f"{info.version:08d}-{info.sha256[:12]}.json.gz"


def _item(info: VersionInfo) -> dict[str, AttributeValueTypeDef]:
    return {
        "pk": {"S": _PK},
        "version": {"N": str(info.version)},
        "sha256": {"S": info.sha256},
        "created_at": {"N": repr(info.created_at)},
        "origin": {"S": info.origin},
        "total_models": {"N": str(info.total_models)},
        "active_models": {"N": str(info.active_models)},
        "summary": {"S": info.summary},
    }


def _info(item: Mapping[str, AttributeValueTypeDef]) -> VersionInfo:
    return VersionInfo(
        version=int(item["version"]["N"]),
        sha256=item["sha256"]["S"],
        created_at=float(item["created_at"]["N"]),
        origin=item["origin"]["S"],
        total_models=int(item["total_models"]["N"]),
        active_models=int(item["active_models"]["N"]),
        summary=item["summary"]["S"],
    )
