"""Cache poisoning: names cannot be guessed, older forms are misses, and nothing that is read back is ever executed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from redis import Redis

from llm_router import cache_keys
from tests.support.loopback import free_port
from tests.support.service import ROOT, service
from tests.support.valkey import running

PROMPT = {"prompt": "Write a Python function to sort a list"}
SHIPPED = sorted(
    path for folder in ("shared", "functions", "layers/model/classifier") for path in (ROOT / folder).rglob("*.py")
)
EXECUTES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}


def names_with(secret: str, port: int) -> set[bytes]:
    with Redis(port=port) as redis, service(REDIS_URL=f"redis://127.0.0.1:{port}/0", HASH_SECRET=secret) as api:
        redis.flushall()
        assert api.post("/classify", PROMPT).status == 200
        return set(redis.keys())


@pytest.mark.usefixtures("clock")
def test_names_in_the_cache_depend_on_the_secret_and_on_the_version_of_their_form(monkeypatch):
    port = free_port()
    with running(port):
        one, again, other = names_with("one", port), names_with("one", port), names_with("other", port)
        monkeypatch.setattr(cache_keys, "SCHEMA", "2")
        newer = names_with("one", port)
    assert one == again
    assert one.isdisjoint(other)
    assert one.isdisjoint(newer)


@pytest.mark.usefixtures("clock")
def test_what_is_written_under_the_name_of_another_version_is_not_read():
    port = free_port()
    with running(port), Redis(port=port) as redis:
        (name,) = names_with("one", port)
        poison = redis.get(name)
        assert poison is not None
        redis.flushall()
        redis.set(name.replace(b":1:", b":0:"), poison)
        with service(REDIS_URL=f"redis://127.0.0.1:{port}/0", HASH_SECRET="one") as api:
            assert api.post("/classify", PROMPT).json["cached"] is False


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_shipped_can_execute_what_it_reads(path: Path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert not EXECUTES & {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in EXECUTES
        elif isinstance(node, ast.Call):
            assert getattr(node.func, "id", "") not in ("eval", "exec", "compile", "__import__")
            allowed = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert allowed.get("allow_pickle", "False") == "False"
            assert allowed.get("shell", "False") == "False"
            assert ast.unparse(node.func) not in ("yaml.unsafe_load", "yaml.full_load", "os.system", "os.popen")
