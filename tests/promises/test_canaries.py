"""A canary key and a canary prompt go through every route, and are looked for in everything that a process leaves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from redis import Redis

from llm_router.adapters.mapped import make
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.web.access import ROUTES, RouteRule
from tests.support.generating import Client
from tests.support.logged import logged
from tests.support.loopback import free_port
from tests.support.providers import FakeProvider
from tests.support.service import Reply, Service, service
from tests.support.valkey import running

PROMPT = "canaryprompt writes a Python function to sort a list"
ADMIN_CANARY, PROVIDER_CANARY = "canaryadminkey", "canaryproviderkey"
CANARIES = (b"canaryprompt", b"canaryadminkey", b"canaryproviderkey", b"canarysession")
MESSAGES = [{"role": "system", "content": PROMPT}, {"role": "user", "content": PROMPT}]
BODIES: dict[str, list[object]] = {
    "/route": [
        {"prompt": PROMPT, "session_id": "canarysession"},
        {"messages": MESSAGES, "session_id": "canarysession"},
        {"prompt": PROMPT, "mode": "generate", "cache": {"ttl_s": 60}},
        {"prompt": PROMPT, "preference": PROMPT, PROMPT: 1},
    ],
    "/v1/chat/completions": [
        {"model": "auto", "messages": MESSAGES, "cache": {"ttl_s": 60}},
        {"model": "auto", "messages": MESSAGES, "stream": True},
        {"model": PROMPT, "messages": MESSAGES},
    ],
    "/v1/responses": [
        {"model": "auto", "input": PROMPT, "cache": {"ttl_s": 60}},
        {"model": "auto", "input": MESSAGES, "stream": True},
        {"model": PROMPT, "input": MESSAGES},
    ],
    "/v1/messages": [
        {"model": "auto", "system": PROMPT, "messages": MESSAGES[1:], "cache": {"ttl_s": 60}},
        {"model": "auto", "messages": MESSAGES, "stream": True},
        {"model": PROMPT, "messages": MESSAGES},
    ],
    "/v1/messages/count_tokens": [{"model": "auto", "messages": MESSAGES}, {"model": PROMPT, "messages": MESSAGES}],
    "/classify": [{"prompt": PROMPT}],
    "/classify/batch": [{"prompts": [PROMPT, PROMPT]}],
    "/feedback": [{"decision_id": "x", "success": True, "reason": PROMPT}],
    "/keys": [{"name": "a key"}, {"name": ["canaryprompt"]}],
    "/categories": [{"name": "canaryprompt!", "description": PROMPT, "examples": [PROMPT]}],
    "/update": [{"models": [{"id": "canaryprompt one", "provider": "acme", "display_name": PROMPT + "<"}]}],
    "/refresh": [{PROMPT: True}],
    "/catalogue/rollback": [{"version": PROMPT}],
}


def all_logged(api: Service) -> AbstractContextManager[list[str]]:
    """What is logged meanwhile, by ours and by everybody's loggers, at every level."""
    assert api.get("/healthz").status == 200
    return logged(logging.getLogger("llm-router"), logging.getLogger(), level=logging.DEBUG)


def ask_all(api: Service, headers: dict[str, str]) -> Iterator[Reply]:
    """Every route with canaries wherever it takes anything."""
    for rule in ROUTES:
        for body in BODIES[rule.path] if rule.method == "POST" else [None]:
            yield api.send(rule.method, path_of(rule), body, {**headers, "x-canary": PROMPT})


def path_of(rule: RouteRule) -> str:
    path = rule.path
    for name in ("model_id", "decision_id", "key_id", "name"):
        path = path.replace(f"{{{name}}}", "canaryprompt")
    return path + ("?window=canaryprompt" if rule.method == "GET" else "")


def clean(where: str, content: bytes) -> None:
    for canary in CANARIES:
        assert canary not in content, f"{canary!r} in {where}"


@pytest.mark.usefixtures("clock")
def test_a_canary_key_and_a_canary_prompt_occur_in_nothing_that_is_left(tmp_path: Path, monkeypatch, capfd):
    port = free_port()
    settings = {
        "STORE": "sqlite",
        "STATE_DIR": str(tmp_path),
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "LOG_LEVEL": "DEBUG",
        "AWS_LAMBDA_FUNCTION_NAME": "route",
        "ADMIN_KEY": ADMIN_CANARY,
        "OPENAI_API_KEY": PROVIDER_CANARY,
    }
    replies: list[Reply] = []
    with running(port), Redis(port=port) as redis, service(**settings) as api:
        generating = Client(api)
        with all_logged(api) as lines:
            for headers in ({"authorization": f"Bearer {ADMIN_CANARY}"}, {"x-api-key": "canaryadminkey2"}, {}):
                replies += ask_all(api, headers)
            generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR, status=500))
            replies += ask_all(api, {"authorization": f"Bearer {ADMIN_CANARY}"})

            def defect(*_: object, **__: object) -> None:
                raise RuntimeError(PROMPT + ADMIN_CANARY)

            monkeypatch.setattr("llm_router.recommend.Recommender.recommend", defect)
            replies += ask_all(api, {"authorization": f"Bearer {ADMIN_CANARY}"})
        board = [api.get(path).body for path in ("/dashboard/data", "/metrics", "/health", "/status", "/info")]
        names = list(redis.scan_iter())
        held = [name + (redis.get(name) or b"") for name in names]
    assert len(names) >= 2
    assert any("defect" in line for line in lines)
    assert len(replies) > 150
    assert {reply.status for reply in replies} >= {200, 401, 404, 422, 500, 502}
    for reply in replies:
        clean("an answer", reply.body + repr(reply.headers).encode())
    clean("the log", "\n".join(lines).encode())
    clean("metrics and other output", "".join(capfd.readouterr()).encode())
    clean("the dashboard", b"".join(board))
    clean("the shared cache", b"".join(held))
    for file in tmp_path.rglob("*"):
        clean(file.name, file.read_bytes())


def test_the_file_that_workers_share_holds_no_prompt(tmp_path: Path):
    make(tmp_path / "cache.bin")
    with service(STORE="sqlite", STATE_DIR=str(tmp_path), ADMIN_KEY=ADMIN_CANARY) as api:
        Client(api)  # its providers answer without a network
        assert list(ask_all(api, {"authorization": f"Bearer {ADMIN_CANARY}"}))
    held = (tmp_path / "cache.bin").read_bytes()
    assert b"general" in held
    clean("the shared file", held)


def test_a_new_keys_secret_is_in_one_answer_and_nowhere_else(tmp_path: Path):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path), LOG_LEVEL="DEBUG") as api:
        generating = Client(api)
        with all_logged(api) as lines:
            holder = generating.holder()
            assert holder.generate().status == 200
            others = [holder.entry, api.get("/dashboard/data").json]
        secret = holder.secret
    assert secret not in repr(others)
    assert secret not in "".join(lines)
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.rglob("*"))
