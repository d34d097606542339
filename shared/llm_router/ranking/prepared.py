"""A model made ready for ranking, once per version of its catalogue: what requests would otherwise work out again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from llm_router.catalogue.caching import keeps_prompts, write_factor
from llm_router.catalogue.entry import LongPrompt, ModelEntry, ModelStatus, QualityEstimate, QualityTable
from llm_router.catalogue.sources import ARTIFICIAL_ANALYSIS
from llm_router.ranking.constraints import ASSUMED_WINDOW
from llm_router.ranking.latency import SLOWEST, assumed_speed
from llm_router.ranking.posterior import UNKNOWN
from llm_router.ranking.tokens import ratios_of
from llm_router.taxonomy import Category, Difficulty

LEVELS: tuple[Difficulty, ...] = (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD)


class Curve(NamedTuple):
    """How a model does at one kind of work: log-odds of doing well, and their standard deviations as chances.

    Measured is a difficulty for which just this kind of work was; `evidenced` where any of it is evidence of quality.
    """

    easy: float
    medium: float
    hard: float
    easy_sd: float
    medium_sd: float
    hard_sd: float
    easy_measured: bool
    medium_measured: bool
    hard_measured: bool
    evidenced: bool


TO_SD, TO_MEASURED = len(LEVELS), 2 * len(LEVELS)
"""How far behind a difficulty's log-odds in a `Curve` stands their standard deviation, and whether it was measured."""

Curves = tuple[Curve | None, ...]
"""One a category, by `CATEGORY_INDEX`."""

CATEGORY_INDEX: Mapping[Category, int] = {category: index for index, category in enumerate(Category)}
"""Where a category stands in a tuple of all: looking an enum's member up in a dict costs ten times an index."""


class Prices(NamedTuple):
    """USD per token read, written, and read from the provider's cache: the full price where no other is known.

    `usd_kept` is that of one read and, since it is asked to, kept in the cache.
    """

    usd_in: float
    usd_out: float
    usd_cached: float
    usd_kept: float


class Answering(NamedTuple):
    """The share of attempts at an answer that were answered here of late, and the curves if all had been."""

    share: float
    curves: Curves


@dataclass(frozen=True, slots=True)
class Prepared:
    """One model, its numbers at hand. `prices` are None when that of reading or writing is not known.

    With more than `long_above` tokens of input all of it costs `long_prices`; None, and no end, where there are none.
    It `thinks` unasked; `thought_first` where the time to the first token has the thinking in it. Its provider `keeps`
    prompts in a cache.
    `ratios` are the provider's tokens for one of the classifier's, by writing. A request without demands that reads and
    writes at most `safe_tokens` may use the model, whatever else it asks. Equal `curves`, such as those of one
    model at several providers, are one object, by which ranking knows them. `unjudged` are the curves without the
    judgements made here, where there are any; `answering` is there where an attempt went unanswered here.
    """

    model: ModelEntry
    prices: Prices | None
    long_prices: Prices | None
    long_above: float
    ratios: tuple[float, ...]
    thinks: bool
    thought_first: bool
    keeps: bool
    first_token_ms: float
    ms_per_token: float
    speed_measured: bool
    curves: Curves
    safe_tokens: int
    unjudged: Curves | None = None
    answering: Answering | None = None


def prepared(
    model: ModelEntry, curves: Curves, unjudged: Curves | None = None, answering: Answering | None = None
) -> Prepared:
    """The model's figures, with what is assumed where the catalogue has none."""
    first, speed = model.latency.time_to_first_token_ms, model.latency.output_tokens_per_second
    assumed = assumed_speed(model.output_usd_per_mtok)
    window = ASSUMED_WINDOW if model.context_window is None else model.context_window
    measured_by = model.provenance.get("time_to_first_token_ms")
    long, kept = model.long_prompt, write_factor(model)
    return Prepared(
        model=model,
        prices=_prices(model, kept),
        long_prices=None if long is None else _prices(model.priced(long.above_tokens + 1), kept),
        long_above=math.inf if long is None else long.above_tokens,
        ratios=ratios_of(model.tokenizer),
        thinks=model.thinks_unasked,
        thought_first=measured_by is not None and measured_by.source == ARTIFICIAL_ANALYSIS,
        keeps=keeps_prompts(model),
        first_token_ms=assumed.first_token_ms if first is None else first,
        ms_per_token=1000 / max(speed or assumed.tokens_per_second, SLOWEST),
        speed_measured=first is not None and bool(speed),
        curves=curves,
        safe_tokens=window if model.status is ModelStatus.ACTIVE else -1,
        unjudged=unjudged,
        answering=answering,
    )


def _prices(said: ModelEntry | LongPrompt, kept: float) -> Prices | None:
    full, written, cached = said.input_usd_per_mtok, said.output_usd_per_mtok, said.cached_input_usd_per_mtok
    if full is None or written is None:
        return None
    return Prices(full / 1e6, written / 1e6, (full if cached is None else min(full, cached)) / 1e6, full * kept / 1e6)


def curves_of(table: QualityTable) -> Curves:
    """A curve per category, in the order of `CATEGORY_INDEX`; None where the table lacks a difficulty."""
    return tuple(_curve(table.get(category, {})) for category in CATEGORY_INDEX)


def _curve(cells: Mapping[Difficulty, QualityEstimate]) -> Curve | None:
    if not all(level in cells for level in LEVELS):
        return None
    easy, medium, hard = (cells[level] for level in LEVELS)
    evidenced = any(cell.source != UNKNOWN.source for cell in (easy, medium, hard))
    means = log_odds(easy.mean), log_odds(medium.mean), log_odds(hard.mean)
    measured = not easy.imputed, not medium.imputed, not hard.imputed
    return Curve(*means, easy.sd, medium.sd, hard.sd, *measured, evidenced)


def log_odds(chance: float) -> float:
    """The logarithm of the odds, kept finite: nothing is ever quite certain."""
    bounded = min(0.999, max(0.001, chance))
    return math.log(bounded / (1 - bounded))
