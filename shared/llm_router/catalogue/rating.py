"""The quality of the models at a refresh: what public evidence says now, what stays, and what the operator has set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from llm_router.catalogue.entry import ModelEntry, QualityEstimate, QualityTable
from llm_router.catalogue.quality import estimate, telling
from llm_router.catalogue.quality_map import SCALE_SOURCE, QualityMap
from llm_router.catalogue.records import OPERATOR, Reading
from llm_router.catalogue.tables import KnownModel, Tables


def rated(
    models: Mapping[str, ModelEntry], readings: Sequence[Reading], tables: Tables, choices: QualityMap
) -> dict[str, ModelEntry]:
    """The models with their quality. Where a source that it rests on tells nothing, it stays as it is: one that has not
    been heard, or that rates too few models for any of its measures to be used."""
    heard = {reading.source for reading in readings if reading.scores}
    if SCALE_SOURCE not in heard:
        return dict(models)
    models_of = {name: _model_of(entry, tables) for name, entry in models.items()}
    told = telling(readings, models_of.values(), choices, tables)
    missing = {measure.source for row in choices.categories.values() for measure in row.measures} - told
    offered = {name: model for name, model in models_of.items() if not _rests_on(models[name], missing)}
    tables_by_model = estimate(readings, offered.values(), choices, tables)
    after = dict(models)
    for name, model in offered.items():
        quality = tables_by_model.get(model.key)
        if quality is not None:
            quality = _completed(quality, models[name].quality)
            if not _same_figures(quality, models[name].quality):
                after[name] = replace(models[name], quality=quality)
    return after


def _rests_on(entry: ModelEntry, sources: set[str]) -> bool:
    return any(
        not sources.isdisjoint(cell.source.split("+")) for row in entry.quality.values() for cell in row.values()
    )


def _same_figures(one: QualityTable, other: QualityTable) -> bool:
    """Whether two tables say the same, whenever it was said."""
    if one.keys() != other.keys() or any(one[name].keys() != other[name].keys() for name in one):
        return False
    return all(
        _undated(cell) == _undated(other[category][level])
        for category, row in one.items()
        for level, cell in row.items()
    )


def _undated(cell: QualityEstimate) -> tuple[object, ...]:
    return cell.mean, cell.sd, cell.n, cell.source, cell.imputed, cell.basis


def _model_of(entry: ModelEntry, tables: Tables) -> KnownModel:
    """The model an entry offers; one that the tables do not know goes by its slug."""
    alias = entry.api_alias or entry.id
    return tables.model(alias) or tables.model(entry.id) or KnownModel(key=tables.slug(alias), name=entry.display_name)


def _completed(quality: QualityTable, before: QualityTable) -> QualityTable:
    """Public evidence, but for the cells that the operator has set and the categories whose scale is gone, as where its
    table has been renamed: those stay as they are."""
    own = {
        category: {level: cell for level, cell in cells.items() if cell.source == OPERATOR}
        for category, cells in before.items()
    }
    return {
        category: {**quality.get(category, before.get(category, {})), **own.get(category, {})}
        for category in sorted(quality.keys() | before.keys())
    }
