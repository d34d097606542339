"""The template deployed whole into an AWS on this machine, and the HTTP contract driven through it, roles in force."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from tests.support.built import build
from tests.support.ministack import REGION, Stack, deploy, emulator
from tests.support.template import transformed

MODEL = {"id": "acme/one", "provider": "acme", "display_name": "One"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with emulator(roles=True) as found:
        yield deploy(found, build())


def test_every_resource_of_the_template_is_made(stack: Stack):
    wanted = {name for name, found in transformed()["Resources"].items() if "Condition" not in found}
    # Layers and versions carry a hash of what they hold in their names.
    plain = {name for name in wanted if "Layer" not in name and "Version" not in name} - {"BucketPolicy"}
    assert plain <= set(stack.resources)
    assert stack.outputs["TableName"] == stack.resources["Table"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/healthz", None),
        ("GET", "/route/health", None),
        ("POST", "/route", {"prompt": "Write a Python function to sort a list"}),
        ("GET", "/metrics/models", None),
        ("POST", "/classify", {"prompt": "Write a short poem about the sea"}),
        ("POST", "/classify/batch", {"prompts": ["What is 2 + 2?", "Hello!"]}),
        ("GET", "/categories", None),
        ("GET", "/info", None),
        ("GET", "/status", None),
        ("GET", "/models", None),
        ("GET", "/catalogue/versions", None),
        ("GET", "/dashboard", None),
        ("GET", "/dashboard/data", None),
        ("GET", "/openapi.json", None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_contract_is_answered_through_the_api(stack: Stack, method: str, path: str, body: object):
    reply = stack.ask(method, path, body)
    assert reply.status == 200, reply.body[:500]
    if path == "/route":
        assert reply.json["ranking"]
        assert "ml_model" not in reply.json["degraded"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/route"), ("GET", "/models"), ("POST", "/refresh")])
@pytest.mark.parametrize("key", ["", "wrong"], ids=["no key", "a wrong key"])
def test_on_aws_nothing_but_health_is_open(stack: Stack, method: str, path: str, key: str):
    assert stack.ask(method, path, {"prompt": "x"}, key=key).error == "unauthorized"


def test_what_no_route_takes_has_our_envelope(stack: Stack):
    assert stack.ask("GET", "/nothing").error == "not_found"


def test_a_model_added_over_http_is_in_the_table_and_the_bucket_and_served_with_its_slash(stack: Stack):
    version = stack.ask("POST", "/update", {"models": [MODEL]}).json["catalogue_version"]
    for path in ("/models/acme/one", "/models/acme%2Fone"):
        assert stack.ask("GET", path).json["display_name"] == "One"
    assert stack.ask("GET", "/catalogue/versions").json["catalogue_version"] == version
    s3 = stack.emulator.client("s3")
    kept = s3.list_objects_v2(Bucket=stack.resources["Bucket"], Prefix="catalogue/")["Contents"]
    assert len(kept) == version
    rolled = stack.ask("POST", "/update", {"models": [MODEL], "expected_version": version - 1})
    assert rolled.status == 409


def test_a_decision_is_found_again_and_its_prompt_nowhere(stack: Stack):
    made = stack.ask("POST", "/route", {"prompt": "Write a sonnet about a canary called Quibbler"}).json
    assert stack.ask("GET", f"/decisions/{made['decision_id']}").json["explanation"] == made["explanation"]
    table = stack.emulator.client("dynamodb")
    assert "Quibbler" not in json.dumps(table.scan(TableName=stack.resources["Table"])["Items"], default=str)


def test_an_own_category_added_on_one_function_is_known_to_the_other(stack: Stack):
    own = {
        "name": "legal",
        "description": "Reading, drafting and explaining contracts, clauses and statutes",
        "examples": ["Review this clause", "What does this contract oblige me to?", "Draft a lease"],
    }
    assert stack.ask("POST", "/categories", own).status == 200
    assert "legal" in json.dumps(stack.ask("GET", "/categories").json)
    assert stack.ask("DELETE", "/categories/legal").status == 200


def test_the_schedules_own_event_refreshes_and_a_second_delivery_changes_nothing(stack: Stack):
    client = stack.emulator.client("lambda")
    event = json.dumps({"source": "aws.scheduler", "id": "one"})
    results = []
    for _ in range(2):
        answer = client.invoke(FunctionName=stack.resources["IngestFunction"], Qualifier="live", Payload=event)
        assert "FunctionError" not in answer
        results.append(json.loads(answer["Payload"].read()))
    assert results[0]["catalogue_version"] == results[1]["catalogue_version"]


def test_the_schedule_calls_the_alias_and_the_functions_run_the_version_behind_it(stack: Stack):
    scheduler = stack.emulator.client("scheduler")
    schedule = scheduler.get_schedule(Name=stack.resources["IngestFunctionSchedule"])
    assert schedule["Target"]["Arn"] == stack.resources["IngestFunctionAliaslive"]
    assert schedule["ScheduleExpression"] == "rate(6 hours)"


def test_a_function_cannot_do_what_only_another_one_may(stack: Stack):
    """The roles are in force here: what the route function's role lacks is refused, whatever the code tries."""
    sts = stack.emulator.client("sts")
    role = f"arn:aws:iam::000000000000:role/{stack.resources['RouteRole']}"
    given = sts.assume_role(RoleArn=role, RoleSessionName="try")["Credentials"]
    keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    session = boto3.Session(*keys, region_name=REGION)
    s3 = session.client("s3", endpoint_url=stack.emulator.address)
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.put_object(Bucket=stack.resources["Bucket"], Key="catalogue/forged", Body=b"x")
    table = session.client("dynamodb", endpoint_url=stack.emulator.address)
    with pytest.raises(table.exceptions.ClientError, match="AccessDenied"):
        table.scan(TableName=stack.resources["Table"])
