"""What a refresh refuses, as pure functions: figures that jump, sources that shrink, catalogues that would shrink.

The limits are those that the field settled on after wrong prices had reached production: five times up or down, and
a fifth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from llm_router.catalogue.entry import QUARANTINED, ModelEntry, Provenance
from llm_router.catalogue.records import OPERATOR, PRICES, SPEEDS, known

JUMP = 5.0
"""A figure more than this many times its last good value, or less than the same part of it, is not believed."""

SPEED_JUMP = 30.0
"""The same for one measured speed, which may well be five times another day's; units are further apart."""

WINDOWS: Final = ("context_window", "max_output_tokens")
_SINGLY: Final[Mapping[str, float]] = {
    **dict.fromkeys((*PRICES, *WINDOWS), JUMP),
    **dict.fromkeys(SPEEDS, SPEED_JUMP),
}
"""The figures that are kept one by one, by how many times they may be their last good value."""

GUARDED: Final = (*_SINGLY, "long_prompt")
"""The facts whose last good value is kept where they jump."""

FIFTH = 0.2
MAX_USD_PER_MTOK = 1000.0
"""No model costs more; a price beyond it is in the wrong unit."""

FIRST_JUMP = 30.0
"""The same for a first price of long prompts against that of short ones: it may be that of the last of several tiers,
and the steepest tables, those of coding models, end at 12 times their first price."""

ENOUGH = 5
"""With fewer to compare than this, what is off or gone says nothing about the whole source."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A figure that was not believed: the old one is kept until the source is right again or the operator sets it."""

    model: str
    field: str
    kept: float
    refused: float
    source: str


def jumps(before: float | None, after: float | None, times: float = JUMP) -> bool:
    """Whether a figure is too far from its last good value to be believed. A first one has nothing to be far from, and
    neither has one that was 0: nothing is a multiple of it."""
    if not before or after is None or before == after:
        return False
    return after > times * before or after < before / times


def impossible(usd: float) -> bool:
    """Whether this can be no price in USD per million tokens."""
    return not 0 <= usd <= MAX_USD_PER_MTOK


def quarantine(before: ModelEntry | None, after: ModelEntry) -> tuple[ModelEntry, list[Quarantined]]:
    """`after` with every price, window or speed that jumps replaced by the last good one. What the operator says is
    believed."""
    found = []
    for field, times in _SINGLY.items():
        now, last = figure(after, field), None if before is None else figure(before, field)
        origin = after.provenance.get(field)
        if now is None or origin is None or origin.source == OPERATOR:
            continue
        if field in PRICES and impossible(now):
            after = _put(after, field, last, origin, "an impossible price was refused")
        elif last is not None and jumps(last, now, times):
            kept = (before.provenance if before is not None else {}).get(field, origin)
            after = _put(after, field, last, kept, f"{origin.source} says {now:.6g}: {QUARANTINED}")
            found.append(Quarantined(after.id, field, last, now, origin.source))
    return _with_believed_tier(before, after, found)


def figure(entry: ModelEntry, field: str) -> float | None:
    """A number of an entry, by the fact's name."""
    value = known(entry, field)
    return value if isinstance(value, int | float) else None


def _with_believed_tier(
    before: ModelEntry | None, after: ModelEntry, found: list[Quarantined]
) -> tuple[ModelEntry, list[Quarantined]]:
    """The same for the prices of long prompts, which are believed together or not at all; first ones are measured by
    those of other prompts."""
    last, now = None if before is None else before.long_prompt, after.long_prompt
    origin = after.provenance.get("long_prompt")
    if now is None or origin is None or origin.source == OPERATOR:
        return after, found
    for field in PRICES if last is None else (*PRICES, "above_tokens"):
        was, said = getattr(after if last is None else last, field), getattr(now, field)
        if jumps(was, said, FIRST_JUMP if last is None else JUMP):
            held = {} if before is None or last is None else before.provenance
            kept, note = held.get("long_prompt", origin), f"{origin.source} says {said:.6g}: {QUARANTINED}"
            doubt = Quarantined(after.id, f"long_prompt.{field}", was, said, origin.source)
            return _put(after, "long_prompt", last, kept, note), [*found, doubt]
    return after, found


def _put(entry: ModelEntry, field: str, value: object, origin: Provenance, note: str | None) -> ModelEntry:
    provenance = {**entry.provenance, field: replace(origin, note=note)}
    changes: dict[str, Any] = {field: value}
    if field in SPEEDS:
        changes = {"latency": replace(entry.latency, **changes)}
    return replace(entry, provenance=provenance, **changes)


def last_good(told: ModelEntry, before: ModelEntry | None) -> ModelEntry:
    """`told`, an entry with the operator's word, with what figures have to be measured by: one that the operator clears
    is unknown until a source tells it, and that source goes on from what it told `before`."""
    if before is None or told is before:
        return told
    for field in GUARDED:
        value, origin = known(before, field), before.provenance.get(field)
        if known(told, field) is None and value is not None and origin is not None and origin.source != OPERATOR:
            told = _put(told, field, value, origin, origin.note)
    return told


def still_doubted(
    before: Iterable[Quarantined], found: Iterable[Quarantined], models: Mapping[str, ModelEntry]
) -> tuple[Quarantined, ...]:
    """What was found not to be believed, and what was so `before` and still is, as where the source tells nothing now
    that could be measured."""
    found = tuple(found)
    anew = {(doubt.model, _fact(doubt)) for doubt in found}
    left = (doubt for doubt in before if (doubt.model, _fact(doubt)) not in anew)
    return (*found, *(doubt for doubt in left if _stands(doubt, models.get(doubt.model))))


def _stands(doubt: Quarantined, entry: ModelEntry | None) -> bool:
    origin = None if entry is None else entry.provenance.get(_fact(doubt))
    return origin is not None and origin.quarantined


def _fact(doubt: Quarantined) -> str:
    """Of a part of what long prompts cost, the whole."""
    return doubt.field.partition(".")[0]


def shrunk(before: float, after: float, most: float = FIFTH) -> bool:
    """Whether more than this share is gone."""
    return after < (1 - most) * before


def too_many_off(off: int, compared: int) -> bool:
    """Whether so much of what can be compared is off that the source as a whole is not to be believed."""
    return compared >= ENOUGH and off > FIFTH * compared
