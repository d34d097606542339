"""F4 to F12 through the doors, on the embedded store and on AWS's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError

from llm_router.adapters import aws
from llm_router.adapters.sqlite import Database
from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.reader import CHECK_EVERY_S, STALE_AFTER_S
from llm_router.local.events import schedule_event
from llm_router.local.functions import load_module
from tests.support.aws import BUCKET, REGION, TABLE, fake_aws
from tests.support.clock import FakeClock
from tests.support.service import Service, service
from tests.support.sources import URLS, FakeReply, FakeWeb, healthy_web, payload

PROMPT = {"prompt": "Write a Python function to sort a list"}
NEW = {"id": "acme/one", "provider": "acme", "display_name": "One"}


def refuse(code: str) -> Callable[..., object]:
    def call(_client: object, operation: str, _arguments: object) -> object:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

    return call


def hang(_client: object, _operation: str, _arguments: object) -> object:
    raise ReadTimeoutError(endpoint_url="https://nowhere")


def locked(_database: object) -> object:
    raise sqlite3.OperationalError("database is locked")


AWS_FAULTS: dict[str, Callable[..., object]] = {
    "throttled": refuse("ThrottlingException"),
    "denied": refuse("AccessDeniedException"),
    "missing": refuse("ResourceNotFoundException"),
    "500": refuse("InternalServerError"),
    "hanging": hang,
}


class Broken:
    """The store's fault, switched on and off."""

    def __init__(self, patch: pytest.MonkeyPatch, target: type, name: str, fault: Callable[..., object]) -> None:
        self.patch, self.target, self.name, self.fault = patch, target, name, fault
        self.whole = getattr(target, name)

    def down(self) -> None:
        self.patch.setattr(self.target, self.name, self.fault)

    def up(self) -> None:
        self.patch.setattr(self.target, self.name, self.whole)


@pytest.fixture(params=["sqlite", *AWS_FAULTS])
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Broken:
    if request.param == "sqlite":
        return Broken(monkeypatch, Database, "_connection", locked)
    return Broken(monkeypatch, BaseClient, "_make_api_call", AWS_FAULTS[request.param])


