"""`template.yaml` as SAM and CloudFormation read it: transformed, with its options chosen."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
Node = dict[str, object]


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


def transformed(parameters: Mapping[str, str] | None = None) -> dict:
    """The template after SAM's transform, with these parameters as what their references stand for."""
    given = document()
    for resource in given["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/code.zip"
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        return transform(given, dict(parameters or {}), NoManagedPolicies())


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
