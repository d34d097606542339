"""Names of tools as a provider takes them: its callers may name theirs longer, and with characters that it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from llm_router.adapters.providers.conversation import digest
from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatMessage, ChatRequest, Role

_COMMON = re.compile(r"[^a-zA-Z0-9_-]")
"""What is not taken everywhere."""
_NO_BEGINNING = re.compile(r"[^a-zA-Z_]")
"""What not everybody takes at the beginning."""
_BEGINNING, _DIGITS = 51, 12
"""Characters of a name that is too long, and of what tells it apart: with the mark between them 64."""


@dataclass(frozen=True, slots=True)
class ToolNames:
    """The names of one request that are not `taken`, each by what stands for it with the provider."""

    _given: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: ChatRequest, taken: re.Pattern[str]) -> ToolNames:
        """Those of its tools and of earlier calls."""
        return cls({name: short(name) for name in set(_names(request)) if not taken.fullmatch(name)})

    def sent(self, request: ChatRequest) -> ChatRequest:
        """The request as it is put to the provider."""
        if not self._given:
            return request
        choice = request.tool_choice
        return replace(
            request,
            messages=tuple(map(self._said, request.messages)),
            tools=tuple(replace(tool, name=self._short(tool.name)) for tool in request.tools),
            tool_choice=choice and replace(choice, name=choice.name and self._short(choice.name)),
        )

    def answer(self, told: ChatAnswer) -> ChatAnswer:
        """The answer by the caller's own names."""
        if not self._given:
            return told
        meant = self._meant()
        calls = (replace(call, name=meant.get(call.name, call.name)) for call in told.tool_calls)
        return replace(told, tool_calls=tuple(calls))

    def chunks(self, told: Iterable[ChatChunk]) -> Iterator[ChatChunk]:
        """The same of pieces, in which a name comes whole."""
        if not self._given:
            yield from told
            return
        meant = self._meant()
        for chunk in told:
            calls = (replace(call, name=meant.get(call.name or "", call.name)) for call in chunk.tool_calls)
            yield replace(chunk, tool_calls=tuple(calls)) if chunk.tool_calls else chunk

    def _meant(self) -> Mapping[str, str]:
        return {sent: name for name, sent in self._given.items()}

    def _short(self, name: str) -> str:
        return self._given.get(name, name)

    def _said(self, message: ChatMessage) -> ChatMessage:
        if message.role is Role.TOOL and message.name:
            return replace(message, name=self._short(message.name))
        calls = tuple(replace(call, name=self._short(call.name)) for call in message.tool_calls)
        return replace(message, tool_calls=calls) if calls else message


def short(name: str) -> str:
    """What stands for a name wherever it is not taken: how it begins, and what tells it from others that begin so."""
    beginning = _COMMON.sub("_", name[:_BEGINNING])
    if _NO_BEGINNING.match(beginning):
        beginning = f"_{beginning[: _BEGINNING - 1]}"
    return f"{beginning}_{digest(name)[:_DIGITS]}"


def _names(request: ChatRequest) -> Iterator[str]:
    for tool in request.tools:
        yield tool.name
    for message in request.messages:
        for call in message.tool_calls:
            yield call.name
        if message.role is Role.TOOL and message.name:
            yield message.name
