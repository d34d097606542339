"""`make run` as a user has it: one process tree on loopback, every service on its port, a clean end."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.loopback import free_port
from tests.support.running import PORTS, READY, Running, command, running_service, start, stop


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("state")) as found:
        yield found


def test_the_banner_tells_where_everything_listens_and_one_request_to_try(running: Running):
    assert READY in running.banner
    for port in running.ports.values():
        assert f"http://127.0.0.1:{port}" in running.banner
    assert len(running.admin_key) >= 32


REFERENCE = [
    ("PORT", "GET", "/healthz", None),
    ("PORT", "POST", "/route", {"prompt": "Write a Python function to sort a list", "mode": "recommend"}),
    ("PORT", "GET", "/metrics/models", None),
    ("CLASSIFIER_PORT", "GET", "/health", None),
    ("CLASSIFIER_PORT", "GET", "/info", None),
    ("CLASSIFIER_PORT", "POST", "/classify", {"prompt": "Write a short poem about the sea"}),
    ("INGESTOR_PORT", "GET", "/health", None),
    ("INGESTOR_PORT", "GET", "/status", None),
    ("INGESTOR_PORT", "GET", "/models", None),
    ("DASHBOARD_PORT", "GET", "/", None),
    ("DASHBOARD_PORT", "GET", "/health", None),
    ("DASHBOARD_PORT", "GET", "/dashboard/data", None),
]


@pytest.mark.parametrize(("port", "method", "path", "body"), REFERENCE, ids=lambda value: str(value)[:30])
def test_every_service_answers_on_its_own_port_and_on_the_whole_api(running: Running, port, method, path, body):
    assert running.ask(port, method, path, body)[0] == 200
    assert running.ask("PORT", method, path, body)[0] == 200


def test_health_on_a_services_own_port_is_its_own(running: Running):
    assert json.loads(running.ask("CLASSIFIER_PORT", "GET", "/health")[1])["service"] == "classify"
    assert json.loads(running.ask("INGESTOR_PORT", "GET", "/health")[1])["service"] == "ingest"
    assert "components" in json.loads(running.ask("PORT", "GET", "/health")[1])


def test_the_printed_key_opens_the_admin_routes_and_every_worker_sees_the_new_version(running: Running):
    models = {"models": [{"id": "acme/one", "provider": "acme", "display_name": "One"}]}
    assert running.ask("INGESTOR_PORT", "POST", "/update", models)[0] == 401
    key = {"authorization": f"Bearer {running.admin_key}"}
    assert running.ask("INGESTOR_PORT", "POST", "/update", models, **key)[0] == 200
    assert running.ask("INGESTOR_PORT", "GET", "/catalogue/versions")[0] == 200


def test_what_one_worker_worked_out_the_other_knows(running: Running):
    ask = {"prompt": "How tall is the tallest chestnut tree in Sicily?"}
    answers = [json.loads(running.ask("PORT", "POST", "/classify", ask)[1]) for _ in range(14)]
    whole = next(place for place, answer in enumerate(answers) if not answer["degraded"])  # a degraded one is not kept
    assert whole < 3
    assert [answer["cached"] for answer in answers[whole:]] == [False] + [True] * (13 - whole)


def test_what_http_itself_refuses_has_our_envelope_too(running: Running):
    status, body = running.ask("PORT", "GET", "/nothing")
    assert (status, json.loads(body)["error"]["code"]) == (404, "not_found")
    status, body = running.ask("PORT", "POST", "/route", {"prompt": "x" * 7_000_000})
    assert (status, json.loads(body)["error"]["code"]) == (413, "payload_too_large")


class Slowly:
    """A body of so many bytes that comes in pieces, a moment after each other."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, most: int) -> bytes:
        time.sleep(0.002)
        piece = min(most, self.left)
        self.left -= piece
        return b"x" * piece


@pytest.mark.parametrize(("path", "size", "status"), [("/classify", 600_000, 413), ("/nothing", 300_000, 404)])
def test_who_writes_all_before_reading_and_keeps_no_connection_sees_the_refusal(
    running: Running, path: str, size: int, status: int
):
    headers = {"content-type": "application/json", "content-length": str(size), "connection": "close"}
    for body in (b"x" * size, Slowly(size)):
        asked = urllib.request.Request(running.url() + path, body, headers, method="POST")  # type: ignore[arg-type]
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(asked, timeout=20)
        with raised.value as told:
            assert told.code == status


@pytest.mark.parametrize(("port", "path"), [("PORT", "/"), ("PORT", "/models"), ("CLASSIFIER_PORT", "/health")])
def test_a_head_request_is_told_how_long_the_body_is_and_gets_none(running: Running, port: str, path: str):
    with urllib.request.urlopen(urllib.request.Request(running.url(port) + path, method="HEAD"), timeout=20) as told:
        assert (told.status, told.read()) == (200, b"")
    assert abs(int(told.headers["content-length"]) - len(running.ask(port, "GET", path)[1])) <= 20


@pytest.mark.parametrize("method", ["GET", "TRACE"])
def test_a_wrong_method_is_told_the_right_ones(running: Running, method: str):
    asked = urllib.request.Request(running.url() + "/classify", method=method)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(asked, timeout=20)
    with raised.value as told:
        assert (told.code, told.headers["allow"]) == (405, "POST")


def test_ids_may_be_url_encoded(running: Running):
    name = json.loads(running.ask("PORT", "GET", "/models")[1])["models"][0]["id"]
    for path in (f"/models/{name}", f"/models/{name.replace('/', '%2F')}"):
        assert json.loads(running.ask("PORT", "GET", path)[1])["id"] == name


def test_a_taken_port_is_named_in_one_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {name: free_port() for name in PORTS} | {"INGESTOR_PORT": taken.getsockname()[1]}
        process = command(tmp_path, ports)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 2
    assert said.count("\n") == 1
    assert f"Port {ports['INGESTOR_PORT']} is taken" in said


def test_bad_settings_are_all_named_and_nothing_starts(tmp_path: Path):
    process = command(tmp_path, {**{name: free_port() for name in PORTS}, "CACHE_TTL": -1, "STORE": 5})
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "CACHE_TTL" in said
    assert "STORE" in said


def test_the_admin_key_and_the_catalogue_survive_a_restart(tmp_path: Path):
    keys = []
    for _ in range(2):
        running = start(tmp_path)
        keys.append(running.admin_key)
        models = {"models": [{"id": "acme/one", "provider": "acme", "display_name": "One"}]}
        key = {"x-api-key": running.admin_key}
        version = json.loads(running.ask("INGESTOR_PORT", "POST", "/update", models, **key)[1])["catalogue_version"]
        assert version == 1
        assert stop(running)[0] == 0
    assert keys[0] == keys[1]
    assert (tmp_path / "admin_key").stat().st_mode & 0o077 == 0
