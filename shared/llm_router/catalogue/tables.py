"""The data by which sources are joined: providers, models and how names become slugs. Read once from TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model, whoever serves it. `lmarena`, `livebench` and `artificial_analysis` are its rows there."""

    key: str
    name: str
    names: tuple[str, ...] = ()
    lmarena: tuple[str, ...] = ()
    livebench: tuple[str, ...] = ()
    artificial_analysis: tuple[str, ...] = ()
    predecessor: str | None = None
    reasoning: bool = False
    open_weights: bool | None = None
    license: str | None = None

    def rows(self, source: str) -> tuple[str, ...]:
        """Its rows in an evaluation source."""
        found = {"lmarena": self.lmarena, "livebench": self.livebench, "artificial_analysis": self.artificial_analysis}
        return found.get(source, ())


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """Who serves models, what the sources call it, and which of its names are not taken in."""

    name: str
    skip: re.Pattern[str] | None
    prefix: str = ""
    litellm: tuple[str, ...] = ()
    openrouter: str | None = None
    models_dev: str | None = None
    artificial_analysis: str | None = None
    open_weights: bool | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """What holds for models whose slug begins so."""

    find: re.Pattern[str]
    tokenizer: str | None = None
    open_weights: bool | None = None


@dataclass(frozen=True, slots=True)
class Tables:
    """All join data. `by_source` maps a source's name and its name for a provider to ours."""

    providers: Mapping[str, KnownProvider]
    by_source: Mapping[tuple[str, str], KnownProvider]
    models: Mapping[str, KnownModel]
    by_slug: Mapping[str, KnownModel]
    skip: re.Pattern[str]
    rules: tuple[tuple[re.Pattern[str], str], ...]
    families: tuple[Family, ...]
    _slugs: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def slug(self, name: str) -> str:
        """The name without the path, the version of the API and the ways of writing that differ between sources."""
        if (slug := self._slugs.get(name)) is None:
            slug = name.lower().rsplit("/", 1)[-1]
            for find, put in self.rules:
                slug = find.sub(put, slug)
            self._slugs[name] = slug
        return slug

    def model(self, name: str) -> KnownModel | None:
        """The known model that goes by this name at any provider."""
        return self.by_slug.get(self.slug(name))

    def family(self, name: str) -> Family | None:
        """The first family that the name belongs to."""
        slug = self.slug(name)
        return next((family for family in self.families if family.find.match(slug)), None)


@cache
def tables() -> Tables:
    """The tables that are part of the package."""
    return make_tables(_read("providers.toml"), _read("models.toml"))


def make_tables(providers: Mapping[str, Any], models: Mapping[str, Any]) -> Tables:
    """Tables from parsed TOML; raises ValueError where two models claim one name or a predecessor is not there."""
    known = {key: _model(key, row) for key, row in models.items()}
    listed = {name: _provider(name, row) for name, row in providers["provider"].items()}
    bare = Tables(
        providers=listed,
        by_source=_by_source(listed),
        models=known,
        by_slug={},
        skip=_pattern(providers["skip"]["patterns"]),
        rules=tuple((re.compile(rule["find"]), rule["put"]) for rule in providers["slugs"]["rules"]),
        families=tuple(_family(rule) for rule in providers["families"]["rules"]),
    )
    by_slug: dict[str, KnownModel] = {}
    for model in known.values():
        for slug in {bare.slug(name) for name in (model.key, *model.names)}:
            if by_slug.setdefault(slug, model) is not model:
                raise ValueError(f"{slug} stands for two models")
        if model.predecessor is not None and model.predecessor not in known:
            raise ValueError(f"{model.key} has an unknown predecessor")
    return replace(bare, by_slug=by_slug)


def _by_source(providers: Mapping[str, KnownProvider]) -> dict[tuple[str, str], KnownProvider]:
    found: dict[tuple[str, str], KnownProvider] = {}
    for provider in providers.values():
        for name in provider.litellm:
            found["litellm", name] = provider
        for source in ("openrouter", "models_dev", "artificial_analysis"):
            if (name := getattr(provider, source)) is not None:
                found[source, name] = provider
    return found


def _model(key: str, row: Mapping[str, Any]) -> KnownModel:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
    return KnownModel(key=key, **values)


def _family(row: Mapping[str, Any]) -> Family:
    return Family(re.compile(row["find"]), row.get("tokenizer"), row.get("open_weights"))


def _provider(name: str, row: Mapping[str, Any]) -> KnownProvider:
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items() if key != "skip"}
    return KnownProvider(name=name, skip=_pattern(row["skip"]) if "skip" in row else None, **values)


def _pattern(alternatives: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / name).read_text("utf-8"))
