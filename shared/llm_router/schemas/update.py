"""`POST /update`: models to add or change, also in the reference design's names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from llm_router.catalogue.entry import (
    Capability,
    Latency,
    ModelEntry,
    ModelStatus,
    Provenance,
    QualityEstimate,
    QualityTable,
)
from llm_router.errors import FieldProblem, InvalidRequest
from llm_router.taxonomy import Category, Difficulty
from llm_router.web.body import RequestBody

MAX_MODELS = 10_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]*", re.ASCII)
_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


def _id(value: str) -> str:
    if not _ID.fullmatch(value) or ".." in value or "//" in value or value.endswith("/"):
        raise ValueError("may hold letters, digits and . _ : @ / + - only, and no '..' or '//'")
    return value


def _provider(value: str) -> str:
    if not _PROVIDER.fullmatch(value):
        raise ValueError("may hold letters, digits and . _ - only")
    return value


def _plain(value: str) -> str:
    if not value.strip() or any(character in "<>&\"'`" or not character.isprintable() for character in value):
        raise ValueError("must be plain text without markup")
    return value


ModelId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_id)]
Provider = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_provider)]
PlainText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
Price = Annotated[float, Field(ge=0, le=1000)]
PricePer1k = Annotated[float, Field(ge=0, le=1)]
Tokens = Annotated[int, Field(ge=1, le=1_000_000_000)]
Chance = Annotated[float, Field(ge=0, le=1)]


class QualityBody(RequestBody):
    """One cell of a model's quality table."""

    mean: Chance
    sd: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    n: Annotated[float, Field(ge=0, le=1e9)] = 1.0
    source: PlainText = "operator"
    as_of: Annotated[str, Field(max_length=32)] | None = None
    imputed: bool = False
    basis: str | None = None


class LatencyBody(RequestBody):
    """Typical speed."""

    time_to_first_token_ms: Annotated[float, Field(ge=0, le=1e7)] | None = None
    output_tokens_per_second: Annotated[float, Field(gt=0, le=1e6)] | None = None


class ModelUpdate(RequestBody):
    """A new model, or what changes of a known one. A field that is not given stays; null makes it unknown."""

    id: ModelId
    provider: Provider | None = None
    display_name: PlainText | None = None
    status: ModelStatus = ModelStatus.ACTIVE
    api_alias: PlainText | None = None
    context_window: Tokens | None = None
    max_output_tokens: Tokens | None = None
    input_usd_per_mtok: Price | None = None
    output_usd_per_mtok: Price | None = None
    cached_input_usd_per_mtok: Price | None = None
    capabilities: Annotated[tuple[Capability, ...], Field(max_length=20)] = ()
    open_weights: bool | None = None
    license: PlainText | None = None
    regions: Annotated[tuple[PlainText, ...], Field(max_length=50)] = ()
    deprecation_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    tokenizer: PlainText | None = None
    latency: LatencyBody = LatencyBody()
    quality: dict[Category, dict[Difficulty, QualityBody]] = Field(default_factory=dict)
    provenance: dict[str, JsonValue] = Field(default_factory=dict, max_length=100)
    cost_in_per_1k: PricePer1k | None = None
    cost_out_per_1k: PricePer1k | None = None
    avg_latency_ms: Annotated[float, Field(ge=0, le=1e7)] | None = None
    open_source: bool | None = None

    def changes(self) -> dict[str, object]:
        """The entry's fields that this sets, in the catalogue's units. Provenance is the router's own to write."""
        given = {name: getattr(self, name) for name in self.model_fields_set - _NOT_COPIED}
        if "capabilities" in given:
            given["capabilities"] = frozenset(self.capabilities)
        if "latency" in given:
            given["latency"] = Latency(self.latency.time_to_first_token_ms, self.latency.output_tokens_per_second)
        if "quality" in given:
            given["quality"] = self._quality()
        if self.cost_in_per_1k is not None:
            given["input_usd_per_mtok"] = round(self.cost_in_per_1k * 1000, 9)
        if self.cost_out_per_1k is not None:
            given["output_usd_per_mtok"] = round(self.cost_out_per_1k * 1000, 9)
        if self.avg_latency_ms is not None:
            given["latency"] = Latency(self.avg_latency_ms, None)
        if self.open_source is not None:
            given["open_weights"] = self.open_source
        return given

    def _quality(self) -> QualityTable:
        return {
            category: {
                level: QualityEstimate(cell.mean, cell.sd, cell.n, cell.source, cell.as_of, cell.imputed)
                for level, cell in levels.items()
            }
            for category, levels in self.quality.items()
        }


_NOT_COPIED = {"id", "provenance", "cost_in_per_1k", "cost_out_per_1k", "avg_latency_ms", "open_source"}


class UpdateRequest(RequestBody):
    """Models to add or change: all of them or none."""

    models: Annotated[list[ModelUpdate], Field(min_length=1, max_length=MAX_MODELS)]
    expected_version: Annotated[int, Field(ge=0)] | None = None

    def applied_to(self, models: Mapping[str, ModelEntry], as_of: str) -> Mapping[str, ModelEntry]:
        """The catalogue's models with these changes. Raises `InvalidRequest` naming index and field."""
        merged = dict(models)
        problems: list[FieldProblem] = []
        seen: set[str] = set()
        for index, update in enumerate(self.models):
            if update.id in seen:
                problems.append(FieldProblem(f"models[{index}].id", "occurs twice in this update"))
            seen.add(update.id)
            known = models.get(update.id)
            missing = [name for name in ("provider", "display_name") if getattr(update, name) is None]
            if missing and (known is None or update.model_fields_set.intersection(missing)):
                problems.extend(FieldProblem(f"models[{index}].{name}", "is needed") for name in missing)
                continue
            merged[update.id] = _merged(update, known, as_of)
        if problems:
            raise InvalidRequest("Some models are wrong; nothing was written.", tuple(problems))
        return merged


def _merged(update: ModelUpdate, known: ModelEntry | None, as_of: str) -> ModelEntry:
    changes = update.changes()
    entry = known or ModelEntry(update.id, update.provider or "", update.display_name or "")
    origin = Provenance("operator", as_of)
    provenance = {**entry.provenance, **dict.fromkeys(sorted(changes), origin)}
    return replace(entry, **changes, provenance=provenance)  # type: ignore[arg-type]
