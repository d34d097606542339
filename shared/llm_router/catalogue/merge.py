"""One entry from what several sources say of the same offering: by priority, with each field's origin.

`merge` is a pure function of a set of statements: their order does not matter, and saying a thing twice changes
nothing. What nobody says stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from llm_router.catalogue.entry import Capability, Latency, ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.joining import Joined, Statement
from llm_router.catalogue.records import FACTS, OPERATOR, PRICES, SPEEDS, Facts
from llm_router.catalogue.tables import KnownModel, Tables

DISAGREEMENT = 0.05
"""Sources that differ by more than this on a number are shown beside the one that was taken."""

CURATED: Final = "curated"
CURATED_PRIORITY: Final = 90
"""What the tables say (names, tokenizers, licences, open weights, thinking) goes before any source but the operator."""

_CURATED_ABILITIES: Final = frozenset({Capability.REASONING})

NUMBERS: Final = (*PRICES, "context_window", "max_output_tokens")


def merge(joined: Joined, tables: Tables, as_of: str, known_as: str | None = None) -> ModelEntry:
    """The entry, without quality. `as_of` dates what comes from the tables, in which the model goes by the names that
    are said, else by the one that it was `known_as`."""
    curated = Statement(CURATED, CURATED_PRIORITY, as_of, _curated(joined, tables, known_as))
    statements = sorted((*joined.statements, curated), key=lambda said: (-said.priority, said.source, said.as_of))
    values: dict[str, Any] = {}
    origins: dict[str, Provenance] = {}
    for name in FACTS:
        said = [statement for statement in statements if getattr(statement.facts, name) is not None]
        if said:
            values[name], origins[name] = _capabilities(said) if name == "capabilities" else _first(name, said)
    latency = Latency(**{name: values.pop(name, None) for name in SPEEDS})
    values.setdefault("display_name", joined.id.rsplit("/", 1)[-1])
    values.setdefault("status", ModelStatus.ACTIVE)
    return ModelEntry(id=joined.id, provider=joined.provider, latency=latency, provenance=origins, **values)


def _first(name: str, said: Sequence[Statement]) -> tuple[Any, Provenance]:
    best = said[0]
    value = getattr(best.facts, name)
    others = [(other.source, getattr(other.facts, name)) for other in said[1:]]
    note = None
    if name in NUMBERS:
        apart = [f"{source} says {_number(figure)}" for source, figure in others if _differ(value, figure)]
        note = "; ".join(dict.fromkeys(apart)) or None
    return value, Provenance(best.source, best.as_of, note)


def _capabilities(said: Sequence[Statement]) -> tuple[frozenset[Capability], Provenance]:
    """The union: sources tell what a model can do, and say nothing where they do not know."""
    if said[0].source == OPERATOR:
        return said[0].facts.capabilities or frozenset(), Provenance(said[0].source, said[0].as_of)
    union = frozenset[Capability]().union(*(statement.facts.capabilities or () for statement in said))
    sources = "+".join(sorted({statement.source for statement in said}))
    return union, Provenance(sources, max(statement.as_of for statement in said))


def uncurated(capabilities: frozenset[Capability], origin: Provenance) -> tuple[frozenset[Capability], Provenance]:
    """Capabilities that nobody tells any more without what the tables told of them."""
    if CURATED not in (sources := origin.source.split("+")):
        return capabilities, origin
    sources.remove(CURATED)
    return capabilities - _CURATED_ABILITIES, replace(origin, source="+".join(sources))


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > DISAGREEMENT * max(abs(one), abs(other))


def _number(figure: float) -> str:
    return f"{figure:.6g}"


def _curated(joined: Joined, tables: Tables, known_as: str | None) -> Facts:
    """What the tables say: of the model itself first, then of its family, then of all that the provider serves."""
    said = sorted(said.facts.api_alias for said in joined.statements if said.facts.api_alias)
    names = (*(said or filter(None, [known_as])), joined.id)
    model = next(filter(None, map(tables.model, names)), None) or KnownModel(key="", name="")
    family = next(filter(None, map(tables.family, names)), None)
    provider = tables.providers.get(joined.provider)
    sayings = [model.open_weights]
    if family is not None:
        sayings.append(family.open_weights)
    if provider is not None:
        sayings.append(provider.open_weights)
    return Facts(
        display_name=model.name or None,
        capabilities=_CURATED_ABILITIES if model.reasoning else None,
        thinks=model.reasoning if model.key else None,
        open_weights=next((said for said in sayings if said is not None), None),
        license=model.license,
        tokenizer=None if family is None else family.tokenizer,
    )
