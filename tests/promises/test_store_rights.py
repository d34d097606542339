"""Whatever a function writes on AWS, its role in the template lets it write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml
from botocore.client import BaseClient

from llm_router.local.template import _Loader
from tests.support.aws import BUCKET, REGION, TABLE, fake_aws
from tests.support.service import ADMIN_KEY, Service, forget_functions, service

PROMPT = "Write a Python function to sort a list"
WRITES = ("PutItem", "UpdateItem", "DeleteItem")


class Written(set[str]):
    """The partition keys that were written to."""

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        call = vars(BaseClient)["_make_api_call"]

        def noting(client: BaseClient, operation: str, arguments: dict) -> object:
            if operation in WRITES:
                self.add((arguments.get("Item") or arguments["Key"])["pk"]["S"])
            return call(client, operation, arguments)

        patch.setattr(BaseClient, "_make_api_call", noting)


def leading_keys(role: str) -> list[str]:
    """The partitions that a role may write, as patterns."""
    template = yaml.load((Path(__file__).parents[2] / "template.yaml").read_text("utf-8"), Loader=_Loader)
    statements = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (found,) = (each for each in statements if "dynamodb:PutItem" in each["Action"])
    return found["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    with fake_aws():
        found = Written()
        found.watch(monkeypatch)
        yield found


@pytest.fixture
def api(written: Written) -> Iterator[Service]:
    given = {"STORE": "aws", "TABLE_NAME": TABLE, "BUCKET_NAME": BUCKET, "AWS_REGION": REGION}
    with service(**given, LISTENER="public", DEMO_PROVIDER="true") as running:
        yield running


def use_every_route_that_writes(api: Service) -> None:
    """Recommend, generate, stream, once only, in a session, with a key that has limits; judge; take the key back."""
    limits = {"requests_per_minute": 100, "usd_per_day": 10}
    made = api.admin("/keys", {"name": "test", **limits})
    assert made.status == 200
    key = {"authorization": f"Bearer {made.json['key']}"}
    once = key | {"idempotency-key": "a"}
    chat = {"model": "auto", "messages": [{"role": "user", "content": PROMPT}], "session_id": "s"}
    replies = [
        api.post("/route", {"prompt": PROMPT, "session_id": "s"}, **key),
        api.post("/route", {"prompt": PROMPT, "mode": "generate"}, **once),
        api.post("/v1/chat/completions", chat, **key),
        api.post("/v1/chat/completions", {**chat, "stream": True}, **key),
    ]
    assert [reply.status for reply in replies] == [200] * 4
    judged = {"decision_id": replies[0].json["decision_id"], "score": 0.0}
    assert api.post("/feedback", judged, **key).status == 200
    assert (
        api.send("DELETE", f"/keys/{made.json['id']}", headers={"authorization": f"Bearer {ADMIN_KEY}"}).status == 200
    )


def test_what_the_route_function_writes_its_role_may_write(api: Service, written: Written):
    use_every_route_that_writes(api)
    forget_functions()
    patterns = leading_keys("RouteRole")
    assert [key for key in sorted(written) if not any(fnmatchcase(key, pattern) for pattern in patterns)] == []
    used = {pattern for pattern in patterns if any(fnmatchcase(key, pattern) for key in written)}
    assert set(patterns) - used == set(), json.dumps(sorted(written))
