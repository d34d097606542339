"""F4 to F9 through the doors: whatever the store does, readers have a whole catalogue or are told to come back."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.config import Config

from llm_router.adapters import aws
from llm_router.adapters.aws_outage import OPEN_S
from llm_router.adapters.sqlite import Database
from llm_router.renewal import CHECK_EVERY_S, LAST_GOOD_FOR_S
from llm_router.running import BACKGROUND_THREAD
from tests.support.aws import BUCKET, error, s3_error
from tests.support.fault_proxy import Says, Trouble
from tests.support.refreshing import ServedWorld
from tests.support.service import forget_functions

PROMPT = {"prompt": "Write a Python function to sort a list"}
NEW = {"id": "acme/one", "provider": "acme", "display_name": "One"}

ATTEMPTS = 2
"""That a client of the table makes for one call."""

# What drips is not among them: a client of AWS bounds each wait for bytes, and the function's own time-out the whole.
BROKEN = {trouble.value: trouble for trouble in Trouble if trouble is not Trouble.DRIP}
TABLE_TROUBLES: dict[str, Trouble | Says] = {
    **BROKEN,
    "throttled": error("ThrottlingException"),
    "denied": error("AccessDeniedException"),
    "missing": error("ResourceNotFoundException"),
    "500": error("InternalServerError", 500),
}
BUCKET_TROUBLES: dict[str, Trouble | Says] = {
    **BROKEN,
    "throttled": s3_error("SlowDown", 503),
    "denied": s3_error("AccessDenied", 403),
    "missing": s3_error("NoSuchBucket", 404),
    "500": s3_error("InternalError", 500),
}


def locked(_database: object) -> object:
    raise sqlite3.OperationalError("database is locked")


class Fault:
    """What goes wrong with a world's table, or file."""

    def __init__(self, store: str, trouble: Trouble | Says | None, patch: pytest.MonkeyPatch) -> None:
        self.store = store
        self._trouble = trouble
        self._patch = patch

    def begins(self, world: ServedWorld) -> None:
        if self._trouble is None:
            self._patch.setattr(Database, "_connection", locked)
        else:
            world.aws.dynamodb.does(self._trouble)

    def ends(self, world: ServedWorld) -> None:
        self._patch.undo()
        if self._trouble is not None:
            world.aws.dynamodb.mends()


@pytest.fixture(params=["sqlite", *TABLE_TROUBLES])
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Fault:
    trouble = TABLE_TROUBLES.get(request.param)
    return Fault("sqlite" if trouble is None else "aws", trouble, monkeypatch)


def test_f4_a_failing_store_leaves_the_last_good_catalogue_for_fifteen_minutes_then_503(make_world, fault: Fault):
    world = make_world(fault.store)
    world.schedule()
    before = world.api.post("/route", PROMPT).json
    assert (before["catalogue_version"], before["degraded"]) == (1, [])
    fault.begins(world)
    world.clock.pass_seconds(CHECK_EVERY_S)
    during = world.api.post("/route", PROMPT)
    assert during.status == 200
    assert during.json["degraded"] == ["catalogue"]
    assert during.json["catalogue_version"] == 1
    assert during.json["recommended_model"] == before["recommended_model"]
    world.clock.pass_seconds(LAST_GOOD_FOR_S + 1)
    late = world.api.post("/route", PROMPT)
    assert (late.status, late.error) == (503, "catalogue_unavailable")
    assert int(late.headers["retry-after"]) >= 1
    fault.ends(world)
    world.clock.pass_seconds(CHECK_EVERY_S)
    assert world.api.post("/route", PROMPT).json["degraded"] == []


def nothing_goes_on_in_the_background() -> None:
    for thread in threading.enumerate():
        if thread.name == BACKGROUND_THREAD:
            thread.join(10)


def test_f4_a_table_that_is_silent_is_found_out_once_and_left_alone(make_world):
    world: ServedWorld = make_world("aws")
    world.schedule()
    world.api.post("/route", PROMPT)
    world.aws.dynamodb.does(Trouble.HANG)
    world.clock.pass_seconds(CHECK_EVERY_S)
    nothing_goes_on_in_the_background()
    before = world.aws.dynamodb.requests
    assert world.api.post("/route", PROMPT).json["degraded"] == ["catalogue"]
    nothing_goes_on_in_the_background()
    asked = world.aws.dynamodb.requests
    # The threads that write figures, tell of the instance and read live figures may find it out at the same moment.
    assert asked - before <= 4 * ATTEMPTS
    for _ in range(3):
        assert world.api.post("/route", PROMPT).status == 200
    assert world.aws.dynamodb.requests == asked


