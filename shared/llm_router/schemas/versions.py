"""`GET /catalogue/versions`: which of the versions kept are asked for, and what is told of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from llm_router.errors import FieldProblem, InvalidRequest
from llm_router.ports import MAX_VERSION, VersionInfo

USUAL: Final = 50
MOST: Final = 200
"""Versions that one answer tells of, where nothing is asked and at most."""


@dataclass(frozen=True, slots=True)
class VersionsAsked:
    """At most `limit` versions, and with `before` those alone that are older than the one with this number."""

    limit: int
    before: int | None


class VersionAnswer(BaseModel):
    """One version; `created_at` is in epoch seconds. `sha256` is its snapshot's, and empty for version 0, which comes
    with the package: that was created on the day of its newest facts."""

    version: int
    sha256: str
    created_at: float
    origin: str
    total_models: int
    active_models: int
    summary: str


class VersionsAnswer(BaseModel):
    """The versions kept, newest first. The last of all is 0: where the last one told is another, `before` its number
    there are more."""

    versions: list[VersionAnswer]
    catalogue_version: int


def versions_asked(query: Mapping[str, str]) -> VersionsAsked:
    """What the query asks for. Raises `InvalidRequest` naming everything that is wrong."""
    limit, before = _whole(query.get("limit", str(USUAL))), _whole(query.get("before", str(MAX_VERSION)))
    problems = []
    if limit is None or not 1 <= limit <= MOST:
        problems.append(FieldProblem("limit", f"must be a whole number from 1 to {MOST}"))
    if before is None or before > MAX_VERSION:
        problems.append(FieldProblem("before", f"must be a whole number from 0 to {MAX_VERSION}"))
    if limit is None or problems:
        raise InvalidRequest("Some parameters of the query are wrong; see 'fields'.", tuple(problems))
    return VersionsAsked(limit, before if "before" in query else None)


def versions_answer(kept: Sequence[VersionInfo], current: VersionInfo | None) -> VersionsAnswer:
    """These versions as JSON shows them, and the number of the one in force."""
    versions = [VersionAnswer.model_validate(info, from_attributes=True) for info in kept]
    return VersionsAnswer(versions=versions, catalogue_version=current.version if current else 0)


def _whole(text: str) -> int | None:
    """The number, however long it is written only as far as any that is taken."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_VERSION)) else None
