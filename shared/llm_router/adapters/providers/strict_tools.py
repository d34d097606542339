"""Tools whose shape a Claude is made to keep to: those that the caller wants so, as far as it takes their shapes.

It takes fewer kinds of shapes than OpenAI, and refuses the request for any other; there the wish stays a wish.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llm_router.adapters.providers.conversation import parameters
from llm_router.adapters.providers.traits import traits_of
from llm_router.generation.chat import Tool
from llm_router.json_values import Json

_TAKEN = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf"}
    | {"title", "description"}
)
_SAYING = frozenset({"type", "enum", "const", "anyOf"})
_OF_OBJECTS = frozenset({"properties", "additionalProperties"})
_MOST_TOOLS, _MOST_CHOICES = 20, 16
"""Strict tools of a request, and values in all of them that may be of several types."""


def strict_names(model: str, tools: Sequence[Tool]) -> frozenset[str]:
    """The names of those to be declared as strict, all that can be or, where they are too many, none."""
    if not traits_of(model).strict:
        return frozenset()
    wanted = {tool.name: parameters(tool.parameters) for tool in tools if tool.strict}
    taken = {name: list(_shapes(shape)) for name, shape in wanted.items() if closed(shape)}
    plain = {name: shapes for name, shapes in taken.items() if all(map(_is_plain, shapes))}
    choices = sum("anyOf" in shape or isinstance(shape.get("type"), list) for each in plain.values() for shape in each)
    return frozenset(plain) if len(plain) <= _MOST_TOOLS and choices <= _MOST_CHOICES else frozenset()


def closed(schema: Json) -> bool:
    """Whether no object of the shape may have properties that it does not name."""
    if isinstance(schema, list):
        return all(map(closed, schema))
    if not isinstance(schema, dict):
        return True
    if "object" in _kinds(schema) and schema.get("additionalProperties") is not False:
        return False
    return all(map(closed, schema.values()))


def _shapes(shape: Json) -> Iterator[dict[str, Json]]:
    """The shape and all within it; what is none counts as one that nobody takes."""
    if not isinstance(shape, dict):
        yield {"": shape}
        return
    yield shape
    properties, choices = shape.get("properties", {}), shape.get("anyOf", [])
    inner = [*properties.values()] if isinstance(properties, dict) else [properties]
    inner += choices if isinstance(choices, list) else [choices]
    inner += [shape["items"]] if "items" in shape else []
    for each in inner:
        yield from _shapes(each)


def _kinds(shape: dict[str, Json]) -> list[Json]:
    """Of which types it says that a value may be."""
    told = shape.get("type")
    return told if isinstance(told, list) else [told]


def _is_plain(shape: dict[str, Json]) -> bool:
    """Whether it says what a value is, and nothing but what is taken, and leaves no property to choice."""
    properties, required, values = shape.get("properties", {}), shape.get("required", []), shape.get("enum", [])
    if not (isinstance(properties, dict) and isinstance(required, list) and isinstance(values, list)):
        return False
    objects = "object" in _kinds(shape) or not shape.keys().isdisjoint(_OF_OBJECTS)
    whole = not objects or shape.get("additionalProperties") is False
    simple = not any(isinstance(each, dict | list) for each in (*values, shape.get("const")))
    said = not shape.keys().isdisjoint(_SAYING) and shape.keys() <= _TAKEN
    return said and whole and simple and all(name in required for name in properties)