@pytest.mark.parametrize("trouble", BUCKET_TROUBLES.values(), ids=BUCKET_TROUBLES.keys())
def test_f4_a_bucket_that_fails_leaves_the_version_before_in_force_until_it_is_back(make_world, trouble):
    world: ServedWorld = make_world("aws")
    world.schedule()
    assert world.api.post("/route", PROMPT).json["catalogue_version"] == 1
    world.api.admin("/update", {"models": [NEW]})
    world.aws.s3.does(trouble)
    world.clock.pass_seconds(CHECK_EVERY_S)
    during = world.api.post("/route", PROMPT)
    assert (during.status, during.json["degraded"], during.json["catalogue_version"]) == (200, ["catalogue"], 1)
    assert world.api.admin("/update", {"models": [NEW]}).status == 503
    world.aws.s3.mends()
    world.clock.pass_seconds(CHECK_EVERY_S)
    after = world.api.post("/route", PROMPT).json
    assert (after["degraded"], after["catalogue_version"]) == ([], 2)


def test_f5_on_a_cold_start_with_a_failing_store_the_bundled_catalogue_answers(make_world, fault: Fault):
    world = make_world(fault.store, bundled=True)
    fault.begins(world)
    reply = world.api.post("/route", PROMPT)
    assert reply.status == 200
    assert reply.json["degraded"] == ["catalogue"]
    assert reply.json["catalogue_version"] == 0
    assert world.api.post("/classify", PROMPT).status == 200
    assert world.api.get("/health").status == 503
    assert world.api.get("/dashboard/data").status == 200
    assert (world.api.get("/status").status, world.api.get("/status").json["status"]) == (200, "degraded")


@pytest.mark.parametrize("trouble", BUCKET_TROUBLES.values(), ids=BUCKET_TROUBLES.keys())
def test_f5_on_a_cold_start_with_a_failing_bucket_the_bundled_catalogue_answers(make_world, trouble):
    world: ServedWorld = make_world("aws", bundled=True)
    world.api.admin("/update", {"models": [NEW]})
    forget_functions()
    world.aws.s3.does(trouble)
    reply = world.api.post("/route", PROMPT).json
    assert (reply["degraded"], reply["catalogue_version"]) == (["catalogue"], 0)


def damage(world: ServedWorld, kind: str, folder: Path) -> None:
    """Truncate the newest snapshot where it is kept."""
    if kind == "sqlite":
        with sqlite3.connect(folder / "router.sqlite") as connection:
            connection.execute("UPDATE versions SET payload = substr(payload, 1, 100) WHERE version = 2")
        connection.close()
    else:
        client = aws.AwsClients("", world.clock).s3()
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


def test_f7_of_twenty_simultaneous_updates_from_one_version_one_wins(
    make_world, store: str, monkeypatch: pytest.MonkeyPatch
):
    # The emulator writes one after the other: on a busy machine the twentieth waits longer than a request would.
    for name in ("_CONFIG", "_BULK"):
        monkeypatch.setattr(aws, name, Config(connect_timeout=60, read_timeout=60, max_pool_connections=20))
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


@pytest.mark.parametrize("trouble", [Trouble.RESET, error("InternalServerError", 500)], ids=["reset", "500"])
def test_f8_a_crash_before_the_pointer_moves_is_as_if_nothing_had_been_written(make_world, trouble):
    world: ServedWorld = make_world("aws")
    world.schedule()
    world.aws.dynamodb.does(trouble, only=b"TransactWriteItems")
    assert world.api.admin("/update", {"models": [NEW]}).status == 503
    world.aws.dynamodb.mends()
    world.clock.pass_seconds(OPEN_S)
    assert world.versions() == [1]
    assert world.api.get("/models/acme/one").status == 404
    assert world.api.admin("/update", {"models": [NEW]}).json["catalogue_version"] == 2


def test_f9_the_schedule_event_three_times_is_one_write(make_world, store: str):
    world = make_world(store)
    results = [world.schedule("the same event") for _ in range(3)]
    assert [result["catalogue_version"] for result in results] == [1, 1, 1]
    assert world.versions() == [1]
