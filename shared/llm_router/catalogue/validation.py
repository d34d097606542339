"""What an operator says of a model, checked field by field: our own names and the reference design's.

Numbers must be numbers: a text that holds one is refused, as are NaN, infinities and booleans. Problems name the
field and quote nothing, so that a field we do not know is told by what it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from llm_router.catalogue.entry import Capability, LongPrompt, ModelStatus, QualityTable
from llm_router.catalogue.guards import MAX_USD_PER_MTOK
from llm_router.catalogue.identifiers import MAX_ID, is_legal_id, name_problem
from llm_router.catalogue.operator_quality import quality_from_cells, quality_from_scores
from llm_router.catalogue.records import PRICES, SPEEDS, Facts, Json, Update
from llm_router.errors import FieldProblem
from llm_router.json_values import NOT_FINITE, is_finite

MAX_TOKENS: Final = 100_000_000
MAX_MS: Final = 3_600_000.0
_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_IGNORED: Final = frozenset({"provenance", "tags", "notes", "analytics_id", "last_updated", "real_time_metrics"})
"""Accepted so that our own answers and the reference design's files can be sent back; nothing is taken from them."""

_LONG_PARTS: Final = frozenset({"above_tokens", *PRICES})


class Wrong(ValueError):
    """What is wrong with one value, in words that do not quote it."""


def parse(row: Json, *, today: str, lenient: bool = False) -> tuple[Update | None, list[FieldProblem]]:
    """The update that a row describes, or None with everything that is wrong with it.

    With `lenient`, unknown fields are passed over: the operator's own files may hold more than we know.
    """
    if not isinstance(row, Mapping):
        return None, [FieldProblem("", "must be an object")]
    facts: dict[str, Any] = {}
    cleared = set()
    problems = [] if lenient else _strange(row)
    given: dict[str, str] = {}
    for name, value in row.items():
        rule = _FIELDS.get(name)
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
    entry_id, provider = _names(row, problems)
    quality, scores = _quality(row, facts, cleared, problems, today)
    _latency(row, facts, cleared, problems)
    if problems or entry_id is None:
        return None, problems
    echo = "provenance" in row
    return Update(entry_id, provider, Facts(**facts), frozenset(cleared), quality, scores, echo), []


def _strange(row: Mapping[str, Json]) -> list[FieldProblem]:
    """What does not belong into a model, however often it is there, and what is no JSON where nothing is read."""
    unknown = [FieldProblem("", "holds a field that a model does not have")] if not row.keys() <= _KNOWN else []
    unread = sorted(_IGNORED & row.keys())
    return unknown + [FieldProblem(name, NOT_FINITE) for name in unread if not is_finite(row[name])]


def _names(row: Mapping[str, Json], problems: list[FieldProblem]) -> tuple[str | None, str | None]:
    entry_id, provider = row.get("id"), row.get("provider")
    if not isinstance(entry_id, str) or not is_legal_id(entry_id):
        legal = f"must be 1 to {MAX_ID} ASCII letters, digits and / : . _ - @ +, without '..'"
        problems.append(FieldProblem("id", "is required" if entry_id is None else legal))
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
            facts["capabilities"] = _capabilities(capabilities)
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
        problems.append(FieldProblem("latency", "holds a field that a latency does not have"))
    for name in SPEEDS:
        if name not in given:
            continue
        if (value := given[name]) is None:
            cleared.add(name)
        else:
            try:
                facts[name] = amount(value, MAX_MS)
            except Wrong as wrong:
                problems.append(FieldProblem(f"latency.{name}", str(wrong)))


def amount(value: Json, most: float) -> float:
    """A finite number from 0 to `most`. Raises `Wrong`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("must be a number")
    if not 0 <= value <= most:  # which nothing but a finite number is
        raise Wrong(f"must be from 0 to {most:g}")
    return float(value)


def _per_mtok(value: Json) -> float:
    return amount(value, MAX_USD_PER_MTOK)


def _per_1k(value: Json) -> float:
    return float(f"{amount(value, MAX_USD_PER_MTOK / 1000) * 1000:.10g}")


def _tokens(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_TOKENS:
        raise Wrong(f"must be a whole number from 1 to {MAX_TOKENS}")
    return value


def _long_prompt(value: Json) -> LongPrompt:
    if not isinstance(value, Mapping) or not {*PRICES[:2], "above_tokens"} <= value.keys() <= _LONG_PARTS:
        raise Wrong(f"must be an object of above_tokens, {', '.join(PRICES[:2])} and perhaps {PRICES[2]}")
    try:
        usd_in, usd_out = (_per_mtok(value[name]) for name in PRICES[:2])
        cached = value.get(PRICES[2])
        return LongPrompt(
            _tokens(value["above_tokens"]), usd_in, usd_out, None if cached is None else _per_mtok(cached)
        )
    except Wrong as wrong:
        raise Wrong(f"holds a value that {wrong}") from None


def _name(value: Json) -> str:
    if not isinstance(value, str):
        raise Wrong("must be a text")
    if (problem := name_problem(value)) is not None:
        raise Wrong(problem)
    return value


def _identifier(value: Json) -> str:
    if not isinstance(value, str) or not is_legal_id(value):
        raise Wrong("must be ASCII letters, digits and / : . _ - @ +, without '..'")
    return value


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise Wrong("must be true or false")
    return value


def _status(value: Json) -> ModelStatus:
    try:
        return ModelStatus(_name(value))
    except ValueError:
        raise Wrong(f"must be one of {', '.join(ModelStatus)}") from None


def _date(value: Json) -> str:
    try:
        return date.fromisoformat(_name(value)).isoformat()
    except ValueError:
        raise Wrong("must be a date such as 2027-01-31") from None


def _texts(value: Json) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > 100:
        raise Wrong("must be a list of at most 100 texts")
    return tuple(_name(item) for item in value)


def _capabilities(value: Json) -> frozenset[Capability]:
    try:
        return frozenset(Capability(name) for name in _texts(value))
    except Wrong:
        raise
    except ValueError:
        raise Wrong(f"must be a list of {', '.join(Capability)}") from None


@dataclass(frozen=True, slots=True)
class _Rule:
    fact: str
    check: Callable[[Json], object]


_FIELDS: Final[Mapping[str, _Rule]] = {
    "display_name": _Rule("display_name", _name),
    "status": _Rule("status", _status),
    "api_alias": _Rule("api_alias", _identifier),
    "context_window": _Rule("context_window", _tokens),
    "max_output_tokens": _Rule("max_output_tokens", _tokens),
    "input_usd_per_mtok": _Rule("input_usd_per_mtok", _per_mtok),
    "output_usd_per_mtok": _Rule("output_usd_per_mtok", _per_mtok),
    "cached_input_usd_per_mtok": _Rule("cached_input_usd_per_mtok", _per_mtok),
    "long_prompt": _Rule("long_prompt", _long_prompt),
    "cost_in_per_1k": _Rule("input_usd_per_mtok", _per_1k),
    "cost_out_per_1k": _Rule("output_usd_per_mtok", _per_1k),
    "open_weights": _Rule("open_weights", _flag),
    "open_source": _Rule("open_weights", _flag),
    "license": _Rule("license", _name),
    "regions": _Rule("regions", _texts),
    "deprecation_date": _Rule("deprecation_date", _date),
    "tokenizer": _Rule("tokenizer", _name),
    "avg_latency_ms": _Rule("time_to_first_token_ms", lambda value: amount(value, MAX_MS)),
}
_KNOWN: Final = frozenset({"id", "provider", "quality", "capabilities", "latency"}) | _IGNORED | _FIELDS.keys()
