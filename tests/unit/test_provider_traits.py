"""A model's traits are those of the first row that its name has the pattern of, whoever serves it."""

from __future__ import annotations

import json
import re

import pytest
from pydantic import TypeAdapter, ValidationError

from llm_router.adapters.providers.efforts import Effort
from llm_router.adapters.providers.traits import (
    AtBedrock,
    Keeps,
    Off,
    Profile,
    Tables,
    Thinking,
    Traits,
    at_bedrock,
    tables,
    traits_of,
)
from llm_router.catalogue.bundled import bundled

FIRST: tuple[Effort, ...] = ("low", "medium", "high")
ALL: frozenset[Effort] = frozenset((*FIRST, "xhigh", "max"))
LEVELS = Traits(thinking=Thinking.LEVEL, penalties=False, signed_calls=True)
UNPENALISED = Traits(penalties=False)


def adaptive(*efforts: Effort, sampling: bool = True) -> Traits:
    """Those that take no temperature tell no thoughts of their own accord."""
    return Traits(
        thinking=Thinking.ADAPTIVE,
        efforts=frozenset(efforts),
        omits_thoughts=not sampling,
        sampling=sampling,
        prefill=False,
        strict=True,
    )


def always(off: Off = Off.NEVER, *, forced_tools: bool = True) -> Traits:
    return Traits(
        thinking=Thinking.ALWAYS,
        off=off,
        omits_thoughts=True,
        efforts=ALL,
        sampling=False,
        forced_tools=forced_tools,
        prefill=False,
        strict=True,
    )


def budget(least: int, off: Off = Off.NO_BUDGET) -> Traits:
    return Traits(thinking=Thinking.GEMINI_BUDGET, off=off, least_budget=least, penalties=False)


def reasoning(*efforts: Effort) -> Traits:
    return Traits(thinking=Thinking.OPENAI_REASONING, efforts=frozenset(efforts), sampling=False, stops=False)


def kept(profile: Profile = Profile.NONE) -> AtBedrock:
    return AtBedrock(forces_tools=True, keeps=Keeps.RESULTS, profile=profile)


CLAUDES = {
    "claude-3-haiku": Traits(),
    "claude-3-5-sonnet": Traits(),
    "claude-3-7-sonnet": Traits(thinking=Thinking.BUDGET),
    "claude-sonnet-4": Traits(thinking=Thinking.BUDGET),
    "claude-opus-4-1": Traits(thinking=Thinking.BUDGET),
    "claude-haiku-4-5": Traits(thinking=Thinking.BUDGET, strict=True),
    "claude-sonnet-4-5": Traits(thinking=Thinking.BUDGET, strict=True),
    "claude-opus-4-5": Traits(thinking=Thinking.BUDGET, efforts=frozenset(FIRST), strict=True),
    "claude-opus-4-6": adaptive(*FIRST, "max"),
    "claude-haiku-4-6": adaptive(),
    "claude-sonnet-4-8": adaptive(*FIRST, "max"),
    "claude-opus-4-8": adaptive(*ALL, sampling=False),
    "claude-opus-5": always(Off.DISABLED),
    "claude-sonnet-5": always(Off.DISABLED),
    "claude-haiku-5": always(),
    "claude-fable-5": always(),
    "claude-opus-5-1": always(forced_tools=False),
    "claude-fable-5-1": always(forced_tools=False),
    "claude-haiku-5-5": always(Off.DISABLED, forced_tools=False),
    "claude-sonnet-5-5": always(Off.BETWEEN_TOOLS, forced_tools=False),
    "claude-opus-5-10": always(forced_tools=False),
    "claude-sonnet-6": always(forced_tools=False),
}
OTHERS = {
    "gemini-1.5-pro": Traits(),
    "gemini-2.0-flash": Traits(),
    "gemini-2.5-pro": budget(128, Off.NEVER),
    "gemini-2.5-flash-preview-09-2025": budget(1),
    "gemini-2.5-flash-lite": budget(512),
    "gemini-2.5-flash-image": UNPENALISED,
    "gemini-2.5-pro-preview-tts": UNPENALISED,
    "gemini-2.5-computer-use-preview-10-2025": UNPENALISED,
    "models/gemini-3-flash-preview": LEVELS,
    "gemini-3.1-flash-lite": LEVELS,
    "gemini-3.1-pro-preview": Traits(thinking=Thinking.LEVEL, minimal=False, penalties=False, signed_calls=True),
    "gemini-3.6-flash": Traits(thinking=Thinking.LEVEL, minimal=False, penalties=False, signed_calls=True),
    "gemini-10-flash": Traits(thinking=Thinking.LEVEL, minimal=False, penalties=False, signed_calls=True),
    "amazon.nova-2-lite-v1:0": Traits(thinking=Thinking.NOVA_EFFORT),
    "eu.amazon.nova-pro-v1:0": Traits(),
    "openai.gpt-oss-120b-1:0": Traits(thinking=Thinking.OPENAI_EFFORT, efforts=frozenset(FIRST)),
    "us.openai.gpt-6-sol": reasoning("none", *FIRST, "xhigh", "max"),
    "openai.gpt-5.6": reasoning("none", *FIRST, "xhigh", "max"),
    "openai.gpt-6-astra": reasoning(*FIRST, "xhigh", "max"),
    "openai.gpt-5-mini": reasoning(*FIRST),
    "zai.glm-5": Traits(),
}
SERVED = {
    "anthropic.claude-3-haiku-20240307-v1:0": AtBedrock(forces_tools=True),
    "anthropic.claude-3-5-haiku-20241022-v1:0": kept(),
    "anthropic.claude-3-7-sonnet-20250219-v1:0": kept(Profile.ASIAN),
    "anthropic.claude-sonnet-4-20250514-v1:0": kept(Profile.ASIAN),
    "anthropic.claude-sonnet-4-6": kept(Profile.GLOBAL),
    "us.anthropic.claude-opus-5": kept(Profile.GLOBAL),
    "amazon.nova-pro-v1:0": AtBedrock(forces_tools=True, keeps=Keeps.PROMPTS),
    "openai.gpt-6-luna": AtBedrock(profile=Profile.AMERICAN),
    "openai.gpt-oss-20b-1:0": AtBedrock(),
    "meta.llama3-3-70b-instruct-v1:0": AtBedrock(),
    "claude-opus-5": AtBedrock(),
}


