"""The template, the access table and the doors tell the same routes; the transformed template lints clean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from cfnlint.api import ManualArgs, lint
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from llm_router.local.template import load
from llm_router.web.access import ROUTES

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"


class NoManagedPolicies:
    """The translator asks for AWS's managed policies; the template uses none."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="module", params=["false", "true"], ids=["streaming off", "streaming on"])
def transformed(request: pytest.FixtureRequest) -> dict[str, object]:
    document = yaml_parse(TEMPLATE.read_text())
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/code.zip"
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer.zip"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        return transform(document, {"StreamingDoor": request.param}, NoManagedPolicies())


def test_template_and_access_table_hold_the_same_routes():
    table = {(rule.function.value, rule.method, rule.path) for rule in ROUTES}
    template = load(TEMPLATE)
    routes = {
        (template.functions[route.function].code.name, route.method, route.path.replace("+}", "}"))
        for route in template.routes
        if route.path != "$default"
    }
    assert routes == table


def test_the_transformed_template_lints_clean(transformed):
    found = lint(json.dumps(transformed), config=ManualArgs(regions=["eu-central-1"]))
    assert [str(problem) for problem in found] == []


def test_no_permission_is_a_star(transformed):
    roles = [found for found in transformed["Resources"].values() if found["Type"] == "AWS::IAM::Role"]
    statements = [
        statement
        for role in roles
        for policy in role["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert statements
    for statement in statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        assert statement["Resource"] != "*"


def test_every_function_has_a_role_of_its_own(transformed):
    functions = {
        name: found for name, found in transformed["Resources"].items() if found["Type"] == "AWS::Lambda::Function"
    }
    streaming = functions.pop("RouteStreamFunction")
    assert streaming["Properties"]["Role"] == functions["RouteFunction"]["Properties"]["Role"], "it is the same code"
    roles = [json.dumps(function["Properties"]["Role"]) for function in functions.values()]
    assert len(functions) == 4
    assert len(set(roles)) == 4


def test_only_the_ingest_function_writes_the_catalogue(transformed):
    writers = {
        name
        for name, found in transformed["Resources"].items()
        if found["Type"] == "AWS::IAM::Role" and "s3:PutObject" in json.dumps(found)
    }
    assert writers == {"IngestRole"}


def test_only_the_ingest_function_may_write_the_catalogues_items(transformed):
    writers = {
        name
        for name, found in transformed["Resources"].items()
        if found["Type"] == "AWS::IAM::Role"
        for statement in found["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        if "dynamodb:PutItem" in statement["Action"]
        and "catalogue" in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    }
    assert writers == {"IngestRole"}


def test_the_streaming_door_is_there_only_when_it_is_asked_for(transformed):
    of_the_door = {
        name: found for name, found in transformed["Resources"].items() if name.startswith("RouteStreamFunction")
    }
    url = of_the_door["RouteStreamFunctionUrl"]["Properties"]
    assert (url["AuthType"], url["InvokeMode"]) == ("NONE", "RESPONSE_STREAM")
    assert {found.get("Condition") for found in of_the_door.values()} == {"Streams"}
    assert "RouteStreamFunction" not in load(TEMPLATE).functions


def test_functions_without_the_model_do_not_carry_its_layer(transformed):
    document = json.dumps
    for name in ("IngestFunction", "DashboardFunction"):
        layers = document(transformed["Resources"][name]["Properties"]["Layers"])
        assert "ModelLayer" not in layers


def test_the_compose_file_listens_on_loopback_alone():
    compose = yaml.safe_load((ROOT / "localstack-compose.yml").read_text())
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
