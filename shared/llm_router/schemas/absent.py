"""Fields that an answer leaves out where there is nothing to say."""

from __future__ import annotations

from pydantic import Field

Absent = Field(exclude_if=lambda value: value is None)
