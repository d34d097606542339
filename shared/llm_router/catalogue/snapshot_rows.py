"""One catalogue entry as a JSON object of a snapshot, and back. Fields that are not known are left out.

Where figures come from repeats itself endlessly, so that it stands in two tables, and rows hold indices into them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from llm_router.catalogue.entry import (
    Basis,
    Capability,
    Latency,
    LongPrompt,
    ModelEntry,
    ModelStatus,
    Provenance,
    QualityEstimate,
)
from llm_router.catalogue.records import PRICES
from llm_router.json_values import Json
from llm_router.taxonomy import Category, Difficulty

_TEXTS: Final = ("id", "provider", "display_name", "api_alias", "license", "deprecation_date", "tokenizer")
_COUNTS: Final = ("context_window", "max_output_tokens")
_FLAGS: Final = ("thinks", "open_weights")
_MOST: Final = 1e15
_DIFFICULTIES: Final = tuple(Difficulty)
_CATEGORIES: Final = {category.value: category for category in Category}
_CAPABILITIES: Final = {capability.value: capability for capability in Capability}


class Encoder:
    """Makes rows and fills the two tables in the order of first occurrence, so that equal input gives equal bytes."""

    def __init__(self) -> None:
        self.origins: dict[Provenance, int] = {}
        self.evidence: dict[tuple[str, str | None, bool, Basis | None], int] = {}

    def entry(self, entry: ModelEntry) -> dict[str, Json]:
        """The entry as plain JSON. Sets are sorted."""
        row: dict[str, Json] = {"status": entry.status.value}
        for name in (*_TEXTS, *_COUNTS, *_FLAGS):
            if (value := getattr(entry, name)) is not None:
                row[name] = value
        for name in PRICES:
            if (price := getattr(entry, name)) is not None:
                row[name] = float(price)
        if (long := entry.long_prompt) is not None:
            cached = long.cached_input_usd_per_mtok
            row["long_prompt"] = [
                long.above_tokens,
                float(long.input_usd_per_mtok),
                float(long.output_usd_per_mtok),
                None if cached is None else float(cached),
            ]
        if entry.capabilities:
            row["capabilities"] = sorted(entry.capabilities)
        if entry.regions:
            row["regions"] = list(entry.regions)
        if entry.latency != Latency():
            both = (entry.latency.time_to_first_token_ms, entry.latency.output_tokens_per_second)
            row["latency"] = [None if figure is None else float(figure) for figure in both]
        if entry.quality:
            row["quality"] = {name.value: self._cells(entry.quality[name]) for name in sorted(entry.quality)}
        if entry.provenance:
            row["provenance"] = {name: self._origin(entry.provenance[name]) for name in sorted(entry.provenance)}
        return row

    def tables(self) -> dict[str, Json]:
        """Everything the rows point to."""
        return {
            "origins": [[origin.source, origin.as_of, origin.note] for origin in self.origins],
            "evidence": list(self.evidence),
        }

    def _origin(self, origin: Provenance) -> int:
        return self.origins.setdefault(origin, len(self.origins))

    def _cells(self, cells: Mapping[Difficulty, QualityEstimate]) -> list[Json]:
        row: list[Json] = []
        for level in _DIFFICULTIES:
            if (cell := cells.get(level)) is None:
                row += (None, None, None, None)
                continue
            key = (cell.source, cell.as_of, cell.imputed, cell.basis)
            row += (float(cell.mean), float(cell.sd), float(cell.n), self.evidence.setdefault(key, len(self.evidence)))
        return row


class Decoder:
    """Reads rows back with their tables. Raises ValueError, TypeError or LookupError for what is not right."""

    def __init__(self, tables: Mapping[str, Json]) -> None:
        self._origins = [_origin(*items(row)) for row in items(tables["origins"])]
        self._evidence = [_evidence(*items(row)) for row in items(tables["evidence"])]
        self._known: dict[tuple[Json, ...], dict[Difficulty, QualityEstimate]] = {}

    def entry(self, row: Json) -> ModelEntry:
        """The entry of one row, every field checked for its type and range. Fields that are not known, as a newer
        release writes them, are passed over: where one changes what the others mean, the format has another number."""
        if not isinstance(row, dict):
            raise TypeError("no entry")
        get = row.get
        return ModelEntry(
            id=_text(row["id"]),
            provider=_text(row["provider"]),
            display_name=_text(row["display_name"]),
            status=ModelStatus(_text(row["status"])),
            api_alias=_maybe_text(get("api_alias")),
            context_window=_count(get("context_window")),
            max_output_tokens=_count(get("max_output_tokens")),
            input_usd_per_mtok=amount(get("input_usd_per_mtok")),
            output_usd_per_mtok=amount(get("output_usd_per_mtok")),
            cached_input_usd_per_mtok=amount(get("cached_input_usd_per_mtok")),
            long_prompt=_long_prompt(get("long_prompt")),
            capabilities=frozenset(_CAPABILITIES[_text(name)] for name in items(get("capabilities", ()))),
            thinks=_flag(get("thinks")),
            open_weights=_flag(get("open_weights")),
            license=_maybe_text(get("license")),
            regions=tuple(_text(name) for name in items(get("regions", ()))),
            deprecation_date=_maybe_text(get("deprecation_date")),
            tokenizer=_maybe_text(get("tokenizer")),
            latency=_latency(get("latency")),
            quality={_CATEGORIES[name]: self._levels(items(cells)) for name, cells in _pairs(get("quality"))},
            provenance={name: self._origins[_index(at)] for name, at in _pairs(get("provenance"))},
        )

    def _levels(self, row: Sequence[Json]) -> Mapping[Difficulty, QualityEstimate]:
        """One model's cells, made once for all who offer it."""
        key = tuple(row)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = self._cells(row)
        return known

    def _cells(self, row: Sequence[Json]) -> dict[Difficulty, QualityEstimate]:
        if len(row) != 4 * len(_DIFFICULTIES):
            raise ValueError("not four numbers per difficulty")
        evidence = self._evidence
        cells: dict[Difficulty, QualityEstimate] = {}
        for level, mean, sd, n, at in zip(_DIFFICULTIES, row[::4], row[1::4], row[2::4], row[3::4], strict=True):
            if mean is None:
                continue
            if not (type(mean) is type(sd) is type(n) is float and type(at) is int):
                raise TypeError("a quality figure is no number")
            if not (0 <= mean <= 1 and 0 <= sd <= 1 and 0 <= n < _MOST and at >= 0):
                raise ValueError("a quality figure is out of range")
            source, as_of, imputed, basis = evidence[at]
            cells[level] = QualityEstimate(mean, sd, n, source, as_of, imputed, basis)
        return cells


