"""What changed from one catalogue to another, field by field, and in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from llm_router.catalogue.entry import ModelEntry

_QUIET = frozenset({"provenance"})
"""Fields that tell about others: they change whenever a source is read again, and are no change by themselves."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one model, before and after, as text a person can read."""

    model: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Ids added and removed, and every changed field, in the order of the ids."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[FieldChange, ...]

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed)

    @property
    def summary(self) -> str:
        """`+2 -1 ~3 models`, or `no change`."""
        if self.empty:
            return "no change"
        models = len({change.model for change in self.changed})
        return f"+{len(self.added)} -{len(self.removed)} ~{models} models"


def diff(before: Mapping[str, ModelEntry], after: Mapping[str, ModelEntry]) -> Diff:
    """What leads from `before` to `after`."""
    return Diff(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(
            change
            for name in sorted(before.keys() & after.keys())
            if before[name] is not after[name]
            for change in _changes(name, before[name], after[name])
        ),
    )


def _changes(name: str, before: ModelEntry, after: ModelEntry) -> list[FieldChange]:
    changes = []
    for field in fields(ModelEntry):
        if field.name in _QUIET:
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            changes.append(FieldChange(name, field.name, _text(old), _text(new)))
    return changes


def _text(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(str(part) for part in value)) or "none"
    if isinstance(value, Mapping):
        return f"{len(value)} categories"
    return str(value)
