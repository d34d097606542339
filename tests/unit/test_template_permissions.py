"""What the template lets each function do: in a role of its own, and no more than it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tests.support.template import combinations, resolved, transformed

WITHOUT_RESOURCE = {
    "tracing": "X-Ray knows no resources: its two actions are for the whole account or not at all",
    "network": "what Lambda makes is not known before, and describing knows no resources; it is denied to our own code",
}
"""The policies that name no resource, and why none can be named; both are only there when their option is chosen."""


def statements(template: Mapping[str, dict]) -> Iterator[tuple[str, str, dict]]:
    """Role, policy and statement of everything that the functions' roles allow."""
    for name, found in template["Resources"].items():
        if found["Type"] == "AWS::IAM::Role":
            for policy in found["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, policy["PolicyName"], statement


def listed(value: object) -> list:
    return value if isinstance(value, list) else [value]


def test_no_permission_is_a_star_but_for_those_that_know_no_resource():
    without = set()
    for parameters in combinations():
        for role, policy, statement in statements(resolved(parameters)):
            assert not any("*" in action for action in listed(statement["Action"])), role
            if "*" in listed(statement["Resource"]):
                without.add(policy)
    assert without == set(WITHOUT_RESOURCE)
    assert all("*" not in listed(statement["Resource"]) for _, _, statement in statements(resolved({})))


def test_what_lambda_may_do_to_the_network_a_functions_own_code_may_not():
    found: dict[str, dict[str, dict]] = {}
    for role, policy, statement in statements(resolved({"Cache": "valkey"})):
        if policy == "network":
            found.setdefault(role, {})[statement["Effect"]] = statement
    assert set(found) == {"RouteRole", "ClassifyRole"}
    for given in found.values():
        assert given["Deny"]["Action"] == given["Allow"]["Action"]
        assert given["Deny"]["Resource"] == "*"
        assert "Condition" not in given["Allow"]
        ((arn),) = given["Deny"]["Condition"]["ArnLike"].values()
        assert arn["Fn::Sub"].endswith(":function:*")
        assert set(given["Allow"]["Action"]) == {
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        }


def test_only_the_route_function_asks_bedrock_and_only_the_models_that_were_named():
    def asks(parameters: Mapping[str, str]) -> dict[str, str]:
        return {
            role: json.dumps(statement["Resource"])
            for role, _, statement in statements(resolved(parameters))
            if any(action.startswith("bedrock:") for action in listed(statement["Action"]))
        }

    assert asks({}) == {}
    ((role, models),) = asks({"BedrockModels": "anthropic.*"}).items()
    assert role == "RouteRole"
    assert models.count("anthropic.*") + models.count("${BedrockModels}") == 2
    assert "${AWS::Region}" not in models, "BEDROCK_REGION may name another"
    enabled = resolved({"BedrockModels": "anthropic.*"})["Resources"]["RouteFunction"]["Properties"]["Environment"]
    assert enabled["Variables"]["BEDROCK_ENABLED"] == "true"


def test_every_function_has_a_role_of_its_own():
    """The streaming door is the route function once more, and may do what that may."""
    roles = {
        name: json.dumps(found["Properties"]["Role"])
        for name, found in transformed()["Resources"].items()
        if found["Type"] == "AWS::Lambda::Function"
    }
    assert roles.pop("RouteStreamFunction") == roles["RouteFunction"]
    assert len(roles) == 4
    assert len(set(roles.values())) == 4


def test_only_the_ingest_function_writes_the_catalogue():
    writers = {role for role, _, statement in statements(resolved({})) if "s3:PutObject" in listed(statement["Action"])}
    assert writers == {"IngestRole"}


def test_only_the_ingest_function_may_write_the_catalogues_items():
    writers = {
        role
        for role, _, statement in statements(resolved({}))
        if "dynamodb:PutItem" in listed(statement["Action"])
        and "catalogue" in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    }
    assert writers == {"IngestRole"}


def test_a_function_reads_nothing_of_what_clients_asked_that_it_does_not_show():
    for role, _, statement in statements(resolved({})):
        if "dynamodb:GetItem" in listed(statement["Action"]) and role != "RouteRole":
            read = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert "record#client_key" in read, "who may call is told by all of them"
            assert not {"record#idempotency", "record#session#*", "counter#spend"} & set(read)
            assert ("record#decision#*" in read) is (role == "DashboardRole"), "it shows the newest"


def test_every_function_that_admits_clients_by_their_keys_limits_may_count_their_requests():
    counting = {
        role
        for role, _, statement in statements(resolved({}))
        if "dynamodb:UpdateItem" in listed(statement["Action"])
        and "counter#rate" in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    }
    assert counting == {"RouteRole", "ClassifyRole"}