def _origin(source: Json, as_of: Json, note: Json) -> Provenance:
    return Provenance(_text(source), _maybe_text(as_of), _maybe_text(note))


def _evidence(source: Json, as_of: Json, imputed: Json, basis: Json) -> tuple[str, str | None, bool, Basis | None]:
    if not isinstance(imputed, bool):
        raise TypeError("imputed is neither true nor false")
    return _text(source), _maybe_text(as_of), imputed, None if basis is None else Basis(_text(basis))


def _pairs(value: Json) -> Iterable[tuple[str, Json]]:
    if value is None:
        return ()
    if isinstance(value, dict):
        return value.items()
    raise TypeError("no object")


def _index(value: Json) -> int:
    if type(value) is int and value >= 0:
        return value
    raise TypeError("no index")


def _latency(row: Json) -> Latency:
    if row is None:
        return Latency()
    first, speed = items(row)
    return Latency(amount(first), amount(speed))


def _long_prompt(row: Json) -> LongPrompt | None:
    if row is None:
        return None
    above, usd_in, usd_out, cached = items(row)
    tokens, price_in, price_out = _count(above), amount(usd_in), amount(usd_out)
    if tokens is None or price_in is None or price_out is None:
        raise TypeError("half a price")
    return LongPrompt(tokens, price_in, price_out, amount(cached))


def items(value: Json) -> Sequence[Json]:
    """The elements of a JSON list; what they are is for the caller to check."""
    if isinstance(value, list | tuple):
        return value
    raise TypeError("no list")


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("no text")


def _maybe_text(value: Json) -> str | None:
    return None if value is None else _text(value)


def _count(value: Json) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError("no positive whole number")


def amount(value: Json) -> float | None:
    """A finite number that is not negative, or None."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MOST:
        return float(value)
    raise ValueError("no amount")


def _flag(value: Json) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise TypeError("neither true nor false")
