"""Limits that protect the operator's money: each is stated once, holds at the door, and stands in the template."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llm_router.generation.dispatch import WHOLE_S
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.walk import Patience
from llm_router.local.template import load
from llm_router.settings import Settings, Store
from llm_router.web.access import ROUTES
from tests.support.generating import Client
from tests.support.providers import FakeProvider
from tests.support.service import service
from tests.support.template import TEMPLATE, document


@pytest.fixture(scope="module")
def running() -> Iterator[Client]:
    with service(LONGEST_ANSWER="100") as api:
        yield Client(api)


@pytest.fixture
def generating(running: Client) -> Client:
    running.reset()
    return running


@pytest.mark.parametrize("asked", [None, 1, 100, 101, 4_000])
def test_no_answer_is_longer_than_the_operator_allows(generating: Client, asked: int | None):
    limits = {} if asked is None else {"constraints": {"max_tokens": asked}}
    assert generating.route(**limits).status == 200
    sent = generating.asked[0][1].max_tokens
    assert sent is not None
    assert sent <= min(asked or 100, 100)


def test_one_request_makes_three_attempts_at_most_and_has_one_deadline(generating: Client):
    generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR, status=500))
    assert generating.route().status == 502
    assert len(generating.asked) == Patience().attempts == 3
    assert WHOLE_S == 25.0


def test_of_a_hundred_calls_at_once_a_key_overspends_by_one_at_most(generating: Client):
    holder = generating.holder(usd_per_day=1e-4)
    statuses, prices = [], []
    for _ in range(100):
        reply = holder.generate()
        statuses.append(reply.status)
        prices += [reply.json["usage"]["cost_usd"]] if reply.status == 200 else []
        if reply.status == 429:
            break
    spent = holder.entry["spent_today_usd"]
    assert spent == pytest.approx(sum(prices))
    assert spent <= 1e-4 + max(prices)


def test_every_body_is_bounded(generating: Client):
    for rule in (rule for rule in ROUTES if rule.method == "POST"):
        body = b'{"prompt": "' + b"x" * rule.body_limit + b'"}'
        reply = generating.api.send("POST", rule.path, body, {"authorization": "Bearer test-admin-key"})
        assert (reply.status, reply.error) == (413, "payload_too_large")


def test_the_template_throttles_bounds_concurrency_and_gives_every_function_a_time_out():
    resources = document()["Resources"]
    throttle = resources["Api"]["Properties"]["DefaultRouteSettings"]
    assert set(throttle) == {"ThrottlingBurstLimit", "ThrottlingRateLimit"}
    for name in ("RouteFunction", "ClassifyFunction"):
        assert "ReservedConcurrentExecutions" in resources[name]["Properties"]
    assert "SpendAlarm" in resources
    assert all(function.timeout_s <= 120 for function in load(TEMPLATE).functions.values())


def test_the_table_can_be_restored_and_the_bucket_is_private_and_encrypted_and_logs_end():
    resources = document()["Resources"]
    table, bucket = resources["Table"]["Properties"], resources["Bucket"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "SSESpecification" not in table, "DynamoDB encrypts by itself, and only other keys than its own are paid for"
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["BucketEncryption"]
    logs = [found for found in resources.values() if found["Type"] == "AWS::Logs::LogGroup"]
    assert len(logs) >= 5
    assert all(found["Properties"]["RetentionInDays"] for found in logs)


def test_the_local_service_sheds_what_it_cannot_hold_by_default():
    plain = Settings(store=Store.MEMORY)
    assert 1 <= plain.max_in_flight <= 256
    assert 1 <= plain.max_generating <= 1024
    assert plain.longest_answer <= 16_384
