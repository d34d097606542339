"""What the ingest function answers of models and updates, and the requests that change the catalogue's version."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from llm_router.catalogue.diff import Diff
from llm_router.catalogue.ending import as_of_day
from llm_router.catalogue.entry import Capability, Catalogue, ModelEntry, ModelStatus
from llm_router.catalogue.operator_quality import answered
from llm_router.catalogue.publishing import Published
from llm_router.ports import MAX_VERSION
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import Whole
from llm_router.taxonomy import Category, Difficulty


class RollbackRequest(RequestBody):
    """The version whose content is to be current again; with `expected_version` only while that one is in force."""

    version: Annotated[int, Field(ge=0, le=MAX_VERSION), Whole]
    expected_version: Annotated[int, Field(ge=0, le=MAX_VERSION), Whole] | None = None


class RefreshRequest(RequestBody):
    """With `dry_run` nothing is written and the whole diff comes back."""

    may_be_empty = True

    dry_run: bool = False


class QualityAnswer(BaseModel):
    """The chance that a model does this kind of work well, and how sure that is."""

    mean: float
    sd: float
    n: float
    source: str
    as_of: str | None
    imputed: bool
    basis: str | None


class LatencyAnswer(BaseModel):
    """Typical speed; null where nobody measured it."""

    time_to_first_token_ms: float | None
    output_tokens_per_second: float | None


class LongPromptAnswer(BaseModel):
    """What every token of a request costs whose input is longer than `above_tokens`."""

    above_tokens: int
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cached_input_usd_per_mtok: float | None


class ProvenanceAnswer(BaseModel):
    """Where a field's value came from."""

    source: str
    as_of: str | None
    note: str | None


class EntryAnswer(BaseModel):
    """One model of the catalogue. What is not known is null, never 0."""

    id: str
    provider: str
    display_name: str
    status: ModelStatus
    api_alias: str | None
    context_window: int | None
    max_output_tokens: int | None
    input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None
    cached_input_usd_per_mtok: float | None
    long_prompt: LongPromptAnswer | None
    capabilities: Annotated[list[Capability], AfterValidator(sorted)]
    thinks: bool | None
    open_weights: bool | None
    license: str | None
    regions: list[str]
    deprecation_date: str | None
    tokenizer: str | None
    latency: LatencyAnswer
    quality: dict[Category, dict[Difficulty, QualityAnswer]]
    provenance: dict[str, ProvenanceAnswer]


class ModelsAnswer(BaseModel):
    """Every entry, and the version they are of."""

    models: list[EntryAnswer]
    catalogue_version: int


def entry_answer(entry: ModelEntry) -> EntryAnswer:
    """The entry as JSON shows it."""
    quality = {
        category: {level: answered(cell) for level, cell in levels.items()}
        for category, levels in entry.quality.items()
    }
    return EntryAnswer.model_validate(replace(entry, quality=quality), from_attributes=True)


class FieldChangeAnswer(BaseModel):
    """One field of one model, before and after."""

    model: str
    field: str
    before: str
    after: str


class DiffAnswer(BaseModel):
    """What changed."""

    summary: str
    added: list[str]
    removed: list[str]
    changed: list[FieldChangeAnswer]


class UpdateAnswer(BaseModel):
    """The version now in force, and what this request changed."""

    catalogue_version: int
    added: int
    updated: int
    total_models: int
    active_models: int
    diff: DiffAnswer


def models_answer(catalogue: Catalogue) -> ModelsAnswer:
    """The whole catalogue as JSON shows it."""
    return ModelsAnswer(models=[entry_answer(entry) for entry in catalogue], catalogue_version=catalogue.version)


def diff_answer(found: Diff) -> DiffAnswer:
    """The diff as JSON shows it."""
    return DiffAnswer.model_validate(found, from_attributes=True)


def update_answer(published: Published, today: str) -> UpdateAnswer:
    """The answer to whatever published a version. `today` is the ISO date on which models are counted as active."""
    return UpdateAnswer(
        catalogue_version=published.version,
        added=len(published.diff.added),
        updated=len({change.model for change in published.diff.changed}),
        total_models=len(published.models),
        active_models=len(as_of_day(Catalogue(published.version, published.models), today).active()),
        diff=diff_answer(published.diff),
    )
