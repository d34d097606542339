"""A function under SnapStart: built before its memory is saved, with nothing stale when it wakes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import snapshot_restore_py

from llm_router.local.functions import load_module
from llm_router.web.snapstart import prepared
from tests.support.service import service


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
        route = load_module(running.template.functions["RouteFunction"])
        assert route.generation.made
        assert route.service.model.made


def test_a_function_that_wakes_answers_with_the_catalogue_of_now():
    with service() as running:
        assert running.post("/route", {"prompt": "Sort a list"}).status == 200
        for function in running.template.functions.values():
            load_module(function).service.restored()
        assert running.post("/route", {"prompt": "Sort a list"}).status == 200
