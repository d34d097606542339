"""Reads `template.yaml`: the only table of routes, time-outs and schedules that the local gateway has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from llm_router.errors import ConfigurationError

Node = Mapping[str, object]
_RATE = re.compile(r"^rate\((\d+) (minute|hour|day)s?\)$")
_UNIT_S = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """One route of the HTTP API. `path` may hold `{name}` and `{name+}`; `$default` takes what nothing else does."""

    function: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """What the template says of one function; `schedule_s` is the period of its schedule, if it has one."""

    name: str
    code: Path
    handler: str
    timeout_s: float
    memory_mb: int
    schedule_s: float | None


@dataclass(frozen=True, slots=True)
class Template:
    """The functions by logical id, and every HTTP route."""

    functions: Mapping[str, LambdaFunction]
    routes: tuple[HttpRoute, ...]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, which are read as their bare values."""


def _tagged(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    raise ConfigurationError("template.yaml holds a tag that cannot be read.")


_Loader.add_multi_constructor("!", _tagged)


def read(path: Path) -> Node:
    """The template as plain values, references as bare names. Raises `ConfigurationError` when it cannot be read."""
    try:
        # The loader is a SafeLoader: it builds plain values only.
        document = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506
    except (OSError, yaml.YAMLError) as failure:
        raise ConfigurationError(f"{path.name} cannot be read: {type(failure).__name__}") from failure
    return cast("Node", document) if isinstance(document, Mapping) else {}


def load(path: Path) -> Template:
    """The template's functions and routes, without those that only some deployments have.

    Raises `ConfigurationError` when it is not a template.
    """
    document = read(path)
    parameters = {
        name: str(parameter["Default"])
        for name, parameter in _node(document, "Parameters").items()
        if isinstance(parameter, Mapping) and "Default" in parameter
    }
    defaults = _node(_node(document, "Globals"), "Function")
    functions: dict[str, LambdaFunction] = {}
    routes: list[HttpRoute] = []
    for name, resource in _node(document, "Resources").items():
        if not isinstance(resource, Mapping) or resource.get("Type") != "AWS::Serverless::Function":
            continue
        if "Condition" in resource:
            continue
        properties = {**defaults, **_node(resource, "Properties")}
        events = _node(properties, "Events")
        functions[name] = LambdaFunction(
            name=name,
            code=path.parent / str(properties["CodeUri"]),
            handler=str(properties["Handler"]),
            timeout_s=float(str(properties["Timeout"])),
            memory_mb=int(str(properties["MemorySize"])),
            schedule_s=_schedule(events, parameters),
        )
        routes.extend(_routes(name, events))
    return Template(functions, tuple(routes))


def _routes(function: str, events: Node) -> list[HttpRoute]:
    routes = []
    for event in events.values():
        if isinstance(event, Mapping) and event.get("Type") == "HttpApi":
            properties = _node(event, "Properties")
            method, path = str(properties.get("Method", "ANY")).upper(), str(properties.get("Path", "$default"))
            routes.append(HttpRoute(function, method, path))
    return routes


def _schedule(events: Node, parameters: Mapping[str, str]) -> float | None:
    """The period of the function's schedule; one given by a parameter has the parameter's default."""
    for event in events.values():
        if isinstance(event, Mapping) and event.get("Type") == "ScheduleV2":
            expression = str(_node(event, "Properties").get("ScheduleExpression"))
            if (rate := _RATE.match(parameters.get(expression, expression))) is not None:
                return int(rate.group(1)) * _UNIT_S[rate.group(2)]
    return None


def _node(parent: object, name: str) -> Node:
    found = parent.get(name, {}) if isinstance(parent, Mapping) else {}
    return cast("Node", found) if isinstance(found, Mapping) else {}