@pytest.mark.parametrize("prefix", ["", "anthropic.", "us.anthropic.", "global.anthropic."])
@pytest.mark.parametrize("suffix", ["", "-20260601", "-v1:0", "-20251001-v1:0", "-thinking", "-preview"])
@pytest.mark.parametrize(("name", "traits"), CLAUDES.items(), ids=CLAUDES)
def test_a_claude_has_its_traits_whoever_serves_it_and_whatever_its_date(name, traits, prefix: str, suffix: str):
    assert traits_of(f"{prefix}{name}{suffix}") == traits


@pytest.mark.parametrize(("name", "traits"), OTHERS.items(), ids=OTHERS)
def test_other_models_have_the_traits_of_their_generation_or_none(name: str, traits: Traits):
    assert traits_of(name) == traits


@pytest.mark.parametrize(("name", "served"), SERVED.items(), ids=SERVED)
def test_bedrock_goes_by_the_maker_that_stands_in_the_name(name: str, served: AtBedrock):
    assert at_bedrock(name) == served


def test_every_row_decides_on_a_model():
    named = [model.api_name for model in bundled().models.values()]
    for rows, names in ((tables().models, [*CLAUDES, *OTHERS]), (tables().bedrock, [*SERVED])):
        first = {next((row for row in rows if re.search(row, name)), None) for name in [*names, *named]}
        assert first >= rows.keys()


@pytest.mark.parametrize(
    "rows",
    [
        {"bedrock": {}},
        {"models": {}, "bedrock": {}, "azure": {}},
        {"models": {"claude-6": {"keeps": "results"}}, "bedrock": {}},
        {"models": {"claude-6": {"thinking": "deeply"}}, "bedrock": {}},
        {"models": {"claude-6": {"sampling": "no"}}, "bedrock": {}},
        {"models": {}, "bedrock": {r"anthropic\.": {"profile": "lunar"}}},
    ],
)
def test_a_row_has_no_trait_that_nobody_reads(rows: dict[str, object]):
    with pytest.raises(ValidationError):
        TypeAdapter(Tables).validate_json(json.dumps(rows))
