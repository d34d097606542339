"""The template, the access table and the doors tell the same routes; every combination of options is a sound stack."""

from __future__ import annotations

import json
from collections.abc import Mapping

import yaml
from cfnlint.api import ManualArgs, lint

from llm_router import settings as settings_module
from llm_router.local.template import load
from llm_router.web.access import ROUTES
from tests.support.template import ROOT, TEMPLATE, combinations, document, references, resolved, transformed

COMBINATIONS = combinations()
REASONS = {
    "BucketPolicy": "refuses what does not come over TLS",
    "DomainMapping": "joins the API to its domain",
    "DomainRecord": "enters the domain in Route 53",
    "PrivateRoutesOfSubnetA": "joins a subnet to its routes",
    "PrivateRoutesOfSubnetB": "joins a subnet to its routes",
    "PublicRoutesOfSubnet": "joins a subnet to its routes",
    "PublicWayOut": "the route from the public subnet to the Internet",
    "PrivateWayOut": "the route from the functions to the NAT gateway",
    "TableEndpoint": "reaches DynamoDB from the network, for nothing",
    "BucketEndpoint": "reaches S3 from the network, for nothing",
    "SecretsEndpoint": "reaches Secrets Manager from a network without a way out",
    "IngestFunctionSchedule": "refreshes the catalogue",
}
"""Resources that no other refers to."""


def test_template_and_access_table_hold_the_same_routes_and_head_wherever_get_is():
    table = {(rule.function.value, rule.method, rule.path) for rule in ROUTES}
    table |= {(function, "HEAD", path) for function, method, path in table if method == "GET"}
    template = load(TEMPLATE)
    routes = {
        (template.functions[route.function].code.name, route.method, route.path.replace("+}", "}"))
        for route in template.routes
        if route.path != "$default"
    }
    assert routes == table


def test_the_transformed_template_lints_clean_with_its_options_open():
    found = lint(json.dumps(transformed()), config=ManualArgs(regions=["eu-central-1"]))
    assert [str(problem) for problem in found] == []


def test_every_resource_lints_clean_in_every_form_that_the_options_give_it():
    """In the fewest combinations that have all the forms: again and again the one with the most that are new."""
    forms = [
        {(name, json.dumps(found)) for name, found in resolved(parameters)["Resources"].items()}
        for parameters in COMBINATIONS
    ]
    unseen = set().union(*forms)
    while unseen:
        place = max(range(len(forms)), key=lambda place: len(forms[place] & unseen))
        unseen -= forms[place]
        # A parameter that this combination has no use for is no mistake, nor is one with a single value.
        ignored = {"ignore_checks": ["W2001", "W1030"]}
        stack = json.dumps(resolved(COMBINATIONS[place]))
        found = lint(stack, config=ManualArgs(regions=["eu-central-1"], **ignored))
        assert [str(problem) for problem in found] == [], COMBINATIONS[place]


def test_in_every_combination_nothing_refers_to_what_is_not_there():
    for parameters in COMBINATIONS:
        stack = resolved(parameters)
        there = {*stack["Resources"], *stack["Parameters"]}
        dangling = {name for name in references([stack["Resources"], stack["Outputs"]]) if not name.startswith("AWS::")}
        assert dangling - there == set(), parameters


