"""By which names a model is meant: with its provider that one offering, without it the model at every host.

Nothing is guessed: a name is one of those that the entry has, so that `gpt-4` is neither `gpt-4o` nor `gpt-4-turbo`,
and a dated name is a model of its own. The same model goes by other names at some hosts; its display name is everywhere
the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from llm_router.catalogue.entry import ModelEntry

_POINT: Final = re.compile(r"(?<=\d)[.p](?=\d)")
"""The point in a version's number, which hosts write `3.2`, `3p2` and `3-2`."""

_MAKER: Final = re.compile(r"(?:[a-z]+|ai21)\.(?=[a-z])")
_API_VERSION: Final = re.compile(r"(-v\d+(:\d+)?|-\d+:\d+)$")
_DATE: Final = re.compile(r"-20\d{6}$")

DOUBLE: Final = "is that of another model, written otherwise"
"""What is wrong with an id that is another's."""

_MOST_KEPT: Final = 1 << 16
"""Models whose names are remembered, so that they are worked out once per catalogue and not once per request."""


def folded(name: str) -> str:
    """The name as names are compared: without the case of letters and what differs in how a version is written."""
    return _POINT.sub("-", " ".join(name.casefold().split()))


def is_anothers(name: str, taken: dict[str, str]) -> bool:
    """Whether an id is another's, written otherwise, which no list of names could tell apart; if not, it is taken.
    `taken` are ids by themselves folded."""
    return taken.setdefault(folded(name), name) != name


@lru_cache(1024)
def all_folded(names: tuple[str, ...]) -> frozenset[str]:
    """The same of a list that is asked for again and again, such as that of a key."""
    return frozenset(map(folded, names))


def names_of(model: ModelEntry) -> frozenset[str]:
    """All that the model goes by, folded: its id and its provider's name for it, whole and without what stands before
    the last `/`, and what it is shown as."""
    return _names(model.id, model.api_alias or model.id, model.display_name)


def own_names_of(model: ModelEntry) -> frozenset[str]:
    """Its id and its provider's name for it, folded: they mean this offering, and others only where their providers
    have the same name for them. A list of what is allowed goes by these, to open nothing that it does not name."""
    return _own_names(model.id, model.api_alias or model.id)


@lru_cache(_MOST_KEPT)
def _own_names(model_id: str, api_name: str) -> frozenset[str]:
    return frozenset({folded(model_id), folded(api_name)})


@lru_cache(_MOST_KEPT)
def _names(model_id: str, api_name: str, display_name: str) -> frozenset[str]:
    whole = _own_names(model_id, api_name)
    bare = {name.rpartition("/")[2] for name in whole}
    return frozenset({*whole, *bare, *(each for name in bare for each in _within(name)), folded(display_name)})


def _within(name: str) -> tuple[str, ...]:
    """The makers' own name in one as Bedrock writes them, with its date and without: `claude-haiku-4-5` in
    `anthropic.claude-haiku-4-5-20251001-v1:0`. None in others, where a date tells two models apart."""
    maker = _MAKER.match(name)
    if maker is None:
        return ()
    dated = _API_VERSION.sub("", name[maker.end() :])
    return name[maker.end() :], dated, undated(dated)


def undated(name: str) -> str:
    """The name without the date at its end, which is that of the release that it means anyway."""
    return _DATE.sub("", name)
