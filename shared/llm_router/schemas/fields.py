"""Kinds of fields that request bodies share."""

from __future__ import annotations

import unicodedata
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, JsonValue
from pydantic_core import CoreSchema, PydanticKnownError, PydanticUseDefault, core_schema

from llm_router.json_values import NOT_FINITE, is_finite, whole
from llm_router.text import is_blank

T = TypeVar("T")


class _NullIsAbsent:
    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            _default_for_null, core_schema.nullable_schema(handler(source))
        )


def _default_for_null(value: T | None) -> T:
    if value is None:
        raise PydanticUseDefault
    return value


def _finite(value: T) -> T:
    if not is_finite(value):
        raise ValueError(NOT_FINITE)
    return value


def _number(value: object) -> object:
    # To Python, and so to a literal, True is 1.
    if isinstance(value, bool):
        raise PydanticKnownError("int_type")
    return whole(value)


def _readable(text: str) -> str:
    if is_blank(text):
        raise ValueError("must hold something that can be read")
    return text


def _in_one_line(text: str) -> str:
    if any(unicodedata.category(each) in _UNPRINTED and each not in _JOINERS for each in text):
        raise ValueError("must be one line, without control and formatting characters")
    return text


def never(why: str, but: object = None) -> BeforeValidator:
    """What a field is annotated with that asks for what cannot be had, unless it is null, false, empty or `but`."""

    def check(value: object) -> object:
        if value is not None and value is not False and value not in ([], but):
            raise ValueError(why)
        return value

    return BeforeValidator(check)


def of_kinds(*kinds: str, others: str) -> BeforeValidator:
    """What an object is annotated with whose `type` tells its kind; `others` is what those of other kinds are."""

    def check(value: object) -> object:
        if isinstance(value, dict) and isinstance(kind := value.get("type"), str) and kind not in kinds:
            raise ValueError(f"must be of the type {kinds[0]}: {others} are not here")
        return value

    return BeforeValidator(check)


_UNPRINTED = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode's controls, formats and separators of lines: a terminal obeys some, others turn or break what stands by."""
_JOINERS = "\u200c\u200d"
"""The formats that several scripts, and emoji, cannot be written without."""

Readable = AfterValidator(_readable)
"""What a string is annotated with that people or models are to read."""

InOneLine = AfterValidator(_in_one_line)
"""What a name is annotated with that is shown in tables, on terminals and pages."""

NullOr = Annotated[T, _NullIsAbsent()]
"""A field with a default that is not null, which null stands for as well."""

Whole = BeforeValidator(_number)
"""What an integer is annotated with, last: many writers of JSON print 500 as 500.0, and to JSON Schema it is one."""

AnyJson = Annotated[JsonValue, AfterValidator(_finite)]
"""JSON of any form; where it may be anything, pydantic would take NaN and infinities whatever the body's model says."""
AnyObject = Annotated[dict[str, JsonValue], AfterValidator(_finite)]
AnyList = Annotated[list[JsonValue], AfterValidator(_finite)]
