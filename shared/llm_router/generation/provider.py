"""What the walk needs of a provider, and how a provider can fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from enum import StrEnum
from typing import Protocol

from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatRequest


class Failure(StrEnum):
    """How an attempt failed, as far as what happens next depends on it."""

    RATE_LIMITED = "rate_limited"
    """429 or its like: the model cools for as long as the provider says."""

    SERVER_ERROR = "server_error"
    """5xx, or its like in the protocol."""

    UNREACHABLE = "unreachable"
    """Refused, reset before any answer, no such host, TLS not to be trusted, or no connection in its time."""

    TIMEOUT = "timeout"
    """No whole answer within the attempt's time."""

    GARBAGE = "garbage"
    """An answer that is not the protocol's: HTML, empty, broken off, too large."""

    REFUSED = "refused"
    """401, 402, 403: our key is not valid or may not do this."""

    UNKNOWN_MODEL = "unknown_model"
    """404: the provider does not know the model."""

    BAD_REQUEST = "bad_request"
    """400, 413, 422: this provider does not take this request; another one may."""

    TOO_LONG = "too_long"
    """The request is longer than the model's window; a model with a larger one may take it."""

    CALLS_ALONE = "calls_alone"
    """An answer of calls of tools alone, where the request lets none be called; another model may say something."""


OUR_FAULT = (Failure.REFUSED, Failure.BAD_REQUEST, Failure.TOO_LONG, Failure.UNKNOWN_MODEL, Failure.CALLS_ALONE)
"""Failures that say nothing of a model: our key is not valid, or it is the request that brings it about."""


class ProviderFailed(Exception):
    """One attempt failed. Holds nothing that the provider sent but a status and how long it asks us to wait; `why` is
    in our own words what the router itself could not put to it."""

    def __init__(
        self,
        failure: Failure,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        why: str | None = None,
    ) -> None:
        super().__init__(failure.value if status is None else f"{failure.value} ({status})")
        self.failure = failure
        self.status = status
        self.retry_after_s = retry_after_s
        self.why = why


class Provider(Protocol):
    """One configured provider. Makes one attempt, never retries, and raises nothing but `ProviderFailed`.

    `model` is the provider's own name for the model. `timeout_s` bounds the whole attempt, and for a stream the
    time to its first chunk and between any two, of which some may be `ALIVE`.
    """

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer: ...

    def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]: ...


class Providers(Protocol):
    """The providers that are configured here."""

    def find(self, provider: str) -> Provider | None:
        """The provider of this catalogue name, or None when it is not configured."""
        ...

    def why_not(self, provider: str) -> str | None:
        """What is missing for this provider, naming the setting and no value; None when it is configured."""
        ...

    def withheld(self, provider: str, model: str) -> str | None:
        """Why this model of a provider that is configured is not asked, naming the setting; None where it may be.

        `model` is the provider's own name for it.
        """
        ...

    def begun(self) -> Mapping[str, str | None]:
        """Every provider of which a setting is set, and what is still missing or wrong; None where it is configured."""
        ...

    def is_demo(self, provider: str) -> bool:
        """Whether a demo answers in its place, which says nothing of its models."""
        ...

    def close(self) -> None:
        """Close what is connected, for a process that ends."""
        ...


def nobody(begun: Mapping[str, str | None], withheld: Collection[str] = ()) -> str:
    """Why no model of the catalogue can be asked, with what is set all the same, and why models of providers that are
    configured are `withheld`."""
    ready = ", ".join(name for name, missing in begun.items() if missing is None)
    wrong = "; ".join(missing for missing in begun.values() if missing is not None)
    said, remedy = "No provider is configured", "set a provider's key, such as OPENAI_API_KEY, or DEMO_PROVIDER=true"
    if ready:
        said = f"The catalogue has no model of the providers that are configured, {ready}"
        remedy = "a refresh may bring some, POST /update brings your own"
    if ready and withheld:
        said = f"No model of the providers that are configured, {ready}, may be asked: {', '.join(sorted(withheld))}"
        remedy = "change that setting"
    return f"{said}{f' ({wrong})' if wrong else ''}; {remedy}."
