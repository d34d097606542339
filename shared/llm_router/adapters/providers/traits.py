"""What models take, and what Bedrock does for them, as `traits.toml` has it: a new version of one is a row there."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import TypeVar

from pydantic import ConfigDict, TypeAdapter

from llm_router.adapters.providers.efforts import Effort

Row = TypeVar("Row")
_KNOWN_MODELS = 1024
"""Names whose rows are remembered, far more than providers have models."""


class Thinking(StrEnum):
    """How a model is told to think, if it can be at all."""

    UNTOLD = "untold"
    BUDGET = "budget"
    """A Claude that thinks when it is given a budget of tokens."""
    ADAPTIVE = "adaptive"
    """A Claude that thinks when it is told to be adaptive."""
    ALWAYS = "always"
    """A Claude that thinks anyway, unless it can be kept from it."""
    LEVEL = "level"
    """A Gemini that is told a level."""
    GEMINI_BUDGET = "gemini_budget"
    """A Gemini that is given a budget of tokens."""
    NOVA_EFFORT = "nova_effort"
    """A Nova that is told an effort."""
    OPENAI_EFFORT = "openai_effort"
    """A model of OpenAI's with open weights, which thinks anyway, as hard as it is told."""
    OPENAI_REASONING = "openai_reasoning"
    """A GPT at Bedrock, which is told the same in another way."""


class Off(StrEnum):
    """How a model that thinks is kept from it, by the word for that where there is one."""

    NEVER = "never"
    DISABLED = "disabled"
    BETWEEN_TOOLS = "between_tools"
    """Its word for not thinking before it answers."""
    NO_BUDGET = "no_budget"


class Keeps(StrEnum):
    """Behind what marks keep a prompt: behind none, behind a user's words, or behind results of tools as well."""

    NOTHING = "nothing"
    PROMPTS = "prompts"
    RESULTS = "results"


class Profile(StrEnum):
    """The inference profiles that a model is served through where no geography has its own, if through such alone."""

    NONE = "none"
    GLOBAL = "global"
    ASIAN = "asian"
    """The global one, but in Asia the one of the Asian regions."""
    AMERICAN = "american"
    """The one of the United States there, and everywhere else the global one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a model takes, whoever serves it."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    thinking: Thinking = Thinking.UNTOLD
    off: Off = Off.NEVER
    efforts: frozenset[Effort] = frozenset()
    """How hard it can be told to try, of which the nearest to what is wanted is sent."""
    minimal: bool = True
    """Whether the least of the levels is taken."""
    omits_thoughts: bool = False
    """Whether it tells what it thinks only where that is asked for."""
    least_budget: int = 0
    """Tokens that it thinks if it does at all."""
    sampling: bool = True
    """Whether a temperature or top_p is taken."""
    stops: bool = True
    """Whether stop sequences are taken."""
    prefill: bool = True
    """Whether it goes on with an answer that the assistant has begun."""
    penalties: bool = True
    forced_tools: bool = True
    """Whether a call of a tool can be forced; of a Claude that refuses it, JSON has a setting."""
    strict: bool = False
    """Whether it can be made to keep to the shape of what a tool is given."""
    signed_calls: bool = False
    """Whether calls of tools have ids, and want the signature back that they came with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtBedrock:
    """What Amazon Bedrock does for a model."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    forces_tools: bool = False
    """Whether a call of a certain tool can be forced there, if the model takes that; JSON is got by one, too."""
    keeps: Keeps = Keeps.NOTHING
    profile: Profile = Profile.NONE


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of `traits.toml` by their patterns, the special ones before the general."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    models: dict[str, Traits]
    bedrock: dict[str, AtBedrock]


@lru_cache(_KNOWN_MODELS)
def traits_of(model: str) -> Traits:
    """Those of the model that a provider has this name for, with whatever prefixes and dates."""
    return _first(tables().models, model) or Traits()


@lru_cache(_KNOWN_MODELS)
def at_bedrock(model: str) -> AtBedrock:
    """What Bedrock does for the model that it has this name for."""
    return _first(tables().bedrock, model) or AtBedrock()


@cache
def tables() -> Tables:
    """What is shipped."""
    text = resources.files(__package__).joinpath("traits.toml").read_text("utf-8")
    # As JSON, whose words may be members of closed sets where nothing else is taken for what it is not.
    return TypeAdapter(Tables).validate_json(json.dumps(tomllib.loads(text)))


def _first(rows: Mapping[str, Row], model: str) -> Row | None:
    return next((row for pattern, row in rows.items() if re.search(pattern, model)), None)
