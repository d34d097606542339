"""Which providers are configured, from settings of the names that their own SDKs read."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, model_validator

from llm_router.adapters.providers.bedrock_models import may_be_asked
from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.generation.provider import Provider
from llm_router.provider_addresses import problem

if TYPE_CHECKING:
    from llm_router.adapters.providers.http_provider import HttpProtocol
    from llm_router.adapters.providers.wire import Wire

ANTHROPIC_URL = "https://api.anthropic.com"
GEMINI_URL = "https://generativelanguage.googleapis.com"

_OWN_PROTOCOLS = {
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "google": ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GEMINI_BASE_URL"),
    "bedrock": ("BEDROCK_REGION", "BEDROCK_ENDPOINT_URL", "AWS_BEARER_TOKEN_BEDROCK"),
}
"""The settings of those that are no speakers."""


class Speaker(BaseModel):
    """One row of `speakers.toml`, which says what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    base_url: str = ""
    url_setting: str = ""
    key_setting: str = ""
    key_optional: bool = False
    path: str = "chat/completions"
    key_header: str = ""
    like: str = ""
    quirks: Quirks = Quirks()

    @model_validator(mode="after")
    def _has_quirks_of_one(self) -> Self:
        if self.like and self.quirks != Quirks():
            raise ValueError(f"a speaker like {self.like} has its quirks and none of its own")
        return self


def _with_quirks(rows: dict[str, Speaker]) -> dict[str, Speaker]:
    """The rows with the quirks of those that they are like."""
    for name, row in rows.items():
        if row.like and (row.like not in rows or rows[row.like].like):
            raise ValueError(f"{name} is like {row.like}, which is no row with quirks of its own")
    return {
        name: row.model_copy(update={"quirks": rows[row.like].quirks}) if row.like else row
        for name, row in rows.items()
    }


Speakers = Annotated[dict[str, Speaker], AfterValidator(_with_quirks)]


@cache
def speakers() -> Mapping[str, Speaker]:
    """Who speaks OpenAI's protocol, by the catalogue's names."""
    text = resources.files(__package__).joinpath("speakers.toml").read_text("utf-8")
    # As JSON, whose lists may be sets where nothing else is taken for what it is not.
    return TypeAdapter(Speakers).validate_json(json.dumps(tomllib.loads(text)))


@dataclass(frozen=True, slots=True)
class _Plan:
    """A provider as configured: what is missing or wrong, or how to make its protocol."""

    missing: str | None
    make: Callable[[], HttpProtocol]


