"""What may stand in each single field of an operator's update, and what is said of a value that may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from llm_router.catalogue.entry import Capability, LongPrompt, ModelStatus
from llm_router.catalogue.guards import MAX_USD_PER_MTOK
from llm_router.catalogue.identifiers import is_legal_id, name_problem
from llm_router.catalogue.records import PRICES
from llm_router.json_values import Json, whole

MAX_TOKENS: Final = 100_000_000
MAX_MS: Final = 3_600_000.0
LEAST_SPEED: Final = 0.01
"""Output tokens a second. The slowest that a server does is hundreds of times as fast; far below it, the time that an
answer takes is no number any more."""

MOST_SPEED: Final = 3_600_000.0
"""Tokens a second that no server comes near."""

MAX_TEXTS: Final = 100
"""In one list, such as that of regions."""

_LONG_PARTS: Final = frozenset({"above_tokens", *PRICES})


class Wrong(ValueError):
    """What is wrong with one value, in words that do not quote it."""


def amount(value: Json, most: float, least: float = 0) -> float:
    """A finite number from `least` to `most`. Raises `Wrong`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("must be a number")
    if not least <= value <= most:  # which nothing but a finite number is
        raise Wrong(f"must be from {least:g} to {most:g}")
    return float(value)


def _milliseconds(value: Json) -> float:
    return amount(value, MAX_MS)


def _speed(value: Json) -> float | None:
    """None for 0, by which figures mean that nothing was measured."""
    return amount(value, MOST_SPEED, LEAST_SPEED) if value != 0 or isinstance(value, bool) else None


def _per_mtok(value: Json) -> float:
    return amount(value, MAX_USD_PER_MTOK)


def _per_1k(value: Json) -> float:
    return float(f"{amount(value, MAX_USD_PER_MTOK / 1000) * 1000:.10g}")


def _tokens(value: Json) -> int:
    tokens = whole(value)
    if isinstance(tokens, bool) or not isinstance(tokens, int) or not 1 <= tokens <= MAX_TOKENS:
        raise Wrong(f"must be a whole number from 1 to {MAX_TOKENS}")
    return tokens


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
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MAX_TEXTS:
        raise Wrong(f"must be a list of at most {MAX_TEXTS} texts")
    return tuple(_name(item) for item in value)


def capability_set(value: Json) -> frozenset[Capability]:
    """What a model can do, from a list. Raises `Wrong`."""
    try:
        return frozenset(Capability(name) for name in _texts(value))
    except Wrong:
        raise
    except ValueError:
        raise Wrong(f"must be a list of {', '.join(Capability)}") from None


@dataclass(frozen=True, slots=True)
class Rule:
    """The fact that a field states, and what reads its value or raises `Wrong`."""

    fact: str
    check: Callable[[Json], object]


FIELDS: Final[Mapping[str, Rule]] = {
    "display_name": Rule("display_name", _name),
    "status": Rule("status", _status),
    "api_alias": Rule("api_alias", _identifier),
    "context_window": Rule("context_window", _tokens),
    "max_output_tokens": Rule("max_output_tokens", _tokens),
    "input_usd_per_mtok": Rule("input_usd_per_mtok", _per_mtok),
    "output_usd_per_mtok": Rule("output_usd_per_mtok", _per_mtok),
    "cached_input_usd_per_mtok": Rule("cached_input_usd_per_mtok", _per_mtok),
    "long_prompt": Rule("long_prompt", _long_prompt),
    "cost_in_per_1k": Rule("input_usd_per_mtok", _per_1k),
    "cost_out_per_1k": Rule("output_usd_per_mtok", _per_1k),
    "thinks": Rule("thinks", _flag),
    "open_weights": Rule("open_weights", _flag),
    "open_source": Rule("open_weights", _flag),
    "license": Rule("license", _name),
    "regions": Rule("regions", _texts),
    "deprecation_date": Rule("deprecation_date", _date),
    "tokenizer": Rule("tokenizer", _name),
    "avg_latency_ms": Rule("time_to_first_token_ms", _milliseconds),
}
SPEED_RULES: Final[Mapping[str, Callable[[Json], float | None]]] = {
    "time_to_first_token_ms": _milliseconds,
    "output_tokens_per_second": _speed,
}
