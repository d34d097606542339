"""Where in a body a field is wrong, told by the names of our own fields alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

Place = tuple[object, ...]
"""The types of which one must stand somewhere."""


def found_at(kind: type[BaseModel], location: tuple[int | str, ...]) -> tuple[str, Place]:
    """`constraints.providers[0]`, for where pydantic finds something in a `kind`, and what may stand there.

    A key of the input's own is told as `?`. What pydantic calls the branch of a union is no part of the path, nor what
    it calls the branch of a union that is a branch itself.
    """
    path = ""
    place: Place = (kind,)
    at_branch = False
    for part in location:
        if at_branch:
            at_branch = str(part).startswith("tagged-union[")
            continue
        if isinstance(part, int):
            step, inside = f"[{part}]", _items(place)
        elif (found := _field(place, part)) is not None:
            step, inside = f".{part}", found
        elif values := _values(place):
            step, inside = ".?", values
        else:
            continue
        path, place, at_branch = path + step, inside, len(inside) > 1
    return path.removeprefix(".") or "body", place


def names_in(place: Place) -> tuple[str, ...]:
    """The names of what may stand in the object at a place, those of its own kind before those that it shares with
    others. None where the object may be one of several."""
    found = place[0] if len(place) == 1 else None
    return _names(found) if isinstance(found, type) and issubclass(found, BaseModel) else ()


@cache
def _names(kind: type[BaseModel]) -> tuple[str, ...]:
    shared = {name for base in kind.__bases__ if issubclass(base, BaseModel) for name in base.model_fields}
    names = sorted(kind.model_fields, key=shared.__contains__)
    return tuple(kind.model_fields[name].alias or name for name in names)


@cache
def _fields(kind: type[BaseModel]) -> Mapping[str, Place]:
    return {field.alias or own: _types(field.annotation) for own, field in kind.model_fields.items()}


def _types(annotation: object) -> Place:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        return tuple(each for member in get_args(annotation) if member is not type(None) for each in _types(member))
    return (annotation,)


def _field(place: Place, name: str) -> Place | None:
    for kind in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel) and (found := _fields(kind).get(name)) is not None:
            return found
    return None


def _items(place: Place) -> Place:
    return next((_types(get_args(kind)[0]) for kind in place if get_origin(kind) in (list, tuple)), ())


def _values(place: Place) -> Place:
    return next((_types(get_args(kind)[1]) for kind in place if get_origin(kind) is dict), ())
