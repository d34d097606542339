"""A store that has not answered since the start: nobody can tell whether a key is needed, so nobody spends without."""

from __future__ import annotations

import os
from pathlib import Path

from llm_router.client_keys import RETRY_AFTER_S
from tests.support.clock import FakeClock
from tests.support.generating import ADMIN, MESSAGES, PROMPT, client_at

SPENDING = (
    ("/route", {"prompt": PROMPT, "mode": "generate"}),
    ("/v1/chat/completions", {"model": "auto", "messages": MESSAGES}),
    ("/v1/chat/completions", {"model": "auto", "messages": MESSAGES, "stream": True}),
    ("/v1/responses", {"model": "auto", "input": PROMPT}),
    ("/v1/responses", {"model": "auto", "input": PROMPT, "stream": True}),
    ("/v1/messages", {"model": "auto", "messages": MESSAGES}),
    ("/v1/messages", {"model": "auto", "messages": MESSAGES, "stream": True}),
)


def test_while_nobody_can_tell_whether_a_key_is_needed_nothing_is_spent_without_one(tmp_path: Path):
    clock, file = FakeClock(), tmp_path / "router.sqlite"
    with client_at(clock, STORE="sqlite", STATE_DIR=str(tmp_path)) as client:
        client.holder()
        for each in tmp_path.glob("router.sqlite*"):
            each.unlink()
        file.write_bytes(os.urandom(40_960))
        for path in ("/route", "/classify"):
            assert client.api.post(path, {"prompt": PROMPT}).status == 200
        for path, body in SPENDING:
            for headers in ({}, {"x-api-key": "any"}):
                reply = client.api.send("POST", path, body, headers)
                assert (reply.status, reply.error) == (503, "store_unavailable")
                assert int(reply.headers["retry-after"]) >= 1
        assert client.asked == []
        assert client.api.send("POST", "/route", SPENDING[0][1], ADMIN).status == 200
        file.unlink()
        clock.pass_seconds(RETRY_AFTER_S)
        assert [client.api.post(path, body).status for path, body in SPENDING] == [200] * len(SPENDING)
