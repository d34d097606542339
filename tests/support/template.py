"""`template.yaml` as SAM and CloudFormation read it: transformed, with its options chosen."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
NOTHING = {"Ref": "AWS::NoValue"}
CERTIFICATE = "arn:aws:acm:eu-central-1:000000000000:certificate/00000000-0000-0000-0000-000000000000"


class NoManagedPolicies:
    """The translator asks for AWS's managed policies; the template uses none."""

    def load(self) -> dict[str, str]:
        return {}


@cache
def _parsed() -> dict:
    return yaml_parse(TEMPLATE.read_text("utf-8"))


def document() -> dict:
    """The template as it is written."""
    return copy.deepcopy(_parsed())


def transformed() -> dict:
    """The template after SAM's transform, its parameters and conditions still open."""
    return copy.deepcopy(_transformed())


@cache
def _transformed() -> dict:
    return after_sam(document())


def after_sam(given: dict, code: str = "code.zip") -> dict:
    """A template after SAM's transform, with every function's code uploaded under this name."""
    for resource in given["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://bucket/{code}"
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        return transform(given, {}, NoManagedPolicies())


def layers(function: str) -> tuple[str, ...]:
    """Logical ids of a function's layers."""
    return tuple(layer["Ref"] for layer in document()["Resources"][function]["Properties"]["Layers"])


def environment(function: str, names: Mapping[str, str]) -> dict[str, str]:
    """A function's environment variables. A reference is a name given here, a parameter's default, or its own name."""
    given = document()
    properties = given["Resources"][function]["Properties"]
    variables = {
        **given["Globals"]["Function"]["Environment"]["Variables"],
        **properties.get("Environment", {}).get("Variables", {}),
    }

    def value(found: object) -> str:
        if isinstance(found, Mapping) and "Ref" in found:
            name = found["Ref"]
            return names.get(name) or str(given["Parameters"].get(name, {}).get("Default", name))
        if isinstance(found, Mapping) and "Fn::If" in found:
            return value(found["Fn::If"][2])
        return "" if isinstance(found, Mapping) else str(found)

    return {name: value(found) for name, found in variables.items()}


OPTIONS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "cache": (
        {},
        {"Cache": "valkey"},
        {"Cache": "valkey", "Egress": "nat", "Zones": "eu-central-1b,eu-central-1c"},
        {"RedisUrl": "rediss://cache.example:6380"},
    ),
    "start": ({}, {"StartUp": "snapstart"}, {"StartUp": "provisioned"}),
    "domain": (
        {},
        {"DomainName": "router.example.com", "CertificateArn": CERTIFICATE},
        {"DomainName": "router.example.com", "CertificateArn": CERTIFICATE, "HostedZoneId": "Z0000000000000"},
    ),
    "tracing": ({}, {"Tracing": "Active"}),
    "concurrency": ({}, {"MaxConcurrency": "20"}),
    "streaming": ({}, {"StreamingDoor": "true"}),
}
"""What an operator can choose, each choice as the parameters that make it; the first is the default."""


def combinations() -> list[dict[str, str]]:
    """Every combination of the options, the one with everything first."""
    chosen = itertools.product(*OPTIONS.values())
    return [dict(itertools.chain.from_iterable(part.items() for part in parts)) for parts in chosen][::-1]


def resolved(parameters: Mapping[str, str]) -> dict:
    """What CloudFormation would make with these parameters: conditions decided, and what they rule out gone."""
    given = _transformed()
    values = {name: found.get("Default", "") for name, found in given["Parameters"].items()} | dict(parameters)
    holds = {name: _holds(rule, given["Conditions"], values) for name, rule in given["Conditions"].items()}

    def decided(node: object) -> object:
        if isinstance(node, list):
            return [part for part in map(decided, node) if part != NOTHING]
        if not isinstance(node, dict):
            return node
        if list(node) == ["Fn::If"]:
            name, yes, no = node["Fn::If"]
            return decided(yes if holds[name] else no)
        named = {name: decided(part) for name, part in node.items()}
        return {name: part for name, part in named.items() if part != NOTHING}

    def kept(section: str) -> dict:
        return {
            name: decided({part: value for part, value in found.items() if part != "Condition"})
            for name, found in given[section].items()
            if holds.get(found.get("Condition", ""), True)
        }

    chosen = {
        name: {**found, "Default": parameters[name]} if name in parameters else found
        for name, found in given["Parameters"].items()
    }
    made = {**given, "Parameters": chosen, "Resources": kept("Resources"), "Outputs": kept("Outputs")}
    del made["Conditions"]
    return made


def _holds(rule: Mapping[str, object], rules: Mapping[str, Mapping[str, object]], values: Mapping[str, object]) -> bool:
    ((kind, parts),) = rule.items()
    if kind == "Condition":
        return _holds(rules[str(parts)], rules, values)
    assert isinstance(parts, list)
    if kind == "Fn::Equals":
        left, right = (str(values[part["Ref"]]) if isinstance(part, dict) else str(part) for part in parts)
        return left == right
    found = [_holds(part, rules, values) for part in parts]
    return not found[0] if kind == "Fn::Not" else all(found)


def references(node: object) -> Iterator[str]:
    """Logical ids and parameters that a part of a template refers to, by Ref, GetAtt, Sub or DependsOn."""
    if isinstance(node, list):
        for part in node:
            yield from references(part)
    if not isinstance(node, dict):
        return
    for name, part in node.items():
        if name == "Ref":
            yield str(part)
        elif name == "Fn::GetAtt":
            yield part[0] if isinstance(part, list) else str(part).partition(".")[0]
        elif name == "DependsOn":
            yield from [part] if isinstance(part, str) else part
        elif name == "Fn::Sub":
            text, own = (part, {}) if isinstance(part, str) else part
            yield from (found for found in re.findall(r"\${([A-Za-z0-9:]+)[.}]", text) if found not in own)
            yield from references(own)
        else:
            yield from references(part)
