"""One model as the catalogue knows it, and the catalogue itself. Immutable; unknown is None, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from llm_router.errors import NotFound
from llm_router.taxonomy import Category, Difficulty

QUARANTINED: Final = "quarantined"
"""How the note of a value ends that is kept because its source says another, which is not believed."""


class ModelStatus(StrEnum):
    """Only `active` models are ever chosen."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    DISABLED = "disabled"


class Capability(StrEnum):
    """What a caller may require of a model."""

    TOOLS = "tools"
    JSON = "json"
    VISION = "vision"
    AUDIO = "audio"
    PDF = "pdf"
    REASONING = "reasoning"
    PROMPT_CACHING = "prompt_caching"
    WEB_SEARCH = "web_search"
    STREAMING = "streaming"


class Basis(StrEnum):
    """What a quality figure is a measure of. Preference is not correctness: people also prefer what is wrong."""

    CORRECTNESS = "correctness"
    PREFERENCE = "preference"
    BOTH = "both"
    OUTCOMES = "outcomes"


@dataclass(frozen=True, slots=True)
class QualityEstimate:
    """Posterior of the chance that a model does a kind of work well.

    `mean` and `sd` are on 0..1, `n` is the weight of evidence in observations, `source` names where it came
    from (several joined by `+`), `as_of` is an ISO date. An `imputed` cell is inferred from the model's other
    cells and has a wide `sd`. `basis` is None where the source does not tell what it measured.
    """

    mean: float
    sd: float
    n: float
    source: str
    as_of: str | None
    imputed: bool
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """Typical speed: milliseconds to the first token, output tokens a second. None where nobody measured it."""

    time_to_first_token_ms: float | None = None
    output_tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class LongPrompt:
    """What a request costs whose input is longer than `above_tokens`: all its tokens, not only those beyond.

    Prices are USD per million tokens, as those of the entry.
    """

    above_tokens: int
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cached_input_usd_per_mtok: float | None = None

    def at_least(self, usual: ModelEntry) -> LongPrompt:
        """The same with no price below the usual one, which may be another's word, such as the operator's."""
        return replace(
            self,
            input_usd_per_mtok=max(self.input_usd_per_mtok, usual.input_usd_per_mtok or 0.0),
            output_usd_per_mtok=max(self.output_usd_per_mtok, usual.output_usd_per_mtok or 0.0),
        )


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one field's value came from: the source's name, the ISO date, and a note such as a disagreement."""

    source: str
    as_of: str | None = None
    note: str | None = None

    @property
    def quarantined(self) -> bool:
        return self.note is not None and self.note.endswith(QUARANTINED)


QualityTable = Mapping[Category, Mapping[Difficulty, QualityEstimate]]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model at one provider. `id` is `provider/name`; `api_alias` is what the provider's API calls it.

    Prices are USD per million tokens, windows are tokens, dates are ISO. `thinks` tells whether it thinks before it
    answers unless told not to; None where nobody knows.
    """

    id: str
    provider: str
    display_name: str
    status: ModelStatus = ModelStatus.ACTIVE
    api_alias: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    input_usd_per_mtok: float | None = None
    output_usd_per_mtok: float | None = None
    cached_input_usd_per_mtok: float | None = None
    long_prompt: LongPrompt | None = None
    capabilities: frozenset[Capability] = frozenset()
    thinks: bool | None = None
    open_weights: bool | None = None
    license: str | None = None
    regions: tuple[str, ...] = ()
    deprecation_date: str | None = None
    tokenizer: str | None = None
    latency: Latency = Latency()
    quality: QualityTable = field(default_factory=dict)
    provenance: Mapping[str, Provenance] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.status is ModelStatus.ACTIVE

    @property
    def api_name(self) -> str:
        """What it is called in requests to its provider."""
        return self.api_alias or self.id.partition("/")[2] or self.id

    @property
    def thinks_unasked(self) -> bool:
        """Whether it is to be reckoned with that it thinks; where nobody knows, what can is taken to."""
        return Capability.REASONING in self.capabilities if self.thinks is None else self.thinks

    @property
    def can_think(self) -> bool:
        """Whether it is to be reckoned with that it thinks where it is told to."""
        return Capability.REASONING in self.capabilities or self.thinks_unasked

    @property
    def sources(self) -> dict[str, str]:
        """Who told the value of each field, whenever that was."""
        return {name: origin.source for name, origin in self.provenance.items()}

    @property
    def origins(self) -> dict[str, tuple[str, str | None]]:
        """Of each field who told its value, and what is not believed beside it: dates and other remarks are no news."""
        return {name: (said.source, said.note if said.quarantined else None) for name, said in self.provenance.items()}

    def priced(self, input_tokens: int) -> ModelEntry | LongPrompt:
        """Whatever holds the prices of so many tokens of input: long prompts never cost less than others."""
        long = self.long_prompt
        return self if long is None or input_tokens <= long.above_tokens else long.at_least(self)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every model of one version, by id. `as_of` is when the version was made, in epoch seconds."""

    version: int
    models: Mapping[str, ModelEntry]
    as_of: float = 0.0
    _by_alias: dict[str, ModelEntry | None] = field(init=False, repr=False, compare=False, default_factory=dict)
    _by_folded: dict[str, ModelEntry | None] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __iter__(self) -> Iterator[ModelEntry]:
        return iter(self.models.values())

    def __len__(self) -> int:
        return len(self.models)

    def active(self) -> tuple[ModelEntry, ...]:
        """The models that may be chosen, in the catalogue's order."""
        return tuple(model for model in self.models.values() if model.active)

    def find(self, name: str) -> ModelEntry | None:
        """The model with this id or, when exactly one has it, with this `api_alias`; where nothing is written so, in
        another case of letters, unless that alone tells two apart."""
        if (exact := self.models.get(name)) is not None:
            return exact
        if not self._by_folded:
            self._note_names()
        return self._by_alias[name] if name in self._by_alias else self._by_folded.get(name.casefold())

    def named(self, name: str) -> ModelEntry:
        """The same. Raises `NotFound`."""
        if (found := self.find(name)) is None:
            raise NotFound("There is no such model; see /models.")
        return found

    def _note_names(self) -> None:
        """Once, at the first name that is no id: from then on, none is searched for. Ids go before aliases."""
        aliases = [(model.api_alias, model) for model in self if model.api_alias is not None]
        ids = _unique((name.casefold(), model) for name, model in self.models.items())
        self._by_alias.update(_unique(aliases))
        self._by_folded.update({**_unique((alias.casefold(), model) for alias, model in aliases), **ids})


def _unique(named: Iterable[tuple[str, ModelEntry]]) -> dict[str, ModelEntry | None]:
    """What each name means: None where that is several."""
    found: dict[str, ModelEntry | None] = {}
    for name, model in named:
        found[name] = None if name in found else model
    return found
