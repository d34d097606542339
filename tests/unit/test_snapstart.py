"""A function under SnapStart: built before its memory is saved, with nothing stale when it wakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
import snapshot_restore_py

from llm_router import settings as settings_module
from llm_router.composition.services import Services
from llm_router.errors import StoreUnavailable
from llm_router.health import reported
from llm_router.local.functions import load_module
from llm_router.web.snapstart import prepared
from tests.support.aws import fake_aws
from tests.support.clock import FakeClock
from tests.support.service import service

HASH_SECRET = "the-hash-secret"


def test_both_hooks_are_registered_where_the_runtime_offers_them(monkeypatch: pytest.MonkeyPatch):
    called: list[str] = []
    hooks: dict[str, Callable[[], object]] = {}
    monkeypatch.setattr(snapshot_restore_py, "register_before_snapshot", lambda hook: hooks.update(before=hook))
    monkeypatch.setattr(snapshot_restore_py, "register_after_restore", lambda hook: hooks.update(after=hook))
    prepared(lambda: called.append("before"), lambda: called.append("after"))
    for name in ("before", "after"):
        hooks[name]()
    assert called == ["before", "after"]


def test_without_such_a_runtime_nothing_is_called(monkeypatch: pytest.MonkeyPatch):
    called: list[str] = []

    def missing(name: str) -> object:
        called.append(name)
        raise ImportError(name)

    monkeypatch.setattr("llm_router.web.snapstart.import_module", missing)
    prepared(lambda: called.append("before"), lambda: called.append("after"))
    assert called == ["snapshot_restore_py"]


def test_where_instances_are_kept_ready_nothing_is_left_for_the_first_request():
    called: list[str] = []
    prepared(lambda: called.append("before"), lambda: called.append("after"), at_once=True)
    assert called == ["before"]
    with service(AWS_LAMBDA_INITIALIZATION_TYPE="provisioned-concurrency") as running:
        route: Any = load_module(running.template.functions["RouteFunction"])
        assert route.generation.made
        assert route.service.model.made


def test_the_store_and_the_catalogue_are_noted_where_the_dashboard_starts():
    with service() as running:
        dashboard: Any = load_module(running.template.functions["DashboardFunction"])
        dashboard.warm()
        assert [part.name for part in reported(dashboard.service.records())] == ["catalogue", "store"]


def test_a_function_that_wakes_answers_with_the_catalogue_of_now():
    with service() as running:
        assert running.post("/route", {"prompt": "Sort a list"}).status == 200
        for function in running.template.functions.values():
            load_module(function).service.restored()
        assert running.post("/route", {"prompt": "Sort a list"}).status == 200


def keyed_by_the_store() -> Services:
    return Services(settings_module.load({"STORE": "memory", "HASH_SECRET_ID": HASH_SECRET}), FakeClock())


def test_a_hash_secret_that_a_snapshot_was_saved_without_is_read_by_whoever_wakes_from_it():
    with fake_aws():
        woken, other = keyed_by_the_store(), keyed_by_the_store()
        saved = woken.classifier().secret
        boto3.client("secretsmanager").create_secret(Name=HASH_SECRET, SecretString="shared")
        assert woken.classifier().secret == woken.hash_secret() == saved
        woken.restored()
        assert woken.classifier().secret == woken.hash_secret() == other.hash_secret() == b"shared"
        assert woken.prompt_hash("Sort a list") == other.prompt_hash("Sort a list")


def test_two_that_wake_without_the_hash_secret_share_none():
    with fake_aws():
        woken = keyed_by_the_store()
        saved = woken.hash_secret()
        woken.restored()
        assert woken.hash_secret() != saved


def test_nothing_is_done_once_under_a_name_that_others_cannot_find():
    with fake_aws():
        early, other = keyed_by_the_store(), keyed_by_the_store()
        assert early.hash_secret()
        with pytest.raises(StoreUnavailable):
            early.generating.once()
        boto3.client("secretsmanager").create_secret(Name=HASH_SECRET, SecretString="shared")
        assert early.generating.once().secret == other.generating.once().secret == b"shared"


def test_a_hash_secret_that_was_read_is_kept_by_whoever_wakes():
    with fake_aws():
        woken = keyed_by_the_store()
        boto3.client("secretsmanager").create_secret(Name=HASH_SECRET, SecretString="shared")
        held = woken.classifier()
        boto3.client("secretsmanager").delete_secret(SecretId=HASH_SECRET, ForceDeleteWithoutRecovery=True)
        woken.restored()
        assert woken.classifier() is held
