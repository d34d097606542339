"""F15 to F17: whatever providers answer, over real connections, the next one answers or the caller hears why not."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest

from tests.support.generating import PROMPT
from tests.support.generating_world import (
    ADDRESS,
    KEYS,
    ProvidersWorld,
    addresses,
    asked,
    outcomes,
    says_nothing_of_theirs,
)
from tests.support.loopback import refusing_url
from tests.support.provider_faults import Fault, Limited
from tests.support.provider_server import provider_server
from tests.support.service import service
from tests.support.tls import self_signed


def test_f15_a_rate_limited_model_cools_as_long_as_it_says_and_the_next_one_answers(world: ProvidersWorld):
    world.server.then(Limited("20"))
    first = world.generate()
    assert outcomes(first) == ["rate_limited", "ok"]
    limited = first.json["attempts"][0]["id"]
    for seconds, status in ((0, 503), (19, 503), (2, 200)):
        world.clock.pass_seconds(seconds)
        reply = world.pinned(limited)
        assert reply.status == status
        assert status == 200 or 1 <= int(reply.headers["retry-after"]) <= 20
    assert asked(world.server).count(world.server.requests[0].model) == 2


@pytest.mark.parametrize("wait", ["86400", "Wed, 21 Oct 2099 07:28:00 GMT", "soon", "-5"])
def test_f15_all_rate_limited_is_told_at_once_with_when_to_come_back(world: ProvidersWorld, wait: str):
    world.server.always(Limited(wait))
    reply = world.generate()
    assert (reply.status, reply.error) == (503, "upstream_unavailable")
    assert 1 <= int(reply.headers["retry-after"]) <= 300
    assert len(set(asked(world.server))) == len(world.server.requests) == 3
    says_nothing_of_theirs(reply)


BROKEN = {
    Fault.SERVER_ERROR: "server_error",
    Fault.OVERLOADED: "server_error",
    Fault.RESET: "unreachable",
    Fault.RESET_MIDWAY: "garbage",
    Fault.CLOSED: "garbage",
    Fault.CUT_SHORT: "garbage",
    Fault.BAD_CHUNK: "garbage",
    Fault.HTML: "garbage",
    Fault.EMPTY: "garbage",
    Fault.TRUNCATED_JSON: "garbage",
    Fault.WRONG_JSON: "garbage",
    Fault.HUGE: "garbage",
    Fault.NO_HTTP: "garbage",
    Fault.REDIRECT: "garbage",
}


@pytest.mark.parametrize(("fault", "outcome"), BROKEN.items())
def test_f16_a_broken_answer_is_told_and_the_next_model_answers(world: ProvidersWorld, fault: Fault, outcome: str):
    world.server.then(fault)
    reply = world.generate()
    assert outcomes(reply) == [outcome, "ok"]
    assert len(set(asked(world.server))) == len(world.server.requests) == 2
    says_nothing_of_theirs(reply)


@pytest.mark.parametrize(("fault", "outcome"), BROKEN.items())
def test_f16_there_are_three_attempts_in_all_and_nothing_is_tried_twice(
    world: ProvidersWorld, fault: Fault, outcome: str
):
    world.server.always(fault)
    reply = world.generate()
    assert (reply.status, reply.error) == (502, "upstream_error")
    assert reply.json["error"]["message"].count(outcome) == 3
    assert len(set(asked(world.server))) == len(world.server.requests) == 3
    says_nothing_of_theirs(reply)


@pytest.mark.parametrize(("fault", "outcome"), BROKEN.items())
def test_f16_a_stream_that_breaks_before_its_first_piece_is_the_next_models(
    world: ProvidersWorld, fault: Fault, outcome: str
):
    if fault in (Fault.RESET_MIDWAY, Fault.CUT_SHORT, Fault.TRUNCATED_JSON):
        fault = Fault.CLOSED
        outcome = BROKEN[fault]
    world.server.then(fault)
    first, *_, end = world.stream()
    assert [attempt["outcome"] for attempt in json.loads(first)["router"]["attempts"]] == [outcome, "ok"]
    assert end == "[DONE]"


@pytest.mark.parametrize("trouble", ["refused", "no such host", "untrusted certificate"])
def test_f16_a_provider_that_cannot_be_reached_leaves_the_others(world: ProvidersWorld, trouble: str, tmp_path: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with provider_server(context) as untrusted:
        url = {
            "refused": refusing_url(),
            "no such host": "https://no-such-host.invalid",
            "untrusted certificate": untrusted.url,
        }[trouble]
        away = world.first_provider
        with service(**KEYS, **(addresses(world.server.url) | {ADDRESS[away]: url})) as api:
            reply = api.post("/route", {"prompt": PROMPT, "mode": "generate"})
            tried = reply.json["attempts"][0]
            assert (tried["provider"], tried["outcome"]) == (away, "unreachable")
            assert reply.json["model_used"]["provider"] != away
        assert untrusted.requests == []


REFUSED = {Fault.UNAUTHORIZED: 401, Fault.FORBIDDEN: 403, Fault.NOT_FOUND: 404}


@pytest.mark.parametrize(("fault", "status"), REFUSED.items())
def test_f17_a_refusal_is_not_tried_again_for_sixty_seconds(world: ProvidersWorld, fault: Fault, status: int):
    world.server.then(fault)
    reply = world.generate()
    refused = reply.json["attempts"][0]
    assert refused["status"] == status
    assert reply.json["attempts"][-1]["outcome"] == "ok"
    assert asked(world.server).count(world.server.requests[0].model) == 1
    says_nothing_of_theirs(reply)
    for seconds, answer in ((59, 503), (2, 200)):
        world.clock.pass_seconds(seconds)
        assert world.pinned(refused["id"]).status == answer


def test_f17_a_key_that_is_not_valid_leaves_the_whole_provider_alone(world: ProvidersWorld):
    world.server.then(Fault.UNAUTHORIZED)
    reply = world.generate()
    assert reply.json["model_used"]["provider"] != reply.json["attempts"][0]["provider"]
