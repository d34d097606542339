"""What a source gives after parsing: facts about offerings, scores of models, and what was wrong with a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Final

from llm_router.catalogue.entry import Capability, Latency, LongPrompt, ModelEntry, ModelStatus, QualityTable

OPERATOR: Final = "operator"
"""The source of what the operator says, by update or in a file. It goes before every other."""

OPERATOR_PRIORITY: Final = 100

PRICES: Final = ("input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok")
"""Of an entry, of a source's facts, and of what long prompts cost."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be known of an offering; None where the source says nothing. Units as in `ModelEntry`."""

    display_name: str | None = None
    status: ModelStatus | None = None
    api_alias: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    input_usd_per_mtok: float | None = None
    output_usd_per_mtok: float | None = None
    cached_input_usd_per_mtok: float | None = None
    long_prompt: LongPrompt | None = None
    capabilities: frozenset[Capability] | None = None
    thinks: bool | None = None
    open_weights: bool | None = None
    license: str | None = None
    regions: tuple[str, ...] | None = None
    deprecation_date: str | None = None
    tokenizer: str | None = None
    time_to_first_token_ms: float | None = None
    output_tokens_per_second: float | None = None


FACTS: Final = tuple(each.name for each in fields(Facts))
NOTHING_SAID: Final[tuple[object, ...]] = (None, (), frozenset())
"""What stands in a fact of which nothing is known."""
SPEEDS: Final = tuple(each.name for each in fields(Latency))
"""The facts that stand one level deeper in an entry, in its `latency`."""


def known(entry: ModelEntry, fact: str) -> object:
    """The value of a fact in an entry."""
    return getattr(entry.latency if fact in SPEEDS else entry, fact)


def has_operators_word(entry: ModelEntry) -> bool:
    """Whether the operator has said a field of it, or how good it is at something: such a model is never dropped."""
    cells = (cell for row in entry.quality.values() for cell in row.values())
    return OPERATOR in entry.sources.values() or any(cell.source == OPERATOR for cell in cells)


@dataclass(frozen=True, slots=True)
class Listing:
    """One offering as a source lists it, under the source's own names for the provider and the model.

    `flawed` where a part of it could not be used: such a listing tells of a model that is known, and makes no new one.
    """

    provider: str
    name: str
    facts: Facts
    flawed: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """One model as the operator wants it. `cleared` names facts that are to be unknown again.

    `quality` holds what was said cell by cell and goes before public evidence; `scores` what a single score per
    kind of work gives, used only where there is no evidence. An `echo` is an answer of ours that was sent back.
    """

    id: str
    provider: str | None = None
    facts: Facts = field(default_factory=Facts)
    cleared: frozenset[str] = frozenset()
    quality: QualityTable = field(default_factory=dict)
    scores: QualityTable = field(default_factory=dict)
    echo: bool = False


class Scale(StrEnum):
    """How a score is to be read: points of a Bradley-Terry fit on the Elo scale, or the share of tasks done right."""

    RATING = "rating"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Score:
    """One figure for one model. `sd` is its standard error in the same unit, where the source tells one."""

    model: str
    measure: str
    value: float
    scale: Scale
    sd: float | None = None


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """Why a record was left out. `record` is its place, never text of the source that could hold markup."""

    record: str
    problem: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one source gave. `as_of` is the ISO date for which it holds.

    With `figures_off` its prices or windows as a whole are not believed: it tells of models that are in force, and of
    no others.
    """

    source: str
    priority: int
    as_of: str
    listings: Sequence[Listing] = field(default=())
    scores: Sequence[Score] = field(default=())
    updates: Sequence[Update] = field(default=())
    problems: Sequence[RecordProblem] = field(default=())
    figures_off: bool = False

    @property
    def records(self) -> int:
        """How many usable records there are: offerings, models with scores, or the operator's updates."""
        whole = sum(not listing.flawed for listing in self.listings)
        return whole or len(self.updates) or len({score.model for score in self.scores})
