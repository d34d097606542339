"""What an operator says of a model, checked field by field: our own names and the reference design's.

Numbers must be numbers: a text that holds one is refused, as are NaN, infinities and booleans. Problems name the
field and quote nothing, so that a field we do not know is told by what it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any, Final

from llm_router.catalogue.entry import QualityTable
from llm_router.catalogue.field_rules import FIELDS, SPEED_RULES, Wrong, capability_set
from llm_router.catalogue.identifiers import MAX_ID, is_legal_id, is_reserved
from llm_router.catalogue.operator_quality import quality_from_cells, quality_from_scores
from llm_router.catalogue.records import SPEEDS, Facts, Update
from llm_router.errors import FieldProblem
from llm_router.json_values import NOT_FINITE, Json, is_finite

_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_IGNORED: Final = frozenset({"provenance", "tags", "notes", "analytics_id", "last_updated", "real_time_metrics"})
"""Accepted so that our own answers and the reference design's files can be sent back; nothing is taken from them."""

STRANGE: Final = "holds a field that a model does not have"
"""What is wrong with a model that has a field of nobody's."""


def parse(
    row: Json, *, today: str, lenient: bool = False, known: Container[str] = ()
) -> tuple[Update | None, list[FieldProblem]]:
    """The update that a row describes, or None with everything that is wrong with it.

    With `lenient`, unknown fields are passed over: the operator's own files may hold more than we know. A model that is
    `known` by an id that the API gives a meaning of its own can still be changed, such as disabled.
    """
    if not isinstance(row, Mapping):
        return None, [FieldProblem("", "must be an object")]
    facts: dict[str, Any] = {}
    cleared = set()
    problems = [] if lenient else _strange(row)
    given: dict[str, str] = {}
    for name, value in row.items():
        rule = FIELDS.get(name)
        if rule is None:
            continue
        if rule.fact in given:
            problems.append(FieldProblem(name, f"says the same as {given[rule.fact]}; give one of them"))
            continue
        given[rule.fact] = name
        if value is None and rule.fact != "display_name":
            cleared.add(rule.fact)
            continue
        try:
            facts[rule.fact] = rule.check(value)
        except Wrong as wrong:
            problems.append(FieldProblem(name, str(wrong)))
    entry_id, provider = _names(row, problems, known)
    quality, scores = _quality(row, facts, cleared, problems, today)
    _latency(row, facts, cleared, problems)
    if problems or entry_id is None:
        return None, problems
    echo = "provenance" in row
    return Update(entry_id, provider, Facts(**facts), frozenset(cleared), quality, scores, echo), []


def _strange(row: Mapping[str, Json]) -> list[FieldProblem]:
    """What does not belong into a model, however often it is there, what is no JSON where nothing is read, and nobody
    for a provider."""
    unknown = [FieldProblem("", STRANGE)] if not row.keys() <= _KNOWN else []
    unread = sorted(_IGNORED & row.keys())
    nobody = [FieldProblem("provider", "cannot be unknown")] if row.get("provider", "") is None else []
    return unknown + nobody + [FieldProblem(name, NOT_FINITE) for name in unread if not is_finite(row[name])]


def _names(
    row: Mapping[str, Json], problems: list[FieldProblem], known: Container[str]
) -> tuple[str | None, str | None]:
    entry_id, provider = row.get("id"), row.get("provider")
    if not isinstance(entry_id, str) or not is_legal_id(entry_id):
        legal = f"must be 1 to {MAX_ID} ASCII letters, digits and / : . _ - @ +, without '..'"
        problems.append(FieldProblem("id", "is required" if entry_id is None else legal))
        entry_id = None
    elif is_reserved(entry_id) and entry_id not in known:
        problems.append(FieldProblem("id", "is a name that the API gives a meaning of its own"))
        entry_id = None
    if provider is not None and not (isinstance(provider, str) and _PROVIDER.fullmatch(provider)):
        problems.append(FieldProblem("provider", "must be 1 to 64 ASCII letters, digits and . _ -"))
        provider = None
    return entry_id, provider


def _quality(
    row: Mapping[str, Json], facts: dict[str, Any], cleared: set[str], problems: list[FieldProblem], today: str
) -> tuple[QualityTable, QualityTable]:
    """Cells from `quality`, and from the reference design's `capabilities`, which are scores and no list."""
    cells: QualityTable = {}
    scores: QualityTable = {}
    if (given := row.get("quality")) is not None:
        cells, wrong = quality_from_cells(given, today)
        problems += wrong or ([] if is_finite(given) else [FieldProblem("quality", NOT_FINITE)])
    capabilities = row.get("capabilities")
    if isinstance(capabilities, Mapping):
        scores, wrong = quality_from_scores(capabilities, today)
        problems += wrong
    elif capabilities is None and "capabilities" in row:
        cleared.add("capabilities")
    elif "capabilities" in row:
        try:
            facts["capabilities"] = capability_set(capabilities)
        except Wrong as wrong_value:
            problems.append(FieldProblem("capabilities", str(wrong_value)))
    return cells, scores


def _latency(row: Mapping[str, Json], facts: dict[str, Any], cleared: set[str], problems: list[FieldProblem]) -> None:
    """`latency` as in our answers: an object of two speeds."""
    given = row.get("latency")
    if given is None:
        return
    if not isinstance(given, Mapping):
        problems.append(FieldProblem("latency", "must be an object"))
        return
    if not given.keys() <= set(SPEEDS):
        problems.append(
            FieldProblem("latency", f"holds a field that a latency does not have; known are {', '.join(SPEEDS)}")
        )
    for name in SPEEDS:
        if name not in given:
            continue
        try:
            speed = None if given[name] is None else SPEED_RULES[name](given[name])
        except Wrong as wrong:
            problems.append(FieldProblem(f"latency.{name}", str(wrong)))
            continue
        if speed is None:
            cleared.add(name)
        else:
            facts[name] = speed


TAKEN: Final = ("id", "provider", *FIELDS, "capabilities", "latency", "quality")
"""The fields that something is taken from."""

_KNOWN: Final = _IGNORED.union(TAKEN)
