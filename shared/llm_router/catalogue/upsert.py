"""The catalogue with an operator's updates: all of them, or none and every reason why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from llm_router.catalogue.ending import ended
from llm_router.catalogue.entry import Catalogue, ModelEntry, ModelStatus, Provenance, QualityTable
from llm_router.catalogue.naming import DOUBLE, folded, is_anothers
from llm_router.catalogue.operator_quality import completed, stated
from llm_router.catalogue.records import FACTS, OPERATOR, SPEEDS, Reading, RecordProblem, Update, known
from llm_router.catalogue.untold import taken_back_status
from llm_router.catalogue.validation import STRANGE, TAKEN, parse
from llm_router.errors import FieldProblem, InvalidRequest
from llm_router.json_values import Json

MAX_MODELS: Final = 10_000
MAX_PROBLEMS: Final = 20_000
"""How many problems one answer lists at most: two for each model that one request may hold."""

_NOTHING: Final[Mapping[str, object]] = {"capabilities": frozenset(), "regions": ()}


def upsert(catalogue: Catalogue, rows: Sequence[Json], today: str) -> dict[str, ModelEntry]:
    """The models after the updates. Raises `InvalidRequest` naming index and field of everything that is wrong."""
    if not rows:
        raise _refused([FieldProblem("models", "must hold at least one model")])
    if len(rows) > MAX_MODELS:
        raise _refused([FieldProblem("models", f"must hold at most {MAX_MODELS} models")])
    models = dict(catalogue.models)
    problems: list[FieldProblem] = []
    first_at: dict[str, int] = {}
    taken = {folded(name): name for name in models}
    for index, row in enumerate(rows):
        update, wrong = parse(row, today=today, known=catalogue.models)
        if update is not None:
            name = known_as(update, catalogue.models)
            before = catalogue.models.get(name)
            wrong = _placement(update, first_at.setdefault(name, index), index, before)
            if before is None and is_anothers(name, taken):
                wrong.append(FieldProblem("id", DOUBLE))
            if not wrong:
                models[name] = applied(update, before, today)
        problems += _at(index, wrong)
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise _refused(problems[:MAX_PROBLEMS])
    return models


def without_doubles(reading: Reading, models: Mapping[str, ModelEntry]) -> Reading:
    """The reading without updates that would make a model whose id only writes another's anew."""
    taken = {folded(name): name for name in models} if reading.updates else {}
    updates, problems = [], []
    for update in reading.updates:
        name = known_as(update, models)
        if name not in models and is_anothers(name, taken):
            problems.append(RecordProblem(name, f"id {DOUBLE}"))
        else:
            updates.append(update)
    return replace(reading, updates=updates, problems=[*reading.problems, *problems]) if problems else reading


def _placement(update: Update, first: int, index: int, before: ModelEntry | None) -> list[FieldProblem]:
    """What is wrong with an update in its place: an id twice, or a new model without its names."""
    if first != index:
        return [FieldProblem("id", f"is also that of models[{first}]")]
    if before is not None:
        return []
    missing = []
    if update.provider is None:
        missing.append(FieldProblem("provider", "is required for a new model"))
    if update.facts.display_name is None:
        missing.append(FieldProblem("display_name", "is required for a new model"))
    return missing


def known_as(update: Update, models: Mapping[str, ModelEntry]) -> str:
    """The id of the model that an update is about; the provider before a known one's name may be left out."""
    whole = f"{update.provider}/{update.id}"
    held = models.get(whole) if update.id not in models else None
    return whole if held is not None and held.provider == update.provider else update.id


def applied(update: Update, before: ModelEntry | None, today: str) -> ModelEntry:
    """The entry once the operator's word is in it, each field with its origin."""
    entry = before or ModelEntry(update.id, update.provider or "", update.facts.display_name or update.id)
    said = {name: value for name in FACTS if (value := getattr(update.facts, name)) is not None}
    ends = said.get("deprecation_date", entry.deprecation_date)
    past = ended(replace(entry, deprecation_date=ends), today) is not None
    if update.echo and said.get("status") is (ModelStatus.DEPRECATED if past else entry.status):
        del said["status"]
    changes: dict[str, Any] = {**{name: _NOTHING.get(name) for name in update.cleared - {"status"}}, **said}
    if update.provider is not None:
        changes["provider"] = update.provider
    speeds = {name: changes.pop(name) for name in SPEEDS if name in changes}
    made = replace(
        entry,
        latency=replace(entry.latency, **speeds),
        quality=_quality(entry.quality, update),
        provenance=_provenance(before, update, said, today),
        **changes,
    )
    return _status_taken_back(made, today) if "status" in update.cleared else made


def _status_taken_back(entry: ModelEntry, today: str) -> ModelEntry:
    """The entry without the operator's word on its status. A source's word is the source's to take back, and is
    heard again at the next refresh."""
    if entry.sources.get("status") != OPERATOR:
        return entry
    provenance = {name: origin for name, origin in entry.provenance.items() if name != "status"}
    status, why = taken_back_status(replace(entry, provenance=provenance), today)
    if why is not None:
        provenance["status"] = why
    return replace(entry, status=status, provenance=provenance)


def _provenance(
    before: ModelEntry | None, update: Update, said: Mapping[str, object], today: str
) -> dict[str, Provenance]:
    """Where each field is from: the operator where one is said, even if a source says the same today; nobody where it
    is cleared."""
    origins = {} if before is None else before.provenance
    found = {name: origin for name, origin in origins.items() if name == "status" or name not in update.cleared}
    for name, value in said.items():
        # Of our own answer only what was changed is the operator's word. An unchanged status is not among it any more.
        repeats = update.echo and name != "status" and name not in update.cleared
        if before is None or not repeats or known(before, name) != value:
            found[name] = Provenance(OPERATOR, today)
    return found


def _quality(before: QualityTable, update: Update) -> QualityTable:
    """Stated cells go before what is there; single scores fill only categories that have nothing."""
    table = {category: dict(cells) for category, cells in before.items()}
    for category, cells in update.scores.items():
        table.setdefault(category, dict(cells))
    for category, given in update.quality.items():
        if cells := stated(given, table.get(category, {})):
            table[category] = {**table.get(category, completed(cells)), **cells}
    return table


def _at(index: int, problems: Iterable[FieldProblem]) -> list[FieldProblem]:
    return [
        FieldProblem(f"models[{index}].{problem.path}" if problem.path else f"models[{index}]", problem.problem)
        for problem in problems
    ]


def _refused(problems: Sequence[FieldProblem]) -> InvalidRequest:
    """Which fields a model has is told where the first holds another: of thousands it would only make it long."""
    told = list(problems)
    if (first := next((at for at, each in enumerate(told) if each.problem == STRANGE), None)) is not None:
        told[first] = FieldProblem(told[first].path, f"{STRANGE}; known are {', '.join(TAKEN)}")
    return InvalidRequest("Some models are wrong and nothing was changed; see 'fields'.", tuple(told))
