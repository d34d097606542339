"""A catalogue made ready for ranking, once per version: each number a column, so that all models are looked at at once.

Columns are numpy's, which only functions load that compute with them: whoever knows the ranking's types alone goes
without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from llm_router.catalogue.entry import ModelEntry
from llm_router.outcomes import Observed
from llm_router.ranking.posterior import UNKNOWN, joined, pooled
from llm_router.ranking.prepared import (
    CATEGORY_INDEX,
    TO_SD,
    Answering,
    Curve,
    Curves,
    Prepared,
    Prices,
    curves_of,
    log_odds,
    prepared,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

T = TypeVar("T")

BOUNDLESS = 2**62
"""Tokens where there is no limit to them: larger than any sum of what is counted, and still a number of a column."""

_NO_PRICES = Prices(*[float("nan")] * len(Prices._fields))

_EVEN, _DOUBT = log_odds(UNKNOWN.mean), UNKNOWN.sd
_GUESS = Curve(_EVEN, _EVEN, _EVEN, _DOUBT, _DOUBT, _DOUBT, False, False, False, evidenced=False)
"""What stands for a kind of work of which nothing is known."""


@dataclass(frozen=True, slots=True)
class CurveColumns:
    """Different curves: `anchors` `[difficulty, figure, category, curve]`, the figures log-odds and their standard
    deviations, and which of the curves are evidence of quality, `[category, curve]`."""

    anchors: Numbers
    evidenced: Flags

    @classmethod
    def of(cls, curves: Sequence[Curves]) -> CurveColumns:
        """A column for each, in this order."""
        import numpy as np

        known = [[_GUESS if curve is None else curve for curve in each] for each in curves]
        fields = np.array(known, dtype=np.float64).reshape(len(known), len(CATEGORY_INDEX), len(Curve._fields))
        by_field = fields.transpose(2, 1, 0)
        anchors = np.stack([by_field[:TO_SD], by_field[TO_SD : 2 * TO_SD]], axis=1)
        return cls(anchors, np.ascontiguousarray(by_field[-1] > 0))

    def at(self, places: Sequence[int]) -> CurveColumns:
        """Those in these places."""
        chosen = list(places)
        return CurveColumns(self.anchors[..., chosen], self.evidenced[:, chosen])


@dataclass(frozen=True, slots=True)
class Columns:
    """Models in the order given, their places by id, and what `Prepared` has of them, each number a column.

    `curve` and `tokenizer` tell which of the `curves` and of the `ratios` a model has, `unjudged` and `answering` which
    of the `others`, -1 where it has none. `prices` and `long_prices` are `[price, model]`, by the fields of `Prices`:
    nan where none is known, and the usual ones where no others are. `thought_first` is the share of the thinking that
    the time to the first token has in it. What is not limited is `BOUNDLESS`.
    """

    rows: tuple[Prepared, ...]
    index: Mapping[str, int]
    curves: CurveColumns
    curve: Whole
    others: CurveColumns
    unjudged: Whole
    answering: Whole
    ratios: tuple[tuple[float, ...], ...]
    tokenizer: Whole
    priced: Flags
    prices: Numbers
    long_prices: Numbers
    long_above: Numbers
    thinks: Flags
    thought_first: Numbers
    first_token_ms: Numbers
    ms_per_token: Numbers
    most_output: Whole
    safe_tokens: Whole

    @classmethod
    def of(cls, rows: Sequence[Prepared]) -> Columns:
        """The columns of these."""
        import numpy as np

        curves, curve = _numbered([row.curves for row in rows])
        if_answered = [row.answering and row.answering.curves for row in rows]
        others, other = _placed([*(row.unjudged for row in rows), *if_answered])
        ratios, tokenizer = _numbered([row.ratios for row in rows])
        prices = [row.prices or _NO_PRICES for row in rows]
        most = [BOUNDLESS if (said := row.model.max_output_tokens) is None else min(said, BOUNDLESS) for row in rows]
        return cls(
            rows=tuple(rows),
            index={row.model.id: place for place, row in enumerate(rows)},
            curves=CurveColumns.of(curves),
            curve=np.array(curve, dtype=np.int64),
            others=CurveColumns.of(others),
            unjudged=np.array(other[: len(rows)], dtype=np.int64),
            answering=np.array(other[len(rows) :], dtype=np.int64),
            ratios=tuple(ratios),
            tokenizer=np.array(tokenizer, dtype=np.int64),
            priced=np.array([row.prices is not None for row in rows], dtype=np.bool_),
            prices=_by_field(prices),
            long_prices=_by_field([row.long_prices or usual for row, usual in zip(rows, prices, strict=True)]),
            long_above=np.array([row.long_above for row in rows], dtype=np.float64),
            thinks=np.array([row.thinks for row in rows], dtype=np.bool_),
            thought_first=np.array([row.thought_first for row in rows], dtype=np.float64),
            first_token_ms=np.array([row.first_token_ms for row in rows], dtype=np.float64),
            ms_per_token=np.array([row.ms_per_token for row in rows], dtype=np.float64),
            most_output=np.array(most, dtype=np.int64),
            safe_tokens=np.array([min(row.safe_tokens, BOUNDLESS) for row in rows], dtype=np.int64),
        )

    def only(self, model_id: str) -> Columns | None:
        """The same of one model alone; None where it is not among them."""
        place = self.index.get(model_id)
        return None if place is None else Columns.of((self.rows[place],))

    def among(self, ids: Iterable[str]) -> list[int]:
        """The places of those of these that are here."""
        index = self.index
        return [index[each] for each in ids if each in index]


def prepare(models: Iterable[ModelEntry], observed: Mapping[str, Observed] | None = None) -> Columns:
    """Every model in the order given, its quality joined with what was observed of it here, at any provider."""
    every = tuple(models)
    seen = pooled(every, observed or {})
    alike: dict[Curves, Curves] = {}
    rows = []
    for model in every:
        here, unjudged = seen.get(model.id), None
        curves = curves_of(joined(model.quality, here))
        if here is not None and here.judged:
            unjudged = curves_of(joined(model.quality, replace(here, judged={})))
        rows.append(prepared(model, alike.setdefault(curves, curves), unjudged, _answering(model, here)))
    return Columns.of(rows)


def _answering(model: ModelEntry, here: Observed | None) -> Answering | None:
    if here is None or here.reliability >= 1:
        return None
    return Answering(here.answered / here.tries, curves_of(joined(model.quality, replace(here, answered=here.tries))))


def _numbered(things: Sequence[T]) -> tuple[list[T], list[int]]:
    """The different objects among these, and of each which of those it is."""
    places: dict[int, int] = {}
    different: list[T] = []
    for thing in things:
        if id(thing) not in places:
            places[id(thing)] = len(different)
            different.append(thing)
    return different, [places[id(thing)] for thing in things]


def _placed(things: Sequence[T | None]) -> tuple[list[T], list[int]]:
    """Those of these that are there, and of each which of those it is; -1 where it is not there."""
    there = [each for each in things if each is not None]
    places = iter(range(len(there)))
    return there, [-1 if each is None else next(places) for each in things]


def _by_field(prices: Sequence[Prices]) -> Numbers:
    import numpy as np

    return np.ascontiguousarray(np.array(prices, dtype=np.float64).reshape(len(prices), len(Prices._fields)).T)
