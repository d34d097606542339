"""What leaves a process about its requests: bounded dimensions, no prompt, nothing that the template does not read."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace

import pytest

from llm_router import settings
from llm_router.activity import ActivityKind, Observation
from llm_router.adapters.emf import EmfMetrics
from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.process import usage
from llm_router.composition.watching import model_health, pulse, telemetry
from llm_router.errors import (
    ErrorCode,
    InvalidRequest,
    RateLimited,
    StoreUnavailable,
    Unavailable,
    UpstreamError,
    UpstreamTimeout,
)
from llm_router.health import Component, State, read, report
from llm_router.processes import EVERY_S, KEPT_S, ProcessUsage, Pulse, running
from llm_router.web.access import ROUTES
from llm_router.web.errors import status_of
from tests.support.clock import FakeClock
from tests.support.fake_encoder import ABOUT
from tests.support.logged import logged
from tests.support.service import ROOT, service

NAMESPACE = "LLMRouter/one"
OF_THE_STACK = re.escape("LLMRouter/${AWS::StackName}")


def written(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_metrics_have_the_function_or_the_category_as_their_only_dimension(capsys):
    metrics = EmfMetrics(NAMESPACE)
    for category in ("coding", "an-operators-own", "another"):
        seen = Observation("route", "/route", "r", 200, 3.0, category=category, cold_start=True)
        seen.model, seen.decision_id, seen.cached = "acme/one", "d", True
        seen.estimated_usd, seen.cost_usd = 0.5, 0.25
        metrics.request(seen)
    metrics.attempt(failed=True)
    lines = written(capsys)
    values = set()
    for line in lines:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == NAMESPACE
        (dimensions,) = directive["Dimensions"]
        assert len(dimensions) == 1
        values.add((dimensions[0], line[dimensions[0]]))
    assert values == {("function", "route"), ("category", "coding"), ("category", "own")}
    assert "acme/one" not in json.dumps(lines)


def test_on_lambda_metrics_are_written_under_the_namespace_that_the_function_is_given(capsys):
    function = {"STORE": "memory", "AWS_LAMBDA_FUNCTION_NAME": "route", "LOG_LEVEL": "ERROR"}
    given = settings.load({**function, "METRICS_NAMESPACE": NAMESPACE})
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    telemetry(given, store, clock, pulse(given, store, clock)).observe(Observation("route", "/route", "r", 200))
    (line,) = written(capsys)
    assert [each["Namespace"] for each in line["_aws"]["CloudWatchMetrics"]] == [NAMESPACE]


def test_the_template_reads_no_metric_that_is_never_written(capsys):
    metrics = EmfMetrics(NAMESPACE)
    metrics.request(
        Observation(
            "route", "/route", "r", 500, 1.0, category="math", cached=True, estimated_usd=1, cost_usd=1, cold_start=True
        )
    )
    metrics.request(Observation("route", "/route", "r", 200, 1.0))
    metrics.request(Observation("ingest", "schedule", "e", 200, kind=ActivityKind.SCHEDULED))
    metrics.attempt(failed=False)
    known = {each["Name"] for line in written(capsys) for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    template = (ROOT / "template.yaml").read_text("utf-8")
    alarmed = re.findall(rf'Namespace: !Sub "{OF_THE_STACK}"\n +MetricName: (\w+)', template)
    read_there = {*re.findall(rf'"{OF_THE_STACK}", "(\w+)"', template), *alarmed}
    assert len(alarmed) == 4
    assert read_there == known


@pytest.mark.parametrize(
    ("seen", "metric"),
    [
        (Observation("route", "/route", "r", 200, estimated_usd=0.1), "Latency"),
        (Observation("route", "/route", "r", 200, estimated_usd=0.1, cost_usd=0.0), "GenerationLatency"),
        (Observation("route", "/v1/chat/completions", "r", 200, kind=ActivityKind.GENERATION), "GenerationLatency"),
        (Observation("route", "/route/health", "r", 200, kind=ActivityKind.PROBE), None),
        *(
            (Observation("route", "/route", "r", *status_of(error)[:1], error=status_of(error)[1]), metric)
            for error, metric in (
                (UpstreamError("x"), "GenerationLatency"),
                (UpstreamTimeout("x"), "GenerationLatency"),
                (Unavailable("x", code=ErrorCode.UPSTREAM_UNAVAILABLE), "GenerationLatency"),
                (RateLimited("x", code=ErrorCode.UPSTREAM_RATE_LIMITED), "GenerationLatency"),
                (RateLimited("x"), "Latency"),
                (InvalidRequest("x", code=ErrorCode.REQUEST_NOT_ACCEPTED), "GenerationLatency"),
                (InvalidRequest("x"), "Latency"),
                (StoreUnavailable("x"), "Latency"),
            )
        ),
    ],
)
def test_the_latency_that_an_alarm_watches_leaves_out_probes_and_what_a_provider_s_model_answers(seen, metric, capsys):
    EmfMetrics(NAMESPACE).request(seen)
    (line,) = written(capsys)
    assert line["Requests"] == [1]
    assert {"Latency", "GenerationLatency"} & line.keys() == ({metric} if metric else set())


def test_the_table_of_routes_says_whose_time_is_a_model_s_and_what_is_asked_over_and_over():
    special = {row.path: row.kind for row in ROUTES if row.kind is not ActivityKind.REQUEST}
    probes = {row.path for row in ROUTES if row.path.endswith("/health")} | {"/healthz", "/metrics"}
    asked = ("/v1/chat/completions", "/v1/responses", "/v1/messages")
    generations = dict.fromkeys(asked, ActivityKind.GENERATION)
    assert special == generations | dict.fromkeys(probes, ActivityKind.PROBE)


def test_the_first_request_of_a_process_is_told_apart_and_a_probe_is_none():
    with service(LOG_LEVEL="INFO") as api:
        assert api.get("/route/health").status == 200
        with logged(logging.getLogger("llm-router"), level=logging.INFO) as told:
            for path in ("/route/health", "/metrics/models", "/metrics/models"):
                assert api.get(path).status == 200
    assert [json.loads(line)["request"]["cold_start"] for line in told] == [False, True, False]


def test_a_log_line_tells_equal_prompts_and_never_the_prompt():
    with service(LOG_LEVEL="INFO") as api:
        assert api.get("/healthz").status == 200
        with logged(logging.getLogger("llm-router"), level=logging.INFO) as told:
            for prompt in ("a very secret prompt", "a very secret prompt", "another one"):
                assert api.post("/route", {"prompt": prompt}).status == 200
    lines = [json.loads(line)["request"] for line in told]
    hashes = [line["prompt_hash"] for line in lines]
    assert hashes[0] == hashes[1] != hashes[2]
    assert {"request_id", "decision_id", "category", "model", "ms"} <= set(lines[0])
    assert not any(isinstance(fact, dict) for line in lines for fact in line.values())
    assert "secret prompt" not in "".join(told)


def test_a_process_tells_of_itself_now_and_then_and_is_forgotten_when_it_falls_silent():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    used = iter((1.0, 3.5))
    pulse = Pulse(store, clock, "worker-0", lambda: ProcessUsage(100, 200, next(used), 4, 10, 3))
    pulse.beat()
    pulse.beat()
    assert [(each.name, each.cpu) for each in running(store, clock)] == [("worker-0", 0.0)]
    clock.pass_seconds(EVERY_S)
    pulse.beat()
    (found,) = running(store, clock)
    assert found.cpu == pytest.approx(2.5 / EVERY_S)
    assert found.usage.memory_limit == 200
    clock.pass_seconds(KEPT_S)
    assert running(store, clock) == []


def test_this_process_can_be_measured():
    found = usage(None)
    assert found.cpu_s > 0
    assert found.memory_limit is None


def test_a_model_that_is_missing_is_told_with_who_answers_instead_and_why():
    told = model_health(replace(ABOUT, available=False, reason="no such file"))
    assert told.state is State.DEGRADED
    assert told.detail == "Rules and words answer alone: no such file"


def test_a_part_keeps_its_since_while_only_its_words_change():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    report(store, clock, Component("cache", State.DEGRADED, "refused"))
    began = clock.now()
    clock.pass_seconds(60)
    report(store, clock, Component("cache", State.DEGRADED, "timed out"))
    found = read(store, "cache")
    assert found is not None
    assert (found.detail, found.since) == ("timed out", began)
    report(store, clock, Component("cache", State.UP))
    well = read(store, "cache")
    assert well is not None
    assert well.since == clock.now()
