"""Records and counters in one DynamoDB table.

A record lies under `pk = record#KIND`, a counter document under `pk = counter#KIND`, both with their key as `sk`.
Kinds that are written with every request are spread over `SHARDS` partitions by a hash of the key, since one
partition takes a thousand writes a second; reading their newest asks every shard. `ttl` is DynamoDB's own expiry,
which deletes up to days late, so what has expired is also left out here.
"""

from __future__ import annotations

import heapq
import itertools
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from llm_router.adapters.amounts import refuse_too_many
from llm_router.adapters.aws import translated
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock, Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

SHARDS = 8
HOT_KINDS = frozenset({"decision", "session"})
LONGEST_KEY = 1024
"""Bytes of a sort key. What is looked for under a longer one, as a caller may, is not there."""

_ALIVE = "attribute_not_exists(#ttl) OR #ttl > :now"
_PREFIX = "n:"


class DynamoRecordStore:
    """A `RecordStore`. `once` gives a client that sends nothing twice, for what must not be done twice."""

    def __init__(self, client: DynamoDBClient, once: Callable[[], DynamoDBClient], table: str, clock: Clock) -> None:
        self._client = client
        self._once = once
        self._table = table
        self._clock = clock

    def put(self, record: Record, *, only_if_absent: bool = False) -> bool:
        condition = "attribute_not_exists(pk) OR #ttl <= :now" if only_if_absent else None
        return self._put(record, condition, {})

    def get(self, kind: str, key: str) -> Record | None:
        if not _can_be(key):
            return None
        with translated("The table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(kind, key), ConsistentRead=True)
        return self._live(kind, answer.get("Item"))

    def delete(self, kind: str, key: str) -> bool:
        if not _can_be(key):
            return False
        with translated("The table"):
            answer = self._client.delete_item(TableName=self._table, Key=_key(kind, key), ReturnValues="ALL_OLD")
        return self._live(kind, answer.get("Attributes")) is not None

    def latest(self, kind: str, limit: int, *, first: str = "") -> Sequence[Record]:
        rows = heapq.merge(
            *(self._query(partition, limit, first) for partition in _partitions(kind)),
            key=lambda item: item["sk"]["S"],
            reverse=True,
        )
        live = (record for item in rows if (record := self._live(kind, item)) is not None)
        return list(itertools.islice(live, limit))

    def replace(self, record: Record, *, expected_body: str | None) -> bool:
        if expected_body is None:
            return self.put(record, only_if_absent=True)
        return self._put(record, f"body = :expected AND ({_ALIVE})", {":expected": {"S": expected_body}})

    def add(
        self,
        kind: str,
        key: str,
        amounts: Mapping[str, float],
        *,
        ceilings: Mapping[str, float] | None = None,
        expires_at: float | None = None,
    ) -> Mapping[str, float] | None:
        """One update. A document that has expired but is still there is deleted first, once."""
        refuse_too_many(amounts)
        limits = ceilings or {}
        if any(amounts.get(name, 0.0) > most for name, most in limits.items()):
            return None
        for _ in range(2):
            try:
                with translated("The table", sent_once=True):
                    return self._update(kind, key, amounts, limits, expires_at)
            except ClientError:  # the condition: it is full, or has expired
                pass
            if not self._deleted_expired(kind, key):
                return None
        raise StoreUnavailable("The table's counters are contended; try again.", retry_after_s=1, nothing_done=True)

    def counters(self, kind: str, limit: int, *, first: str = "") -> Sequence[tuple[str, Mapping[str, float]]]:
        alive = (item for item in self._query(f"counter#{kind}", limit, first) if self._alive(item))
        return [(item["sk"]["S"], _amounts(item)) for item in itertools.islice(alive, limit)]

    def _put(self, record: Record, condition: str | None, values: Mapping[str, AttributeValueTypeDef]) -> bool:
        item = {**_key(record.kind, record.key), "body": {"S": record.body}, **_ttl(record.expires_at)}
        try:
            with translated("The table", sent_once=condition is not None):
                if condition is None:
                    self._client.put_item(TableName=self._table, Item=item)
                else:
                    self._once().put_item(
                        TableName=self._table,
                        Item=item,
                        ConditionExpression=condition,
                        ExpressionAttributeNames={"#ttl": "ttl"},
                        ExpressionAttributeValues={":now": self._now(), **values},
                    )
        except ClientError:
            return False
        return True

    def _update(
        self, kind: str, key: str, amounts: Mapping[str, float], limits: Mapping[str, float], expires_at: float | None
    ) -> Mapping[str, float]:
        names = {"#ttl": "ttl"}
        values: dict[str, AttributeValueTypeDef] = {":now": self._now()}
        added, conditions = [], [f"({_ALIVE})"]
        for index, (name, amount) in enumerate(amounts.items()):
            names[f"#n{index}"], values[f":n{index}"] = _PREFIX + name, _number(amount)
            added.append(f"#n{index} :n{index}")
        for index, (name, most) in enumerate(limits.items()):
            names[f"#l{index}"], values[f":l{index}"] = _PREFIX + name, _number(most - amounts.get(name, 0.0))
            conditions.append(f"(attribute_not_exists(#l{index}) OR #l{index} <= :l{index})")
        expression = "ADD " + ", ".join(added)
        if expires_at is not None:
            expression += " SET #ttl = :ttl"
            values[":ttl"] = {"N": str(math.ceil(expires_at))}
        answer = self._once().update_item(
            TableName=self._table,
            Key=_counter_key(kind, key),
            UpdateExpression=expression,
            ConditionExpression=" AND ".join(conditions),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ReturnValues="UPDATED_NEW",
        )
        return _amounts(answer["Attributes"])

    def _deleted_expired(self, kind: str, key: str) -> bool:
        try:
            with translated("The table"):
                self._client.delete_item(
                    TableName=self._table,
                    Key=_counter_key(kind, key),
                    ConditionExpression="#ttl <= :now",
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues={":now": self._now()},
                )
        except ClientError:
            return False
        return True

    def _query(self, partition: str, limit: int, first: str) -> Iterator[Mapping[str, AttributeValueTypeDef]]:
        """Items of one partition, greatest key first, page by page."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk >= :first",
            ExpressionAttributeValues={":pk": {"S": partition}, ":first": {"S": first or " "}},
            ScanIndexForward=False,
            PaginationConfig={"PageSize": min(limit, 1000)},
        )
        with translated("The table"):
            for page in pages:
                yield from page["Items"]

    def _live(self, kind: str, item: Mapping[str, AttributeValueTypeDef] | None) -> Record | None:
        if not item or not self._alive(item):
            return None
        until = float(item["ttl"]["N"]) if "ttl" in item else None
        return Record(kind, item["sk"]["S"], item["body"]["S"], until)

    def _alive(self, item: Mapping[str, AttributeValueTypeDef]) -> bool:
        return "ttl" not in item or float(item["ttl"]["N"]) > self._clock.now()

    def _now(self) -> AttributeValueTypeDef:
        return {"N": str(math.floor(self._clock.now()))}


def _partitions(kind: str) -> Sequence[str]:
    return [f"record#{kind}#{shard}" for shard in range(SHARDS)] if kind in HOT_KINDS else [f"record#{kind}"]


def _can_be(key: str) -> bool:
    return 0 < len(key.encode("utf-8", "replace")) <= LONGEST_KEY


def _key(kind: str, key: str) -> dict[str, AttributeValueTypeDef]:
    partitions = _partitions(kind)
    return {"pk": {"S": partitions[zlib.crc32(key.encode()) % len(partitions)]}, "sk": {"S": key}}


def _counter_key(kind: str, key: str) -> dict[str, AttributeValueTypeDef]:
    return {"pk": {"S": f"counter#{kind}"}, "sk": {"S": key}}


def _ttl(expires_at: float | None) -> dict[str, AttributeValueTypeDef]:
    return {} if expires_at is None else {"ttl": {"N": str(math.ceil(expires_at))}}


def _number(amount: float) -> AttributeValueTypeDef:
    return {"N": format(Decimal(repr(amount)), "f")}


def _amounts(item: Mapping[str, AttributeValueTypeDef]) -> dict[str, float]:
    return {name.removeprefix(_PREFIX): float(value["N"]) for name, value in item.items() if name.startswith(_PREFIX)}