def test_when_nothing_is_chosen_nothing_costs_by_the_hour():
    stack = resolved({})
    kinds = {found["Type"] for found in stack["Resources"].values()}
    by_the_hour = {
        "AWS::EC2::NatGateway",
        "AWS::EC2::VPCEndpoint",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::EC2::EIP",
    }
    assert kinds & by_the_hour == set()
    for found in stack["Resources"].values():
        assert "ProvisionedConcurrencyConfig" not in found["Properties"]
        assert found["Properties"].get("SnapStart", {}).get("ApplyOn", "None") == "None"
    assert stack["Resources"]["Table"]["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


def test_a_version_that_a_deployment_replaces_keeps_no_snapshot_that_is_paid_for():
    stack = resolved({"StartUp": "snapstart", "StreamingDoor": "true"})["Resources"]
    kept = [found["DeletionPolicy"] for found in stack.values() if found["Type"] == "AWS::Lambda::Version"]
    assert kept == ["Delete"] * 5


def test_snapshots_and_provisioned_instances_exclude_each_other():
    for parameters in COMBINATIONS:
        found = resolved(parameters)["Resources"]
        for name in ("RouteFunction", "ClassifyFunction"):
            snapshot = found[name]["Properties"]["SnapStart"]["ApplyOn"] == "PublishedVersions"
            provisioned = "ProvisionedConcurrencyConfig" in found[f"{name}Aliaslive"]["Properties"]
            assert snapshot == (parameters.get("StartUp") == "snapstart")
            assert provisioned == (parameters.get("StartUp") == "provisioned")


def test_only_the_functions_that_cache_are_in_the_network_and_it_reaches_what_they_need():
    stack = resolved({"Cache": "valkey"})["Resources"]
    inside = {name for name, found in stack.items() if "VpcConfig" in found["Properties"]}
    assert inside == {"RouteFunction", "ClassifyFunction"}
    services = {json.dumps(found) for found in stack.values() if found["Type"] == "AWS::EC2::VPCEndpoint"}
    for service in ("dynamodb", "s3", "secretsmanager"):
        assert any(f'.{service}"' in found for found in services)
    assert "SecretsEndpoint" not in resolved({"Cache": "valkey", "Egress": "nat"})["Resources"]


def test_nobody_calls_into_the_network_from_outside():
    for name, found in resolved({"Cache": "valkey", "Egress": "nat"})["Resources"].items():
        if found["Type"] == "AWS::EC2::SecurityGroup":
            for rule in found["Properties"].get("SecurityGroupIngress", []):
                assert "CidrIp" not in rule, name


def test_a_cache_in_another_network_has_another_name_so_that_it_can_be_replaced():
    stack = resolved({"Cache": "valkey"})["Resources"]
    name = stack["Valkey"]["Properties"]["ServerlessCacheName"]
    assert list(references(name)) == ["Network"]


def test_nothing_has_a_name_that_only_one_stack_of_an_account_could_take():
    """A metric is of another; a stage and an alias are named within their API or function; a layer's versions count."""
    harmless = {("AWS::ApiGatewayV2::Stage", "StageName"), ("AWS::Lambda::Alias", "Name")}
    harmless |= {("AWS::CloudWatch::Alarm", "MetricName"), ("AWS::Lambda::LayerVersion", "LayerName")}
    fixed = {
        (found["Type"], property_)
        for found in transformed()["Resources"].values()
        for property_, value in found.get("Properties", {}).items()
        if property_.endswith("Name") and isinstance(value, str)
    }
    assert fixed == harmless


def test_no_alarm_and_no_graph_reads_what_another_stack_of_the_account_counts():
    stack = resolved({"StreamingDoor": "true"})["Resources"]
    own = {"Fn::Sub": "LLMRouter/${AWS::StackName}"}
    for name, found in stack.items():
        properties = found["Properties"]
        if found["Type"] == "AWS::Lambda::Function":
            assert properties["Environment"]["Variables"]["METRICS_NAMESPACE"] == own, name
        if found["Type"] == "AWS::CloudWatch::Alarm":
            assert properties["Namespace"] == own or list(references(properties["Dimensions"])), name
    board = json.loads(stack["Board"]["Properties"]["DashboardBody"]["Fn::Sub"])
    shown = [metric[0] for widget in board["widgets"] for metric in widget["properties"]["metrics"]]
    assert set(shown) == {own["Fn::Sub"]}


def test_every_address_has_an_alarm_on_its_5xx():
    def watched(parameters: Mapping[str, str]) -> set[str]:
        stack = resolved(parameters)["Resources"]
        errors = [found["Properties"] for name, found in stack.items() if name.endswith("ErrorsAlarm")]
        return {name for found in errors for name in (found["MetricName"], *references(found["Dimensions"]))}

    assert watched({}) == {"5xx", "Api"}
    assert watched({"StreamingDoor": "true"}) == {"5xx", "Api", "Url5xxCount", "RouteStreamFunction"}


def test_the_address_of_a_cache_which_may_hold_a_password_is_given_to_those_that_cache_alone():
    stack = resolved({"StreamingDoor": "true", "RedisUrl": "rediss://:secret@cache.example:6380"})["Resources"]
    told = {name for name, found in stack.items() if "REDIS_URL" in json.dumps(found)}
    assert told == {"RouteFunction", "RouteStreamFunction", "ClassifyFunction"}


def test_a_catalogue_that_nothing_refreshes_any_more_raises_its_alarm_within_hours_of_two_days():
    """Where data are missing CloudWatch goes by some periods more than it is told: short ones are soon over."""
    alarm = resolved({})["Resources"]["StaleCatalogueAlarm"]["Properties"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 2 * 86_400
    assert alarm["Period"] <= 3600
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == ("Sum", "LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"


def test_the_network_lies_in_the_zones_that_were_chosen():
    def zones(parameters: Mapping[str, str]) -> list[str]:
        stack = resolved({"Cache": "valkey", "Egress": "nat", **parameters})["Resources"]
        names = ("PrivateSubnetA", "PrivateSubnetB", "PublicSubnet")
        return [json.dumps(stack[name]["Properties"]["AvailabilityZone"]) for name in names]

    first, second, public = zones({})
    assert first == public == json.dumps({"Fn::Select": [0, {"Fn::GetAZs": ""}]})
    assert second == json.dumps({"Fn::Select": [1, {"Fn::GetAZs": ""}]})
    chosen = {"Fn::Split": [",", {"Ref": "Zones"}]}
    first, second, public = zones({"Zones": "us-east-1b,us-east-1c"})
    assert first == public == json.dumps({"Fn::Select": [0, chosen]})
    assert second == json.dumps({"Fn::Select": [1, chosen]})


def test_the_data_outlive_their_stack_but_not_a_first_deployment_that_fails():
    stack = resolved({})["Resources"]
    for name in ("Table", "Bucket"):
        assert stack[name]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert stack[name]["UpdateReplacePolicy"] == "Retain"


def test_classify_has_as_long_as_route():
    functions = load(TEMPLATE).functions
    assert functions["ClassifyFunction"].timeout_s == functions["RouteFunction"].timeout_s == 29


def test_functions_without_the_model_do_not_carry_its_layer():
    for name in ("IngestFunction", "DashboardFunction"):
        assert "ModelLayer" not in json.dumps(transformed()["Resources"][name]["Properties"]["Layers"])


def test_no_resource_is_without_a_reason():
    everything = transformed()
    used = set(references([everything["Resources"], everything["Outputs"]]))
    # Permissions of API Gateway, and versions: SAM makes both for what the template says.
    made = {name for name, found in everything["Resources"].items() if found["Type"] == "AWS::Lambda::Permission"}
    alone = set(everything["Resources"]) - used - made
    assert alone - set(REASONS) - {"Board"} == {name for name in alone if name.endswith("Alarm")}
    assert set(REASONS) <= alone


def test_the_compose_file_listens_on_loopback_alone():
    compose = yaml.safe_load((ROOT / "localstack-compose.yml").read_text())
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_sam_local_is_given_only_variables_that_the_template_has():
    """SAM ignores any other without a word."""
    given = json.loads((ROOT / "functions" / "local.env.json").read_text("utf-8"))["Parameters"]
    variables = document()["Globals"]["Function"]["Environment"]["Variables"]
    assert set(given) <= set(variables)
    settings = settings_module.load({name: value for name, value in given.items() if value})
    assert settings.store == "memory"
    assert settings.loopback