@pytest.fixture(params=["sqlite", "aws"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class World:
    """The functions on one store, with a web of our own and a clock that is moved by hand."""

    def __init__(self, stack: ExitStack, kind: str, folder: Path, patch: pytest.MonkeyPatch, *, bundled: bool) -> None:
        self.web: FakeWeb = healthy_web()
        self.clock = FakeClock(1_795_500_000.0)
        patch.setattr("llm_router.adapters.https.HttpsTransport", lambda: self.web)
        patch.setattr("llm_router.bootstrap.SystemClock", lambda: self.clock)
        if not bundled:
            patch.setattr("llm_router.bootstrap.bundled", lambda: Catalogue(0, {}))
        settings = {"STORE": "sqlite", "STATE_DIR": str(folder)}
        if kind != "sqlite":
            stack.enter_context(fake_aws())
            settings = {"STORE": "aws", "TABLE_NAME": TABLE, "BUCKET_NAME": BUCKET, "AWS_REGION": REGION}
        self.api: Service = stack.enter_context(service(**settings))

    def schedule(self, event_id: str = "one") -> dict:
        function = self.api.template.functions["IngestFunction"]
        result = load_module(function).handler(schedule_event(function.name, event_id=event_id, now=1.0), None)
        assert isinstance(result, dict)
        return result

    def versions(self) -> list[int]:
        return [version["version"] for version in self.api.get("/catalogue/versions").json["versions"]]

    def state(self, source: str) -> dict:
        return {each["name"]: each for each in self.api.get("/status").json["sources"]}[source]


@pytest.fixture
def make_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    """Worlds without a bundled catalogue, beside whose hundreds of models the sources' excerpts would look shrunk."""
    with ExitStack() as stack:
        yield lambda kind, *, bundled=False: World(stack, kind, tmp_path, monkeypatch, bundled=bundled)


def kind_of(fault: Broken) -> str:
    return "sqlite" if fault.target is Database else "aws"


def test_f4_a_failing_store_leaves_the_last_good_catalogue_for_fifteen_minutes_then_503(make_world, fault: Broken):
    world = make_world(kind_of(fault))
    world.schedule()
    before = world.api.post("/route", PROMPT).json
    assert (before["catalogue_version"], before["degraded"]) == (1, [])
    fault.down()
    world.clock.pass_seconds(CHECK_EVERY_S)
    during = world.api.post("/route", PROMPT)
    assert during.status == 200
    assert during.json["degraded"] == ["catalogue"]
    assert during.json["catalogue_version"] == 1
    assert during.json["recommended_model"] == before["recommended_model"]
    world.clock.pass_seconds(STALE_AFTER_S + 1)
    late = world.api.post("/route", PROMPT)
    assert (late.status, late.error) == (503, "catalogue_unavailable")
    assert int(late.headers["retry-after"]) >= 1
    fault.up()
    world.clock.pass_seconds(CHECK_EVERY_S)
    assert world.api.post("/route", PROMPT).json["degraded"] == []


def test_f5_on_a_cold_start_with_a_failing_store_the_bundled_catalogue_answers(make_world, fault: Broken):
    world = make_world(kind_of(fault), bundled=True)
    fault.down()
    reply = world.api.post("/route", PROMPT)
    assert reply.status == 200
    assert reply.json["degraded"] == ["catalogue"]
    assert reply.json["catalogue_version"] == 0
    assert world.api.post("/classify", PROMPT).status == 200
    assert world.api.get("/health").status == 503
    assert world.api.get("/dashboard/data").status == 200


def damage(world: World, kind: str, folder: Path) -> None:
    """Truncate the newest snapshot where it is kept."""
    if kind == "sqlite":
        with sqlite3.connect(folder / "router.sqlite") as connection:
            connection.execute("UPDATE versions SET payload = substr(payload, 1, 100) WHERE version = 2")
        connection.close()
    else:
        client = aws.s3("")
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix="catalogue/00000002")["Contents"]
        client.put_object(Bucket=BUCKET, Key=listed[0]["Key"], Body=b"<html>")


def test_f6_a_damaged_snapshot_leaves_the_version_before_in_force(make_world, store: str, tmp_path: Path):
    world = make_world(store)
    world.schedule()
    assert world.api.post("/route", PROMPT).json["catalogue_version"] == 1
    world.api.admin("/update", {"models": [NEW]})
    damage(world, store, tmp_path)
    world.clock.pass_seconds(CHECK_EVERY_S)
    reply = world.api.post("/route", PROMPT).json
    assert (reply["catalogue_version"], reply["degraded"]) == (1, ["catalogue"])


def test_f7_of_twenty_simultaneous_updates_from_one_version_one_wins(make_world, store: str):
    world = make_world(store)
    world.schedule()

    def update(number: int):
        return world.api.admin("/update", {"models": [{**NEW, "display_name": f"N{number}"}], "expected_version": 1})

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(update, range(20)))
    won = [number for number, reply in enumerate(replies) if reply.status == 200]
    lost = [reply for reply in replies if reply.status != 200]
    assert len(won) == 1
    assert {(reply.status, reply.error, reply.json["error"]["current_version"]) for reply in lost} == {
        (409, "version_conflict", 2)
    }
    assert world.api.get("/models/acme/one").json["display_name"] == f"N{won[0]}"


