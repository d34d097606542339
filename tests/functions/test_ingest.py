"""The catalogue through its door: read, update, conflict, roll back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from llm_router.adapters.sqlite import Database
from llm_router.catalogue.reader import CatalogueReader, InForce
from llm_router.errors import CatalogueUnavailable
from tests.support.service import Service, service

NEW = {"id": "acme/one", "provider": "acme", "display_name": "One"}


def test_the_bundled_catalogue_has_models_people_use_from_many_providers_with_prices_and_evidence(fresh: Service):
    found = fresh.get("/models").json
    active = [model for model in found["models"] if model["status"] == "active"]
    assert len(active) >= 25
    assert len({model["provider"] for model in active}) >= 6
    for model in active:
        assert model["input_usd_per_mtok"] is not None
        assert model["context_window"] > 0
        assert model["provenance"]["input_usd_per_mtok"]["source"]
        assert model["provenance"]["input_usd_per_mtok"]["as_of"]


def test_the_status_has_every_field_of_the_contract(fresh: Service):
    found = fresh.get("/status").json
    assert set(found) >= {"status", "total_models", "active_models", "last_sync", "data_sources", "catalogue_version"}
    assert found["data_sources"]


def locked(_database: object) -> object:
    raise sqlite3.OperationalError("database is locked")


def test_while_the_store_is_down_the_status_tells_of_the_last_good_catalogue(
    fresh: Service, monkeypatch: pytest.MonkeyPatch
):
    fresh.admin("/update", {"models": [NEW]})
    before = fresh.get("/status").json
    monkeypatch.setattr(Database, "_connection", locked)
    reply = fresh.get("/status")
    assert (reply.status, reply.json["status"]) == (200, "degraded")
    assert {name: reply.json[name] for name in ("catalogue_version", "total_models", "active_models")} == {
        name: before[name] for name in ("catalogue_version", "total_models", "active_models")
    }
    assert (reply.json["origin"], reply.json["last_sync"], reply.json["sources"]) == ("unknown", None, [])
    monkeypatch.undo()


def test_a_function_without_any_catalogue_is_degraded_and_says_so(fresh: Service, monkeypatch: pytest.MonkeyPatch):
    def unread(_reader: CatalogueReader) -> InForce:
        raise CatalogueUnavailable("No catalogue can be read.")

    monkeypatch.setattr(CatalogueReader, "in_force", unread)
    for path in ("/ingest/health", "/route/health"):
        reply = fresh.get(path)
        assert (reply.status, "catalogue" in reply.json["degraded"]) == (200, True)


def test_an_update_makes_a_version_that_reads_back_and_routes(fresh: Service):
    priced = {**NEW, "input_usd_per_mtok": 0.0, "output_usd_per_mtok": 0.0, "context_window": 100_000}
    made = fresh.admin("/update", {"models": [priced]}).json
    assert (made["catalogue_version"], made["added"], made["updated"]) == (1, 1, 0)
    entry = fresh.get("/models/acme/one").json
    assert entry["input_usd_per_mtok"] == 0
    assert entry["provenance"]["input_usd_per_mtok"]["source"] == "operator"
    routed = fresh.post("/route", {"prompt": "hello", "constraints": {"providers": ["acme"]}}).json
    assert routed["recommended_model"]["id"] == "acme/one"
    assert routed["catalogue_version"] == 1


def test_a_price_that_is_not_given_is_unknown_and_never_zero(fresh: Service):
    fresh.admin("/update", {"models": [NEW]})
    assert fresh.get("/models/acme%2Fone").json["input_usd_per_mtok"] is None


def test_the_reference_designs_names_are_understood(fresh: Service):
    old = {**NEW, "cost_in_per_1k": 0.0015, "cost_out_per_1k": 0.002, "avg_latency_ms": 800, "open_source": True}
    fresh.admin("/update", {"models": [old]})
    entry = fresh.get("/models/acme/one").json
    assert (entry["input_usd_per_mtok"], entry["output_usd_per_mtok"]) == (1.5, 2.0)
    assert entry["open_weights"] is True
    assert entry["latency"]["time_to_first_token_ms"] == 800


def test_a_stale_expected_version_is_a_conflict_that_names_the_current_one(fresh: Service):
    fresh.admin("/update", {"models": [NEW], "expected_version": 0})
    reply = fresh.admin("/update", {"models": [{**NEW, "display_name": "Two"}], "expected_version": 0})
    assert (reply.status, reply.error) == (409, "version_conflict")
    assert reply.json["error"]["current_version"] == 1
    assert fresh.get("/models/acme/one").json["display_name"] == "One"


def test_a_model_whose_day_has_come_is_active_in_no_answer(fresh: Service):
    past = {**NEW, "deprecation_date": "2020-01-01"}
    made = fresh.admin("/update", {"models": [past]}).json
    status = fresh.get("/status").json
    version, _bundled = fresh.get("/catalogue/versions").json["versions"]
    listed = [model for model in fresh.get("/models").json["models"] if model["status"] == "active"]
    assert made["active_models"] == version["active_models"] == status["active_models"] == len(listed)
    fresh.admin("/update", {"models": [{**NEW, "id": "acme/two"}]})
    back = fresh.admin("/catalogue/rollback", {"version": 1}).json
    assert back["active_models"] == made["active_models"]


BAD = {
    "negative price": ({**NEW, "input_usd_per_mtok": -1}, "models[1].input_usd_per_mtok"),
    "price in words": ({**NEW, "input_usd_per_mtok": "1"}, "models[1].input_usd_per_mtok"),
    "no context": ({**NEW, "context_window": 0}, "models[1].context_window"),
    "markup": ({**NEW, "display_name": "<b>One</b>"}, "models[1].display_name"),
    "an id that climbs": ({**NEW, "id": "acme/../one"}, "models[1].id"),
    "an unknown field": ({**NEW, "api_base": "http://10.0.0.1"}, "models[1]"),
    "no provider": ({"id": "acme/two", "display_name": "Two"}, "models[1].provider"),
    "a speed of next to nothing": (
        {**NEW, "latency": {"output_tokens_per_second": 1e-320}},
        "models[1].latency.output_tokens_per_second",
    ),
    "an id of the API's own": ({**NEW, "id": "auto"}, "models[1].id"),
    "the same id twice": ({**NEW, "id": "acme/zero"}, "models[1].id"),
}


@pytest.mark.parametrize(("entry", "path"), BAD.values(), ids=BAD.keys())
def test_one_bad_model_refuses_all_and_is_named_by_index_and_field(fresh: Service, entry, path):
    good = {"id": "acme/zero", "provider": "acme", "display_name": "Zero"}
    reply = fresh.admin("/update", {"models": [good, entry]})
    assert (reply.status, reply.error) == (422, "invalid_request")
    assert path in [field["path"] for field in reply.json["error"]["fields"]]
    assert fresh.get("/models/acme/zero").status == 404


def test_an_empty_update_and_a_number_that_is_none_are_refused(fresh: Service):
    assert fresh.admin("/update", {"models": []}).status == 422
    assert fresh.admin("/update", b'{"models": [{"id": "a/b", "input_usd_per_mtok": NaN}]}').status in (400, 422)


def test_a_rollback_brings_the_old_content_back_as_a_new_version(fresh: Service):
    fresh.admin("/update", {"models": [NEW]})
    fresh.admin("/update", {"models": [{**NEW, "display_name": "Two"}]})
    made = fresh.admin("/catalogue/rollback", {"version": 1}).json
    assert made["catalogue_version"] == 3
    assert fresh.get("/models/acme/one").json["display_name"] == "One"
    kept = fresh.get("/catalogue/versions").json["versions"]
    assert [version["version"] for version in kept] == [3, 2, 1, 0]
    assert kept[0]["origin"] == "rollback to 1"


def test_before_the_first_publication_the_bundled_catalogue_is_the_one_version_kept(fresh: Service):
    found = fresh.get("/catalogue/versions").json
    (bundled,) = found["versions"]
    status = fresh.get("/status").json
    assert (bundled["version"], found["catalogue_version"], bundled["origin"]) == (0, 0, status["origin"])
    assert [bundled[name] for name in ("total_models", "active_models")] == [
        status[name] for name in ("total_models", "active_models")
    ]


def test_every_version_that_can_be_gone_back_to_can_be_listed_however_many(fresh: Service):
    for number in range(5):
        fresh.admin("/update", {"models": [{**NEW, "display_name": f"One {number}"}]})
    listed: list[int] = []
    while listed[-1:] != [0]:
        before = f"&before={listed[-1]}" if listed else ""
        found = fresh.get(f"/catalogue/versions?limit=2{before}").json
        assert found["catalogue_version"] == 5
        listed += [version["version"] for version in found["versions"]]
    assert listed == [5, 4, 3, 2, 1, 0]
    assert [each["version"] for each in fresh.get("/catalogue/versions?before=2").json["versions"]] == [1, 0]
    assert fresh.get("/catalogue/versions?before=0").json["versions"] == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", ["limit"]),
        ("limit=201", ["limit"]),
        ("limit=", ["limit"]),
        ("before=-1&limit=x", ["limit", "before"]),
        ("before=9007199254740992", ["before"]),
        ("before=" + "9" * 5000, ["before"]),
        ("before=%C2%B2", ["before"]),
    ],
)
def test_a_page_of_versions_that_is_none_names_what_is_wrong(fresh: Service, query: str, wrong: list[str]):
    reply = fresh.get(f"/catalogue/versions?{query}")
    assert (reply.status, reply.error) == (422, "invalid_request")
    assert [field["path"] for field in reply.json["error"]["fields"]] == wrong


def test_going_back_to_a_version_that_is_not_there_names_the_field(fresh: Service):
    reply = fresh.admin("/catalogue/rollback", {"version": 99})
    assert (reply.status, reply.error) == (422, "invalid_request")
    assert reply.json["error"]["fields"] == [{"path": "version", "problem": "is none that is kept"}]


def test_going_back_is_told_until_somebody_goes_on_even_without_a_change(fresh: Service):
    fresh.admin("/update", {"models": [NEW]})
    assert fresh.get("/status").json["held_by_rollback"] is False
    stale = fresh.admin("/catalogue/rollback", {"version": 0, "expected_version": 0})
    assert (stale.status, stale.json["error"]["current_version"]) == (409, 1)
    fresh.admin("/catalogue/rollback", {"version": 1, "expected_version": 1})
    assert fresh.get("/status").json["held_by_rollback"] is True
    assert fresh.admin("/update", {"models": [NEW]}).json["catalogue_version"] == 3
    assert fresh.get("/status").json["held_by_rollback"] is False


def test_the_catalogue_survives_a_restart(tmp_path: Path):
    for _ in range(2):
        with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as running:
            running.admin("/update", {"models": [NEW]})
            assert running.get("/models/acme/one").json["display_name"] == "One"
            assert running.get("/status").json["catalogue_version"] == 1


def test_admin_routes_are_closed_without_the_key(fresh: Service):
    for path, body in (("/update", {"models": [NEW]}), ("/catalogue/rollback", {"version": 0})):
        assert fresh.post(path, body).error == "unauthorized"
        assert fresh.post(path, body, authorization="Bearer wrong").error == "unauthorized"


def test_a_price_of_hundreds_of_digits_is_a_wrong_field(fresh: Service):
    long = b'{"models": [{"id": "acme/one", "provider": "acme", "display_name": "One", "input_usd_per_mtok": 1%s}]}'
    reply = fresh.admin("/update", long % (b"0" * 400))
    assert (reply.status, reply.error) == (422, "invalid_request")
    assert reply.json["error"]["fields"][0]["path"] == "models[0].input_usd_per_mtok"


def test_every_wrong_model_is_named_however_many(fresh: Service):
    wrong = [{**NEW, "id": f"acme/{number}", "input_usd_per_mtok": -1} for number in range(1500)]
    assert len(fresh.admin("/update", {"models": wrong}).json["error"]["fields"]) == 1500
