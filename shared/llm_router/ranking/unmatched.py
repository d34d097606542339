"""Names in the lists of a request or of a key that nothing in the catalogue has, such as mistyped ones.

Told by their places in the list alone: answers may be kept, and repeat nothing that the catalogue does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from typing import NamedTuple

from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.naming import folded, names_of, own_names_of
from llm_router.errors import FieldProblem
from llm_router.ranking.task import Constraints

MOST_TOLD = 5
"""Places that are told of one list."""

MOST_KNOWN = 30
"""Names of the catalogue that are told in their stead."""

_NO_MODEL = "no model in the catalogue"
_FROM_PROVIDER = ("is from that provider", "known provider")


class Unmatched(NamedTuple):
    """What one list holds in vain, at `places` counted from 0; `whole` where it holds nothing else."""

    path: str
    places: tuple[int, ...]
    problem: str
    whole: bool

    @property
    def fields(self) -> tuple[FieldProblem, ...]:
        """The first of them, each with its place."""
        return tuple(FieldProblem(f"{self.path}[{place}]", self.problem) for place in self.places[:MOST_TOLD])

    @property
    def named(self) -> str:
        """All of them in a phrase."""
        return self.path + _listed([f"[{place}]" for place in self.places], MOST_TOLD)

    @property
    def sentence(self) -> str:
        """All of them, with what is wrong."""
        return f"{self.named}: {self.problem}."


def unmatched(limits: Constraints, models: Collection[ModelEntry]) -> list[Unmatched]:
    """A row for each list that holds any such name, given all models of the catalogue."""
    providers, licenses = (model.provider for model in models), (model.license for model in models)
    regions = (region for model in models for region in model.regions)
    rows = [
        _unknown("constraints.providers", limits.providers, providers, *_FROM_PROVIDER),
        _unknown("constraints.licenses", limits.licenses, licenses, "has that licence", "known licence"),
        _unknown("constraints.regions", limits.regions, regions, "is served in that region", "known region"),
    ]
    if limits.exclude_models:
        known = {name for model in models for name in names_of(model)}
        problem = f"{_NO_MODEL} goes by that name"
        rows.append(_row("constraints.exclude_models", limits.exclude_models, folded, known, problem))
    return [row for row in rows if row is not None]


def unmatched_by_key(
    names: Collection[str], providers: Collection[str], models: Collection[ModelEntry]
) -> list[Unmatched]:
    """The same for what a key allows; a model may still come with that name, and the key then opens it."""
    known = {name for model in models for name in own_names_of(model)}
    rows = [
        _row("allowed_models", names, folded, known, f"{_NO_MODEL} has that id, or that name at its provider"),
        _unknown("allowed_providers", providers, (model.provider for model in models), *_FROM_PROVIDER, folded),
    ]
    return [row for row in rows if row is not None]


def sentences(limits: Constraints, models: Collection[ModelEntry], out: Iterable[str]) -> list[str]:
    """What a caller is to know of the names in a request that has an answer; `out` are the ids of the models that may
    not be used."""
    if not limits.names_any:
        return []
    alike = _left_alike(limits, models, frozenset(out)) if limits.exclude_models else None
    return [*(row.sentence for row in unmatched(limits, models)), *([] if alike is None else [alike])]


def _left_alike(limits: Constraints, models: Collection[ModelEntry], out: Container[str]) -> str | None:
    """A sentence on the models left that are shown by the same name as one which is excluded by another; None where
    there are none. Hosts write a model's name in many ways: who excludes it by one of them would else not learn of the
    others."""
    meant = {name for name in limits.written_out if "/" not in name}
    shown = {model.display_name for model in models if not meant.isdisjoint(names_of(model))}
    left = [model for model in models if model.display_name in shown and model.id not in out]
    if not left:
        return None
    names = _listed(sorted({model.display_name for model in left}), MOST_TOLD)
    return f"Not excluded, though also shown as {names}: {_listed(sorted(model.id for model in left), MOST_TOLD)}."


def _unknown(
    path: str,
    asked: Collection[str],
    held: Iterable[str | None],
    what: str,
    any_of: str,
    fold: Callable[[str], str] = str.casefold,
) -> Unmatched | None:
    if not asked:
        return None
    known = {fold(each): each for each in held if each is not None}
    there = f"{what}; there are {_listed(sorted(known.values(), key=str.casefold), MOST_KNOWN)}"
    return _row(path, asked, fold, known.keys(), f"{_NO_MODEL} {there if known else f'has a {any_of}'}")


def _row(
    path: str, asked: Collection[str], fold: Callable[[str], str], known: Collection[str], problem: str
) -> Unmatched | None:
    places = tuple(place for place, each in enumerate(asked) if fold(each) not in known)
    return Unmatched(path, places, problem, len(places) == len(asked)) if places else None


def _listed(names: Collection[str], most: int) -> str:
    told = ", ".join(list(names)[:most])
    return told if len(names) <= most else f"{told} and {len(names) - most} more"
