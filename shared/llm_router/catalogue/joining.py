"""From what sources call an offering to our id for it: by the tables' rules alone, never by guessing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Final

from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.identifiers import is_legal_id
from llm_router.catalogue.naming import DOUBLE, folded, is_anothers
from llm_router.catalogue.records import Facts, Listing, Reading, RecordProblem, has_operators_word
from llm_router.catalogue.sources import ARTIFICIAL_ANALYSIS
from llm_router.catalogue.tables import KnownProvider, Tables

FIGURES_ONLY: Final = frozenset({ARTIFICIAL_ANALYSIS})
"""Sources that measure what others offer: their names are no provider's, and make no offering nor keep one."""

Key = tuple[str, str]
"""What makes two records the same offering: our provider and the name's slug."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of one offering."""

    source: str
    priority: int
    as_of: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Joined:
    """An offering with everything that the sources say of it, the weightiest source first."""

    id: str
    provider: str
    statements: tuple[Statement, ...]

    @property
    def offered(self) -> bool:
        """Whether a source that lists offerings has it."""
        return any(said.source not in FIGURES_ONLY for said in self.statements)


def join(readings: Iterable[Reading], known: Iterable[ModelEntry], tables: Tables) -> dict[str, Joined]:
    """The offerings by our id. One that is in `known` keeps its id; providers not in the tables are left out, and so
    is a new id that only writes another's anew.

    Of several in `known` that are one offering, all that hold the operator's word are told of, and one of the others.
    """
    return _joined(readings, known, tables)[0]


def with_doubles_told(reading: Reading, known: Iterable[ModelEntry], tables: Tables) -> Reading:
    """The reading with a problem for each new id that is left out for only writing another's anew."""
    _, doubles = _joined([reading], known, tables)
    told = [RecordProblem(name, f"id {DOUBLE}") for name in doubles]
    return replace(reading, problems=[*reading.problems, *told]) if told else reading


def placed(reading: Reading, tables: Tables) -> list[Listing]:
    """The listings of a source that are of providers that the tables know."""
    return [each for each in reading.listings if _provider(each, reading.source, tables)[0] is not None]


def _joined(
    readings: Iterable[Reading], known: Iterable[ModelEntry], tables: Tables
) -> tuple[dict[str, Joined], list[str]]:
    """The offerings by our id, and the new ids that only write another's anew."""
    ids: dict[Key, list[str]] = defaultdict(list)
    exact: set[Key] = set()
    providers = {}
    for entry in sorted(known, key=lambda entry: (has_operators_word(entry), entry.id)):
        name = entry.api_alias or entry.id.rsplit("/", 1)[-1]
        same = ids[entry.provider, tables.slug(name)]
        if has_operators_word(entry) or not same:
            same.append(entry.id)
        exact.add((entry.provider, name))
        providers[entry.id] = entry.provider
    in_force = frozenset(ids)
    taken = {folded(entry_id): entry_id for entry_id in providers}
    said: dict[str, list[Statement]] = defaultdict(list)
    doubles: dict[str, None] = {}
    ordered = sorted(readings, key=_weight)
    # Listings that make nothing known last: they tell of what is, or what another source's listing has made so.
    for known_only, reading in [*((False, reading) for reading in ordered), *((True, reading) for reading in ordered)]:
        told = (in_force if reading.figures_off else ids) if known_only else None
        for entry_id, provider, facts in _offerings(reading, ids, exact, tables, told):
            if entry_id not in providers and is_anothers(entry_id, taken):
                doubles[entry_id] = None
                continue
            providers.setdefault(entry_id, provider)
            if not (known_only and any(each.source == reading.source for each in said[entry_id])):
                said[entry_id].append(Statement(reading.source, reading.priority, reading.as_of, facts))
    joined = {
        entry_id: Joined(entry_id, providers[entry_id], tuple(sorted(said[entry_id], key=_weight)))
        for entry_id in sorted(said)
    }
    return joined, list(doubles)


def _weight(said: Reading | Statement) -> tuple[int, str]:
    return -said.priority, said.source


def _offerings(
    reading: Reading, ids: dict[Key, list[str]], exact: set[Key], tables: Tables, among: Container[Key] | None
) -> Iterable[tuple[str, str, Facts]]:
    """One per offering of this source: the name that the catalogue knows it by, else the first of the alphabet.

    Those of listings that make nothing known, as far as they are `among` these; with None those of the others.
    """
    named = []
    figures_only = reading.source in FIGURES_ONLY
    all_known_only = figures_only or reading.figures_off
    for listing in (each for each in reading.listings if (each.flawed or all_known_only) is (among is not None)):
        provider, name = _provider(listing, reading.source, tables)
        if provider is not None:
            known = (provider.name, name) in exact
            wanted = known or not (tables.skip.search(name.lower()) or _skipped(provider, name))
            if wanted and (among is None or (provider.name, tables.slug(name)) in among):
                named.append((not known, name, provider, listing.facts))
    seen = set()
    for _, name, provider, facts in sorted(named, key=lambda row: (row[0], row[1], row[2].name)):
        key = (provider.name, tables.slug(name))
        for entry_id in ids.get(key) or [f"{provider.name}/{name.rsplit('/', 1)[-1].lower()}"]:
            if entry_id not in seen and is_legal_id(entry_id):
                seen.add(entry_id)
                ids.setdefault(key, [entry_id])
                yield entry_id, provider.name, facts if figures_only else replace(facts, api_alias=name)


def _skipped(provider: KnownProvider, name: str) -> bool:
    return provider.skip is not None and provider.skip.search(name) is not None


def _provider(listing: Listing, source: str, tables: Tables) -> tuple[KnownProvider | None, str]:
    provider = tables.by_source.get((source, listing.provider))
    if provider is None and source == "openrouter":
        return tables.providers.get("openrouter"), f"{listing.provider}/{listing.name}"
    return provider, listing.name if provider is None else listing.name.removeprefix(provider.prefix)
