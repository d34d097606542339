"""Enums of text in answers that hold hundreds of them."""

from __future__ import annotations

from typing import cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class AsText:
    """Marks a `StrEnum` that is written as the text that it is: Pydantic would ask each one for its value, which takes
    as long as all else about it."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return cast("CoreSchema", {**handler(source), "serialization": core_schema.simple_ser_schema("str")})
