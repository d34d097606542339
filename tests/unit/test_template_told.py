"""What the template tells whoever deploys it: its parameters, its outputs, and what `samconfig.toml` chooses."""

from __future__ import annotations

import re
import tomllib

import pytest

from llm_router.function_names import Function
from llm_router.web.access import rules_of
from tests.support.template import ROOT, document, resolved


def test_whoever_chooses_a_schedule_is_told_which_one_would_raise_the_alarm_for_ever():
    assert "StaleCatalogueAlarm" in document()["Parameters"]["RefreshSchedule"]["Description"]


@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        ("VpcCidr", "Egress=none, then the other VpcCidr, then Egress=nat"),
        ("MaxConcurrency", "not less than ProvisionedConcurrency"),
        ("ProvisionedConcurrency", "Not more than MaxConcurrency"),
        ("ThrottleRate", "target for each route alone"),
        ("ThrottleRate", "MaxConcurrency is the hard bound"),
        ("ThrottleBurst", "each route"),
        ("Zones", "only with another VpcCidr"),
        ("RedisUrl", "in git"),
    ],
)
def test_whoever_chooses_what_another_choice_would_make_fail_is_told(parameter: str, told: str):
    assert told in document()["Parameters"][parameter]["Description"]


def test_every_parameter_is_explained_has_a_default_and_is_used():
    given = document()
    grouped = [
        name
        for group in given["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        for name in group["Parameters"]
    ]
    for name, parameter in given["Parameters"].items():
        assert len(parameter["Description"]) > 20, name
        assert "Default" in parameter, name
    assert sorted(grouped) == sorted(given["Parameters"])


def test_the_outputs_tell_the_address_and_what_to_do_next():
    outputs = document()["Outputs"]
    assert {"ApiUrl", "AdminKeyCommand", "NextCommand"} <= set(outputs)
    streamed = {f"/{rule.path.split('/')[1]}" for rule in rules_of(Function.ROUTE)}
    assert set(re.findall(r"/[a-z0-9]+", outputs["StreamingUrl"]["Description"])) == streamed


def test_a_path_can_be_put_behind_either_address():
    """Lambda gives a function URL with a slash at its end, and `//route` is no route."""
    address, parts = resolved({"StreamingDoor": "true"})["Outputs"]["StreamingUrl"]["Value"]["Fn::Sub"]
    place, (separator, url) = parts["Host"]["Fn::Select"][0], parts["Host"]["Fn::Select"][1]["Fn::Split"]
    assert url == {"Fn::GetAtt": ["RouteStreamFunctionUrl", "FunctionUrl"]}
    host = "https://one.lambda-url.eu-central-1.on.aws/".split(separator)[place]
    assert address.replace("${Host}", host) == "https://one.lambda-url.eu-central-1.on.aws"


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_samconfig_chooses_only_what_the_template_offers(stage: str):
    config = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))[stage]["deploy"]["parameters"]
    offered = document()["Parameters"]
    assert config["capabilities"] == "CAPABILITY_IAM"
    for choice in config["parameter_overrides"]:
        name, _, value = choice.partition("=")
        assert name != "Architecture", "the build says it"
        assert value in [str(each) for each in offered[name].get("AllowedValues", [value])], choice


def test_production_asks_before_it_changes_anything():
    config = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    assert config["prod"]["deploy"]["parameters"]["confirm_changeset"] is True
