"""What each function asks of AWS: every call that boto3 makes, written down with the function that caused it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import boto3
import pytest

SERVICES = {"DynamoDB": "dynamodb", "S3": "s3", "Secrets Manager": "secretsmanager"}
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
READS = frozenset({"GetItem", "Query", "BatchGetItem"})


@dataclass
class Calls:
    """Actions as IAM names them, and the partitions read and written, by function. `function` is who is running now."""

    function: str = ""
    actions: dict[str, set[str]] = field(default_factory=dict)
    read: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)
    objects: dict[str, set[str]] = field(default_factory=dict)

    def note(self, params: Mapping[str, object], model, **_: object) -> None:
        """Called by boto3 with the parameters of each call, before it is made."""
        service = SERVICES[str(model.service_model.service_id)]
        if model.name == "TransactWriteItems":
            items = params["TransactItems"]
            assert isinstance(items, list)
            for item in items:
                ((kind, part),) = item.items()
                self._item(TRANSACTED[kind], part)
        elif service == "dynamodb":
            self._item(model.name, params)
        else:
            self.actions.setdefault(self.function, set()).add(f"{service}:{model.name}")
            if service == "s3":
                self.objects.setdefault(self.function, set()).add(str(params["Key"]))

    def _item(self, operation: str, part: Mapping[str, object]) -> None:
        self.actions.setdefault(self.function, set()).add(f"dynamodb:{operation}")
        kinds = self.read if operation in READS else self.written
        kinds.setdefault(self.function, set()).add(_partition(part))


def _partition(part: Mapping[str, object]) -> str:
    """The one that an operation is about: of a query, the value that stands for it."""
    key = part.get("Key") or part.get("Item")
    values = part.get("ExpressionAttributeValues")
    found = key["pk"] if isinstance(key, dict) else values[":pk"] if isinstance(values, dict) else {}
    return str(found["S"])


@contextmanager
def recorded(calls: Calls) -> Iterator[None]:
    """Notes everything that clients of boto3's default session ask while this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        session = boto3.Session()
        session.events.register("provide-client-params.*.*", calls.note)
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        yield
