"""One client of each AWS service for all that a process does there."""

from __future__ import annotations

from functools import partial

import boto3
import pytest

from llm_router import settings
from llm_router.adapters.aws import AwsClients
from llm_router.composition.services import Services
from tests.support.aws import BUCKET, REGION, TABLE, fake_aws
from tests.support.clock import FakeClock
from tests.support.sources import payload


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which services clients were made, from now on."""
    names: list[str] = []
    make = boto3.client

    def noted(name: str, **given: object) -> object:
        names.append(name)
        return make(name, **given)  # type: ignore[call-overload]

    monkeypatch.setattr(boto3, "client", noted)
    return names


def test_however_often_an_operators_objects_are_used_there_is_one_client_for_them_and_the_store(made: list[str]):
    given = {"STORE": "aws", "TABLE_NAME": TABLE, "BUCKET_NAME": BUCKET, "AWS_REGION": REGION}
    with fake_aws():
        services = Services(settings.load({**given, "MODELS_JSON_PATH": f"s3://{BUCKET}/own.json"}), FakeClock())
        services.aws().s3().put_object(Bucket=BUCKET, Key="own.json", Body=payload("operator"))
        made.clear()
        (operator,) = [source for source in services.ingesting.refresher().sources if source.name == "operator"]
        for _ in range(3):
            assert operator.fetch(None, 1.0).body == payload("operator")
        services.blobs().write("name", b"blob")
        services.records().latest("note", 1)
        services.catalogue_store().current()
        assert made == ["dynamodb"]


def test_whoever_disconnects_closes_its_own_connections_alone(monkeypatch: pytest.MonkeyPatch):
    closed: list[str] = []
    with fake_aws():
        one, other = AwsClients("", FakeClock()), AwsClients("", FakeClock())
        for whose, clients in {"one": one, "other": other}.items():
            monkeypatch.setattr(clients.s3(), "close", partial(closed.append, whose))
        one.disconnect()
    assert closed == ["one"]
