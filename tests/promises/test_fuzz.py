"""Thousands of events and requests that nobody would write: each gets a declared answer, and none an exception."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llm_router.web.access import ROUTES
from tests.support.service import ADMIN_KEY, Service

MANY = settings(
    max_examples=5_000,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
"""The same examples in every run, so that a failure is one for everybody."""

POSTED = sorted(rule.path for rule in ROUTES if rule.method == "POST" and rule.path != "/refresh")
PATHS = sorted({rule.path for rule in ROUTES if "{" not in rule.path})
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
known = st.sampled_from(
    (
        *("prompt", "prompts", "messages", "mode", "constraints", "preference", "session_id", "cache", "model"),
        *("models", "decision_id", "success", "score", "name", "description", "examples", "version", "stream"),
    )
)
likely = st.sampled_from(
    (
        *("recommend", "generate", "auto", "write a poem", 0, 1, 0.5, -1, True, [], {}, ["a", "b", "c"]),
        [{"role": "user", "content": "hi"}],
        [{"id": "acme/one", "provider": "acme", "display_name": "One"}],
        {"max_tokens": 5},
        {"ttl_s": 1},
    )
)
bodies = (
    st.dictionaries(known, likely | anything, max_size=5).map(lambda body: json.dumps(body).encode())
    | anything.map(lambda body: json.dumps(body).encode())
    | st.binary(max_size=40)
)
header_names = st.sampled_from(["authorization", "x-api-key", "content-type", "content-encoding", "host", "accept"])
header_values = st.sampled_from(
    [f"Bearer {ADMIN_KEY}", "Bearer x", "application/json", "text/plain", "gzip", "identity", "a:b:c", ""]
) | st.text(max_size=10)
headers = st.dictionaries(header_names | st.text(min_size=1, max_size=8), header_values, max_size=4)


@MANY
@given(path=st.sampled_from(POSTED), body=bodies, admin=st.booleans(), more=headers)
def test_five_thousand_requests_get_no_5xx_but_for_what_is_not_configured(
    api: Service, path: str, body: bytes, admin: bool, more: dict[str, str]
):
    sent = {**({"authorization": f"Bearer {ADMIN_KEY}"} if admin else {}), **more}
    reply = api.send("POST", path, body, sent)
    if reply.status == 503:
        assert reply.error == "provider_not_configured"
    else:
        assert reply.status < 500
    assert reply.status < 400 or reply.error


odd = st.none() | st.integers() | st.text(max_size=10) | st.booleans() | st.lists(st.text(max_size=3), max_size=2)
events = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from(["2.0", "2.0", "2.0", "1.0"]) | odd,
        "rawPath": st.sampled_from(PATHS) | odd,
        "rawQueryString": st.text(max_size=20) | odd,
        "headers": headers | odd | st.dictionaries(st.text(max_size=5), odd, max_size=2),
        "body": st.text(max_size=30) | odd,
        "isBase64Encoded": st.booleans() | odd,
        "cookies": odd,
        "source": st.sampled_from(["aws.s3", "aws.sqs"]) | odd,
        "requestContext": st.fixed_dictionaries(
            {},
            optional={
                "http": st.fixed_dictionaries(
                    {},
                    optional={
                        "method": st.sampled_from(["GET", "POST", "DELETE", "OPTIONS"]) | odd,
                        "path": st.sampled_from(PATHS) | odd,
                        "sourceIp": st.just("127.0.0.1") | odd,
                        "protocol": odd,
                    },
                )
                | odd,
                "requestId": odd,
                "time": odd,
            },
        )
        | odd,
    },
)
DOORS = ["/healthz", "/info", "/status", "/health"]


@MANY
@given(event=events | anything, door=st.sampled_from(DOORS))
def test_five_thousand_events_get_a_declared_answer(api: Service, event: object, door: str):
    reply = api.event(event, door)
    assert 200 <= reply.status < 500
    assert reply.status < 400 or reply.error
