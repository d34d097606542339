"""What changed from one catalogue to another, field by field, and in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from llm_router.catalogue.entry import Latency, LongPrompt, ModelEntry, QualityTable

_QUIET = frozenset({"provenance"})
"""Provenance: its dates change at every reading, so it is compared by `origins` instead."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one model, before and after, as text a person can read."""

    model: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Ids added and removed, and every changed field, in the order of the ids.

    `retold` are the other models of which some value is the same from another source, or in another doubt than before
    or in none: on that rests what becomes of it.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[FieldChange, ...]
    retold: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.retold)

    @property
    def summary(self) -> str:
        """`+2 -1 ~3 models`, what else happened, or `no change`."""
        if self.empty:
            return "no change"
        if not (self.added or self.removed or self.changed):
            return f"the same values from other sources (~{len(self.retold)} models)"
        models = len({change.model for change in self.changed})
        return f"+{len(self.added)} -{len(self.removed)} ~{models} models"


def diff(before: Mapping[str, ModelEntry], after: Mapping[str, ModelEntry]) -> Diff:
    """What leads from `before` to `after`."""
    touched = [name for name in sorted(before.keys() & after.keys()) if before[name] is not after[name]]
    changed = tuple(change for name in touched for change in _changes(name, before[name], after[name]))
    known = {change.model for change in changed}
    return Diff(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=changed,
        retold=tuple(name for name in touched if name not in known and before[name].origins != after[name].origins),
    )


def _changes(name: str, before: ModelEntry, after: ModelEntry) -> list[FieldChange]:
    changes = []
    for field in fields(ModelEntry):
        if field.name in _QUIET:
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            said = _cells(old, new) if field.name == "quality" else (_text(old), _text(new))
            changes.append(FieldChange(name, field.name, *said))
    return changes


def _cells(old: QualityTable, new: QualityTable) -> tuple[str, str]:
    """The cell that changed most, before and after, and how many changed."""
    before, after = _means(old), _means(new)
    changed = [cell for cell in sorted(before.keys() | after.keys()) if before.get(cell) != after.get(cell)]
    if not changed:
        return "the same chances", "from other sources or surer"
    most = max(changed, key=lambda cell: abs(before.get(cell, 0.0) - after.get(cell, 0.0)))
    more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
    label = f"{most[0]} {most[1]}"
    return f"{label} {_figure(before.get(most))}", f"{label} {_figure(after.get(most))}{more}"


def _means(table: QualityTable) -> dict[tuple[str, str], float]:
    return {(category, level): cell.mean for category, row in table.items() for level, cell in row.items()}


def _figure(mean: float | None) -> str:
    return "unknown" if mean is None else f"{mean:.2f}"


def _text(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(str(part) for part in value)) or "none"
    if isinstance(value, Latency):
        return f"{_text(value.time_to_first_token_ms)} ms, {_text(value.output_tokens_per_second)} tokens/s"
    if isinstance(value, LongPrompt):
        prices = f"{value.input_usd_per_mtok} in, {value.output_usd_per_mtok} out"
        return f"{prices}, {_text(value.cached_input_usd_per_mtok)} cached, above {value.above_tokens} tokens"
    return str(value)
