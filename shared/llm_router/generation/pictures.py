"""What a picture is billed as at most: bounds of money rest on it, and what is booked where a provider tells no count.
Most pictures are of ordinary size, so the ranking and windows count them as such."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.conversation import IMAGE_TOKENS, ORIGINAL_TOKENS

_KNOWN_MODELS = 4096
"""Names whose figures are remembered, more than catalogues have models."""


_Figures = tuple[tuple[re.Pattern[str], int], ...]


class _Table(NamedTuple):
    models: _Figures
    low: _Figures
    other: int


def more_than_counted(model: ModelEntry, detail: str) -> int:
    """Tokens that this model's provider may bill for a picture beyond what it counts, where it is to be looked at in
    this detail, if in any."""
    counted = ORIGINAL_TOKENS if detail == "original" else IMAGE_TOKENS
    return max(0, _most(f"{model.id} {model.api_name}", detail == "low") - counted)


@lru_cache(_KNOWN_MODELS)
def _most(names: str, low: bool) -> int:
    table = _table()
    figures = (*table.low, *table.models) if low else table.models
    return next((most for pattern, most in figures if pattern.search(names)), table.other)


@cache
def _table() -> _Table:
    held = tomllib.loads(Path(__file__).with_name("pictures.toml").read_text(encoding="utf-8"))
    return _Table(_figures(held["models"]), _figures(held["low"]), int(held["other"]))


def _figures(of_models: Mapping[str, int]) -> _Figures:
    return tuple((re.compile(each), most) for each, most in of_models.items())
