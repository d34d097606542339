"""What a refresh refuses, as pure functions: prices that jump, sources that shrink, catalogues that would shrink.

The limits are those that the field settled on after wrong prices had reached production: five times up or down, and
a fifth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from llm_router.catalogue.entry import QUARANTINED, ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.joining import Joined
from llm_router.catalogue.quality_map import QualityMap
from llm_router.catalogue.records import OPERATOR, PRICES, Reading

JUMP = 5.0
"""A price more than this many times its last good value, or less than the same part of it, is not believed."""

FIFTH = 0.2
MAX_USD_PER_MTOK = 1000.0
"""No model costs more; a price beyond it is in the wrong unit."""

FIRST_JUMP = 30.0
"""The same for a first price of long prompts against that of short ones: it may be that of the last of several tiers,
and the steepest tables, those of coding models, end at 12 times their first price."""

ENOUGH = 5
"""With fewer known prices than this, one that jumps says nothing about the whole source."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A price that was not believed: the old one is kept until the source is right again or the operator sets it."""

    model: str
    field: str
    kept: float
    refused: float
    source: str


def jumps(before: float | None, after: float | None, times: float = JUMP) -> bool:
    """Whether a price is too far from its last good value to be believed. A first one has nothing to be far from, and
    neither has one that was 0: no price is a multiple of it."""
    if not before or after is None or before == after:
        return False
    return after > times * before or after < before / times


def impossible(usd: float) -> bool:
    """Whether this can be no price in USD per million tokens."""
    return not 0 <= usd <= MAX_USD_PER_MTOK


def quarantine(before: ModelEntry | None, after: ModelEntry) -> tuple[ModelEntry, list[Quarantined]]:
    """`after` with every price that jumps replaced by the last good one. What the operator says is believed."""
    found = []
    for field in PRICES:
        now: float | None = getattr(after, field)
        last: float | None = None if before is None else getattr(before, field)
        origin = after.provenance.get(field)
        if now is None or origin is None or origin.source == OPERATOR:
            continue
        if impossible(now):
            after = _put(after, field, last, origin, "an impossible price was refused")
        elif last is not None and jumps(last, now):
            kept = (before.provenance if before is not None else {}).get(field, origin)
            after = _put(after, field, last, kept, f"{origin.source} says {now:.6g}: {QUARANTINED}")
            found.append(Quarantined(after.id, field, last, now, origin.source))
    return _with_believed_tier(before, after, found)


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


def _put(entry: ModelEntry, field: str, value: object, origin: Provenance, note: str) -> ModelEntry:
    provenance = {**entry.provenance, field: replace(origin, note=note)}
    changes: dict[str, Any] = {field: value}
    return replace(entry, provenance=provenance, **changes)


def shrunk(before: int, after: int, most: float = FIFTH) -> bool:
    """Whether more than this share is gone."""
    return after < (1 - most) * before


def prices_off(source: str, joined: Iterable[Joined], current: Mapping[str, ModelEntry]) -> tuple[int, int, int]:
    """How many of a source's prices jump against the catalogue in force, how many of these have fallen, and how many
    could be compared: what the operator says is no measure of a source."""
    off = fallen = compared = 0
    for offering in joined:
        before = current.get(offering.id)
        if before is None:
            continue
        for statement in offering.statements:
            if statement.source != source:
                continue
            for field in PRICES:
                last, now = getattr(before, field), getattr(statement.facts, field)
                origin = before.provenance.get(field)
                if last is not None and now is not None and not (origin and origin.source == OPERATOR):
                    compared += 1
                    if jumps(last, now):
                        off += 1
                        fallen += now < last
    return off, fallen, compared


def deprecated_anew(
    source: str, joined: Iterable[Joined], current: Mapping[str, ModelEntry], today: str
) -> tuple[int, int]:
    """How many models in force a source would deprecate, and how many of those in force it lists.

    A date that the catalogue holds already is no news, and where the operator has spoken the source does not count.
    """
    off = listed = 0
    for offering in joined:
        before = current.get(offering.id)
        facts = next((said.facts for said in offering.statements if said.source == source), None)
        if before is None or not before.active or facts is None or _operator_ends(before):
            continue
        listed += 1
        date = None if facts.deprecation_date == before.deprecation_date else facts.deprecation_date
        off += facts.status is ModelStatus.DEPRECATED or (date is not None and date <= today)
    return off, listed


def _operator_ends(entry: ModelEntry) -> bool:
    said = (entry.provenance.get(name) for name in ("status", "deprecation_date"))
    return any(origin is not None and origin.source == OPERATOR for origin in said)


def rated_by(reading: Reading, choices: QualityMap) -> dict[str, int]:
    """How many models a source rates for each use that the map makes of its tables."""
    measures: defaultdict[str, set[str]] = defaultdict(set)
    for score in reading.scores:
        measures[score.model].add(score.measure)
    uses = {names for source, names in choices.uses if source == reading.source}
    return {
        "+".join(names): sum(2 * len(rated.intersection(names)) >= len(names) for rated in measures.values())
        for names in sorted(uses)
    }


def no_longer_rated(before: Mapping[str, int], now: Mapping[str, int]) -> str | None:
    """The first use of which more than a fifth of the models is gone, as when a table has been renamed."""
    return next((name for name, count in before.items() if name in now and shrunk(count, now[name])), None)


def too_many_off(off: int, compared: int) -> bool:
    """Whether so much of what can be compared is off that the source as a whole is not to be believed."""
    return compared >= ENOUGH and off > FIFTH * compared
