"""The dashboard's data, the whole's health and Prometheus' text, asked through the real handlers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llm_router.generation.chat import Usage
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.local.functions import load_module
from tests.support.generating import Client
from tests.support.providers import FakeProvider
from tests.support.service import ROOT, Service, service

PAGE = ROOT / "functions" / "dashboard"
MOST_BYTES = 150_000


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    return {"STORE": "sqlite", "STATE_DIR": str(tmp_path)}


def settled(api: Service) -> None:
    """Let each function write the figures that it has gathered."""
    for function in api.template.functions.values():
        load_module(function).service.close()


def asked(api: Service) -> None:
    assert api.post("/route", {"prompt": "Write a Python function to sort a list"}).status == 200
    assert api.post("/route", {"prompt": "Write a Python function to sort a list"}).json["cached"] is True
    assert api.post("/route", {"prompt": " "}).status == 422
    settled(api)


def test_what_was_asked_is_told_with_its_cost_and_what_another_model_would_have_cost(state):
    with service(**state) as api:
        asked(api)
        data = api.get("/dashboard/data").json
        last = data["series"][-2:]
        assert sum(point["requests"] for point in last) == 3
        assert sum(point["refused"] for point in last) == 1
        assert data["cache_hit_rate"] == 0.5
        assert data["categories"] == [{"name": "coding", "count": 2}]
        chosen = data["models"][0]
        assert (chosen["recommended"], chosen["live_ms"], chosen["error_rate"]) == (2, None, None)
        costs = {each["id"]: each["usd"] for each in data["baselines"]}
        assert costs[chosen["id"]] == pytest.approx(data["estimated_usd"], rel=1e-6)
        assert costs[data["usual_baseline"]] > data["estimated_usd"]
        assert data["decisions"][0]["model"] == chosen["id"]


@pytest.mark.parametrize("stream", [False, True])
def test_what_another_model_would_have_cost_rests_on_what_was_expected_also_once_a_model_has_thought(state, stream):
    thought = Usage(prompt_tokens=700, completion_tokens=9000, reasoning_tokens=8900)
    with service(**state) as api:
        client = Client(api)
        client.providers.default = FakeProvider(usage=thought)
        reply = client.chat(stream=stream, constraints={"capabilities": ["reasoning"]})
        assert reply.status == 200
        settled(api)
        data = api.get("/dashboard/data").json
    (chosen,) = data["models"]
    costs = {each["id"]: each["usd"] for each in data["baselines"]}
    assert (chosen["id"], chosen["recommended"]) == (reply.headers["x-model-used"], 1)
    assert costs[chosen["id"]] == pytest.approx(data["estimated_usd"], rel=1e-6)
    assert data["spent_usd"] > 2 * data["estimated_usd"]


def test_nothing_is_saved_against_the_model_that_did_everything_within_its_limits(state):
    only = {"providers": ["openai"], "max_tokens": 100}
    with service(**state) as api:
        mine = [each["id"] for each in api.get("/models").json["models"] if each["provider"] == "openai"]
        only["exclude_models"] = [name for name in mine if name != "openai/gpt-5.5"]
        for prompt in ("Prove that there are infinitely many primes", "พิสูจน์ว่าจำนวนเฉพาะมีไม่จำกัด"):
            found = api.post("/route", {"prompt": prompt, "constraints": only})
            assert found.json["recommended_model"]["id"] == "openai/gpt-5.5"
        settled(api)
        data = api.get("/dashboard/data").json
    costs = {each["id"]: each["usd"] for each in data["baselines"]}
    assert costs["openai/gpt-5.5"] == pytest.approx(data["estimated_usd"], rel=1e-6)


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_the_caller_names_is_no_recommendation(state, stream):
    with service(**state) as api:
        client = Client(api)
        named = client.chat().json["model"]
        assert client.chat(model=named, stream=stream).status == 200
        settled(api)
        data = api.get("/dashboard/data").json
        (model,) = data["models"]
        assert (model["id"], model["recommended"], model["attempts"]) == (named, 1, 2)
        costs = {each["id"]: each["usd"] for each in data["baselines"]}
        assert costs[named] == pytest.approx(data["estimated_usd"], rel=1e-6)
        recommended = f'llm_router_recommendations_total{{model="{named}"}} 1'
        assert recommended in api.get("/metrics").body.decode().splitlines()
        assert api.get(f"/metrics/{named}").json["live"]["times_recommended"] == 1


def test_a_model_that_answers_for_the_one_recommended_is_asked_and_not_recommended(state):
    with service(**state) as api:
        client = Client(api)
        first = api.post("/route", {"prompt": "Write a Python function to sort a list"}).json["ranking"][0]
        failing = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR, status=500))
        client.providers.by_name[first["provider"]] = failing
        found = client.route().json
        settled(api)
        models = {each["id"]: each for each in api.get("/dashboard/data").json["models"]}
    assert found["recommended_model"]["id"] == first["id"]
    assert models[first["id"]]["recommended"] == 2
    assert models[found["model_used"]["id"]]["recommended"] == 0


def test_attempts_show_as_live_latency_and_error_rate(state):
    with service(**state) as api:
        telemetry = load_module(api.template.functions["RouteFunction"]).service.observer()
        telemetry.attempted("acme/one", "acme", 200.0, failed=False)
        telemetry.attempted("acme/one", "acme", 400.0, failed=False)
        telemetry.attempted("acme/one", "acme", 9000.0, failed=True)
        settled(api)
        data = api.get("/dashboard/data").json
        assert data["providers"] == [{"name": "acme", "attempts": 3, "failures": 1}]
        found = next(each for each in data["models"] if each["id"] == "acme/one")
        assert (found["attempts"], found["live_ms"]) == (3, 300.0)
        assert found["error_rate"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(("window", "points"), [("hour", 60), ("day", 24), ("week", 168)])
def test_each_window_has_its_points(state, window, points):
    with service(**state) as api:
        asked(api)
        data = api.get(f"/dashboard/data?window={window}").json
        assert len(data["series"]) == points
        assert sum(point["requests"] for point in data["series"]) == 3


def test_a_window_that_is_not_kept_is_refused_by_name(state):
    with service(**state) as api:
        refused = api.get("/dashboard/data?window=century")
        assert (refused.status, refused.error) == (422, "invalid_request")
        assert refused.json["error"]["fields"][0]["path"] == "window"


def test_figures_survive_a_restart(state):
    with service(**state) as api:
        asked(api)
        before = api.get("/metrics").body
    with service(**state) as again:
        data = again.get("/dashboard/data").json
        assert sum(point["requests"] for point in data["series"]) == 3
        count = re.compile(rb'^llm_router_requests_total\{function="route"\} (\d+)$', re.MULTILINE)
        assert count.findall(again.get("/metrics").body) == count.findall(before) == [b"3"]


def test_probes_are_no_traffic(state):
    with service(**state) as api:
        for path in ("/health", "/healthz", "/route/health", "/metrics"):
            assert api.get(path).status == 200
        settled(api)
        assert sum(point["requests"] for point in api.get("/dashboard/data").json["series"]) == 0


def test_the_page_that_watches_is_no_traffic(state):
    with service(**state) as api:
        assert api.get("/dashboard/data?window=century").status == 422
        settled(api)
        data = api.get("/dashboard/data").json
        assert sum(point["requests"] + point["refused"] for point in data["series"]) == 0
        assert data["p50_ms"] is None
        assert next(each for each in data["functions"] if each["function"] == "dashboard")["refused"] == 1


def test_every_line_of_the_metrics_is_a_comment_or_a_sample_and_histograms_grow(state):
    sample = re.compile(r'^[a-z_]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? [0-9.e+-]+$')
    with service(**state) as api:
        asked(api)
        reply = api.get("/metrics")
        assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = reply.body.decode().splitlines()
        assert [line for line in lines if not line.startswith("# ") and not sample.match(line)] == []
        buckets = [
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.startswith("llm_router_request_duration_seconds_bucket") and 'function="route"' in line
        ]
        assert buckets == sorted(buckets)
        assert buckets[-1] == 3


def test_health_says_of_each_part_how_it_is_since_when_and_keeps_saying_so(state):
    with service(**state) as api:
        api.post("/classify", {"prompt": "hello"})
        first = {part["name"]: part for part in api.get("/health").json["components"]}
        assert set(first) >= {"store", "catalogue", "cache", "ml_model"}
        assert all(part["state"] == "up" and part["since"] for part in first.values())
    with service(**state) as again:
        second = {part["name"]: part for part in again.get("/health").json["components"]}
        assert second["store"]["since"] == first["store"]["since"]


def test_the_processes_tell_what_they_use(state):
    with service(**state) as api:
        asked(api)
        process = api.get("/dashboard/data").json["processes"][0]
        assert process["memory"] > 10_000_000
        assert process["open_files"] >= 3
        assert process["threads"] >= 1


def test_the_page_with_everything_it_loads_is_light():
    page = (PAGE / "page.html").read_text("utf-8")
    loaded = {path.name for path in PAGE.iterdir() if path.suffix in (".js", ".css")}
    assert sum((PAGE / name).stat().st_size for name in loaded) + len(page.encode()) < MOST_BYTES
    with service() as api:
        for name in loaded:
            assert api.get(f"/dashboard/assets/{name}").body == (PAGE / name).read_bytes()


def test_the_page_may_load_and_ask_nothing_but_its_own_origin_and_runs_nothing_inline():
    with service() as api:
        reply = api.get("/")
    policy = dict(part.strip().partition(" ")[::2] for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    page = reply.body.decode()
    assert "style=" not in page
    assert " onclick" not in page
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) >= {"/dashboard/assets/page.js"}
    assert "http" not in page


def test_each_prompt_of_a_batch_is_told_and_the_batch_is_one_request(state):
    with service(**state) as api:
        prompts = ["Write a Python function to sort a list", "Write a Python function to sort a list", "Hello there!"]
        assert api.post("/classify/batch", {"prompts": prompts}).status == 200
        settled(api)
        data = api.get("/dashboard/data").json
    assert {each["name"]: each["count"] for each in data["categories"]} == {"coding": 2, "chat": 1}
    assert sum(each["count"] for each in data["difficulties"]) == 3
    assert data["cache_hit_rate"] == pytest.approx(1 / 3)
    assert sum(point["requests"] for point in data["series"]) == 1