def test_f8_a_crash_before_the_pointer_moves_is_as_if_nothing_had_been_written(make_world, monkeypatch):
    world = make_world("aws")
    world.schedule()
    whole = vars(BaseClient)["_make_api_call"]

    def crash(client: object, operation: str, arguments: object) -> object:
        if operation == "TransactWriteItems":
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "crash"}}, operation)
        return whole(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", crash)
    assert world.api.admin("/update", {"models": [NEW]}).status == 503
    monkeypatch.setattr(BaseClient, "_make_api_call", whole)
    assert world.versions() == [1]
    assert world.api.get("/models/acme/one").status == 404
    assert world.api.admin("/update", {"models": [NEW]}).json["catalogue_version"] == 2


def test_f9_the_schedule_event_three_times_is_one_write(make_world, store: str):
    world = make_world(store)
    results = [world.schedule("the same event") for _ in range(3)]
    assert [result["catalogue_version"] for result in results] == [1, 1, 1]
    assert world.versions() == [1]


HOSTILE: dict[str, FakeReply | Exception] = {
    "500": FakeReply(500, b"oops"),
    "time-out": TimeoutError(),
    "HTML": FakeReply(body=b"<html><script>alert(1)</script></html>"),
    "50 MB": FakeReply(body=b" " * 50_000_000),
    "redirect": FakeReply(302, headers={"location": "https://169.254.169.254/"}),
    "another schema": FakeReply(body=b'{"models": {"a": [1, 2]}}'),
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
def test_f10_a_source_that_fails_keeps_its_last_good_data_and_is_shown(make_world, store: str, answer):
    world = make_world(store)
    world.schedule()
    before = world.api.get("/models").json
    world.web.pages[URLS["litellm"]] = answer
    world.clock.pass_seconds(3600)
    world.schedule()
    assert world.versions() == [1]
    assert world.api.get("/models").json == before
    shown = world.state("litellm")
    assert shown["state"] in ("failing", "refused")
    assert shown["last_error"]
    assert shown["age_s"] >= 3600
    assert "<" not in json.dumps(shown)
    assert world.state("lmarena")["state"] == "fresh"
    assert world.api.get("/status").json["status"] == "degraded"


def test_f11_prices_ten_times_off_are_quarantined_and_shown(make_world, store: str):
    world = make_world(store)
    world.schedule()
    before = world.api.get("/models/openai/gpt-4o-mini").json["input_usd_per_mtok"]
    document = json.loads(payload("litellm"))
    document["gpt-4o-mini"]["input_cost_per_token"] *= 10
    world.web.pages[URLS["litellm"]] = FakeReply(body=json.dumps(document).encode())
    world.schedule()
    assert world.api.get("/models/openai/gpt-4o-mini").json["input_usd_per_mtok"] == before
    doubts = world.api.get("/status").json["quarantined"]
    assert [(doubt["model"], doubt["field"]) for doubt in doubts] == [("openai/gpt-4o-mini", "input_usd_per_mtok")]


def test_f11_a_source_that_lists_half_of_its_models_is_refused_and_shown(make_world, store: str):
    world = make_world(store)
    world.schedule()
    before = world.api.get("/models").json
    document = json.loads(payload("litellm"))
    kept = dict(list(document.items())[: len(document) // 2])
    world.web.pages[URLS["litellm"]] = FakeReply(body=json.dumps(kept).encode())
    world.schedule()
    assert world.api.get("/models").json == before
    assert world.state("litellm")["state"] == "refused"


def test_f12_one_bad_record_of_a_source_costs_itself_alone_and_in_an_update_everything(make_world, store: str):
    world = make_world(store)
    world.schedule()
    records = world.state("litellm")["records"]
    document = json.loads(payload("litellm"))
    document["gpt-4o-mini"]["input_cost_per_token"] = "cheap"
    world.web.pages[URLS["litellm"]] = FakeReply(body=json.dumps(document).encode())
    world.schedule()
    shown = world.state("litellm")
    assert (shown["state"], shown["records"]) == ("fresh", records - 1)
    assert shown["left_out"] >= 1
    refused = world.api.admin("/update", {"models": [NEW, {"id": "acme/two", "context_window": 0}]})
    assert refused.status == 422
    assert world.api.get("/models/acme/one").status == 404


def test_a_dry_run_through_the_door_tells_the_diff_and_writes_nothing(make_world, store: str):
    world = make_world(store)
    told = world.api.admin("/refresh", {"dry_run": True}).json
    assert told["dry_run"] is True
    assert told["diff"]["added"] or told["diff"]["changed"] or told["diff"]["removed"] or told["refused"]
    assert world.versions() == []
    assert world.api.post("/refresh", {}).error == "unauthorized"
