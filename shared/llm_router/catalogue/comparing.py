"""What a source says now as a whole, counted beside what is in force and what it said before: pure functions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from llm_router.catalogue.ending import PAST
from llm_router.catalogue.entry import ModelEntry, ModelStatus
from llm_router.catalogue.guards import ENOUGH, figure, jumps, shrunk
from llm_router.catalogue.joining import Joined
from llm_router.catalogue.quality_map import QualityMap
from llm_router.catalogue.records import FACTS, NOTHING_SAID, OPERATOR, Facts, Listing, Reading


def figures_off(
    source: str, joined: Iterable[Joined], current: Mapping[str, ModelEntry], fields: Sequence[str]
) -> tuple[int, int, int]:
    """How many of a source's figures of this kind jump against the catalogue in force, how many of these have fallen,
    and how many could be compared: what the operator says is no measure of a source."""
    off = fallen = compared = 0
    for before, facts in _in_force(source, joined, current):
        for field in fields:
            last, now = figure(before, field), getattr(facts, field)
            if last is not None and now is not None and not _is_operators(before, field):
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
    for before, facts in _in_force(source, joined, current):
        if not before.active or _operator_ends(before):
            continue
        listed += 1
        date = None if facts.deprecation_date == before.deprecation_date else facts.deprecation_date
        off += facts.status is ModelStatus.DEPRECATED or (date is not None and date <= today)
    return off, listed


def endings_taken_back(
    source: str, joined: Iterable[Joined], current: Mapping[str, ModelEntry], today: str
) -> tuple[int, int]:
    """Of how many models in force a source would take back that they end, and of how many of those that it lists it has
    said so: by not saying it any more, or by a date to come instead of one that has passed."""
    off = told = 0
    for before, facts in _in_force(source, joined, current):
        dated, ended = _told(before, "deprecation_date", source), _ended_by(before, source)
        if (dated or ended) and not _operator_ends(before):
            told += 1
            date, last = facts.deprecation_date, before.deprecation_date or ""
            undated = dated and (date is None or last <= today < date)
            off += undated or (ended and facts.status is not ModelStatus.DEPRECATED)
    return off, told


def _in_force(
    source: str, joined: Iterable[Joined], current: Mapping[str, ModelEntry]
) -> Iterator[tuple[ModelEntry, Facts]]:
    """The models in force that a source lists, each with what it says of it."""
    for offering in joined:
        before = current.get(offering.id)
        for said in offering.statements:
            if before is not None and said.source == source:
                yield before, said.facts


def _is_operators(entry: ModelEntry, field: str) -> bool:
    return _told(entry, field, OPERATOR)


def _told(entry: ModelEntry, field: str, source: str) -> bool:
    origin = entry.provenance.get(field)
    return origin is not None and origin.source == source


def _ended_by(entry: ModelEntry, source: str) -> bool:
    """Whether a model is deprecated by a source's word, and not by a date alone."""
    said = _told(entry, "status", source) and entry.provenance["status"].note != PAST
    return said and entry.status is ModelStatus.DEPRECATED


def _operator_ends(entry: ModelEntry) -> bool:
    return any(_is_operators(entry, name) for name in ("status", "deprecation_date"))


def told_by(listings: Iterable[Listing]) -> dict[str, int]:
    """How many of these listings tell each fact, and each single thing that a model can do."""
    found: Counter[str] = Counter()
    for listing in listings:
        found.update(name for name in FACTS if getattr(listing.facts, name) not in NOTHING_SAID)
        found.update(f"the capability {name}" for name in listing.facts.capabilities or ())
    return dict(sorted(found.items()))


def fewer(expected: int, left: int) -> bool:
    """Whether more than a fifth is gone, and more than a few."""
    return expected - left >= ENOUGH and shrunk(expected, left)


def no_longer_told(before: Mapping[str, int], now: Mapping[str, int], gone: int) -> list[str]:
    """The facts that more than a fifth of those that told them tell no more, as when a field has been renamed. `gone`
    counts the listings that there are no more, all of which may have told them, as ended models told their ends."""
    return [name for name, count in before.items() if fewer(count - gone, now.get(name, 0))]


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


def no_longer_rated(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """The uses of which more than a fifth of the models is gone, as when a table has been renamed."""
    return [name for name, count in before.items() if name in now and shrunk(count, now[name])]
