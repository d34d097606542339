"""What pictures, files and sound are billed as at most: bounds of money rest on it. Where a provider tells no count,
pictures are booked as that, and PDFs of which nothing is seen as long ones at whoever bills the least for a page; of
others it is far more than they commonly are. The ranking and windows count all of them as ordinary ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.conversation import IMAGE_TOKENS, ORIGINAL_TOKENS, Media, Packed
from llm_router.file_tokens import PAGE_TOKENS

_KNOWN_MODELS = 4096
"""Names whose figures are remembered, more than catalogues have models."""


_Figures = tuple[tuple[re.Pattern[str], int], ...]


class _Table(NamedTuple):
    models: _Figures
    low: _Figures
    pages: _Figures
    other: int
    other_page: int
    heed_no_detail: frozenset[str]


def most_beyond(media: Media, model: ModelEntry, reads: int) -> int:
    """Tokens that may be billed at this model beyond those that it reads by our count, at most."""
    unseen, pages = media.packed.unseen, _of_pages(media.packed, model)
    if _most_of_a_page(_names(model)) > _table().other_page:
        return _of_pictures(media, model) + _held(model, reads, unseen) + pages
    return _of_pictures(media, model) + _held(model, reads, unseen + pages)


def booked_beyond(media: Media, model: ModelEntry, reads: int) -> int:
    """Those that are booked where the provider tells no count."""
    return _of_pictures(media, model) + _held(model, reads, media.packed.hidden)


def _of_pictures(media: Media, model: ModelEntry) -> int:
    return sum(number * more_than_counted(model, detail) for detail, number in media.pictures)


def _held(model: ModelEntry, reads: int, tokens: int) -> int:
    """As many of them as the model's window holds beside those that it reads, whatever a file says of itself. A picture
    may be billed as more than it takes of one, and so may a page where it is billed as such a picture."""
    return tokens if model.context_window is None else min(tokens, max(0, model.context_window - reads))


def _of_pages(packed: Packed, model: ModelEntry) -> int:
    """Who bills less for a page than it takes with its text bills the picture of it alone."""
    most = _most_of_a_page(_names(model))
    hidden = packed.hidden + packed.hidden_pages * max(0, most - PAGE_TOKENS)
    text = packed.page_text if most >= _table().other_page else 0
    return hidden + max(0, packed.pages * most + text - packed.page_tokens)


def more_than_counted(model: ModelEntry, detail: str) -> int:
    """Tokens that this model's provider may bill for a picture beyond what it counts, where it is to be looked at in
    this detail, if in any."""
    counted = ORIGINAL_TOKENS if detail == "original" else IMAGE_TOKENS
    low = detail == "low" and model.provider not in _table().heed_no_detail
    return max(0, _most(_names(model), low) - counted)


def _names(model: ModelEntry) -> str:
    return f"{model.id} {model.api_name}"


@lru_cache(_KNOWN_MODELS)
def _most(names: str, low: bool) -> int:
    table = _table()
    figures = (*table.low, *table.models) if low else table.models
    return next((most for pattern, most in figures if pattern.search(names)), table.other)


@lru_cache(_KNOWN_MODELS)
def _most_of_a_page(names: str) -> int:
    table = _table()
    return next((most for pattern, most in table.pages if pattern.search(names)), table.other_page)


@cache
def _table() -> _Table:
    held = tomllib.loads(Path(__file__).with_name("pictures.toml").read_text(encoding="utf-8"))
    models, low, pages = (_figures(held[name]) for name in ("models", "low", "pages"))
    return _Table(models, low, pages, int(held["other"]), int(held["other_page"]), frozenset(held["heed_no_detail"]))


def _figures(of_models: Mapping[str, int]) -> _Figures:
    return tuple((re.compile(each), most) for each, most in of_models.items())