@dataclass
class ConfiguredProviders:
    """The `Providers` of these settings. Nothing is imported or connected before the first one is found.

    `given` holds settings by name, blank ones left out. With `demo`, whoever is not configured is stood in for. Of
    Bedrock only the models are asked that the pattern `bedrock_models` fits.
    """

    given: Mapping[str, str] = field(repr=False)
    private_http: bool = False
    demo: bool = False
    bedrock_models: str = "*"
    _made: dict[str, Provider] = field(default_factory=dict, init=False, repr=False)
    _wire: Wire | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def find(self, provider: str) -> Provider | None:
        """The provider of this catalogue name, or None when it is not configured."""
        if (known := self._made.get(provider)) is not None:
            return known
        with self._lock:
            if provider not in self._made and (made := self._make(provider)) is not None:
                self._made[provider] = made
            return self._made.get(provider)

    def why_not(self, provider: str) -> str | None:
        """What is missing for this provider, naming the setting and no value; None when it is configured."""
        return None if self.demo or provider in self._made else self._plan(provider).missing

    def withheld(self, provider: str, model: str) -> str | None:
        """Why this model of a provider that is configured is not asked, naming the setting; None where it may be."""
        if provider != "bedrock" or may_be_asked(model, self.bedrock_models) or self.is_demo(provider):
            return None
        return "it is none of BEDROCK_MODELS"

    def begun(self) -> Mapping[str, str | None]:
        """Every provider of which a setting is set, and what is still missing or wrong; None where it is configured."""
        rows = {name: (row.key_setting, row.url_setting) for name, row in speakers().items()}
        settings: Mapping[str, tuple[str, ...]] = {**_OWN_PROTOCOLS, **rows}
        return {name: self._plan(name).missing for name in sorted(settings) if any(map(self.given.get, settings[name]))}

    def is_demo(self, provider: str) -> bool:
        """Whether a demo answers in its place, which says nothing of its models."""
        return self.demo and self._plan(provider).missing is not None

    def close(self) -> None:
        """Close what is connected, for a process that ends."""
        if self._wire is not None:
            self._wire.close()

    def _make(self, provider: str) -> Provider | None:
        plan = self._plan(provider)
        if plan.missing is None:
            from llm_router.adapters.providers.http_provider import HttpProvider
            from llm_router.adapters.providers.wire import Wire

            self._wire = self._wire or Wire()
            return HttpProvider(plan.make(), self._wire)
        if self.demo:
            from llm_router.adapters.providers.demo import DemoProvider

            return DemoProvider(provider)
        return None

    def _plan(self, provider: str) -> _Plan:
        match provider:
            case "anthropic":
                url, missing = self._address("ANTHROPIC_BASE_URL", ANTHROPIC_URL)
                return _Plan(self._no_key("ANTHROPIC_API_KEY") or missing, lambda: self._anthropic(url))
            case "google":
                url, missing = self._address("GEMINI_BASE_URL", GEMINI_URL)
                return _Plan(self._no_key("GEMINI_API_KEY", "GOOGLE_API_KEY") or missing, lambda: self._gemini(url))
            case "bedrock":
                missing = None if self.given.get("BEDROCK_REGION") else "BEDROCK_REGION is not set"
                url, wrong = self._address("BEDROCK_ENDPOINT_URL", "")
                return _Plan(missing or (wrong if url else None), lambda: self._bedrock(url))
        if (speaker := speakers().get(provider)) is None:
            return _Plan("the router does not speak to this provider", _impossible)
        url, missing = self._address(speaker.url_setting, speaker.base_url)
        key_missing = self._no_key(speaker.key_setting)
        if speaker.key_optional and not self.given.get(speaker.key_setting):
            key_missing = None
        return _Plan(key_missing or missing, lambda: self._openai(speaker, url))

    def _address(self, setting: str, default: str) -> tuple[str, str | None]:
        """The address to use, and what is wrong with it."""
        url = self.given.get(setting) or default
        if not url:
            return "", f"{setting} is not set"
        wrong = problem(url, private_http=self.private_http)
        return url.rstrip("/"), wrong and f"{setting} {wrong}"

    def _no_key(self, *settings: str) -> str | None:
        """What is missing of a key that may stand in any of the settings."""
        name = next((each for each in settings if self.given.get(each)), None)
        if name is None:
            return f"{' or '.join(settings)} is not set"
        key = self.given[name]
        return None if key.isascii() and key.isprintable() and " " not in key else f"{name} is no key"

    def _openai(self, speaker: Speaker, url: str) -> HttpProtocol:
        from llm_router.adapters.providers.openai_chat import OpenAiChat

        key = self.given.get(speaker.key_setting, "")
        header = {speaker.key_header: key} if speaker.key_header else {"authorization": f"Bearer {key}"}
        base = url.removesuffix("/v1") if speaker.path.startswith("v1/") else url
        return OpenAiChat(f"{base}/{speaker.path}", header if key else {}, speaker.quirks)

    def _anthropic(self, url: str) -> HttpProtocol:
        from llm_router.adapters.providers.anthropic_messages import AnthropicMessages

        return AnthropicMessages(url, self.given["ANTHROPIC_API_KEY"])

    def _gemini(self, url: str) -> HttpProtocol:
        from llm_router.adapters.providers.gemini import Gemini

        return Gemini(url, self.given.get("GEMINI_API_KEY") or self.given["GOOGLE_API_KEY"])

    def _bedrock(self, url: str) -> HttpProtocol:
        from llm_router.adapters.providers.bedrock import Bedrock

        return Bedrock(self.given["BEDROCK_REGION"], url, self.given.get("AWS_BEARER_TOKEN_BEDROCK", ""))


def _impossible() -> HttpProtocol:
    raise LookupError("a provider that is not spoken to has no protocol")
