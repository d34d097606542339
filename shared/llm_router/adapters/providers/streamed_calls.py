"""Calls of tools in a stream of OpenAI's form, told apart although many of its speakers number and name them badly.

Some give every call the index 0 or none at all, some give no ids, some repeat id and name in every piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from llm_router.adapters.providers.conversation import new_call_id
from llm_router.generation.chat import StopReason, ToolCallDelta

_CUT = frozenset({StopReason.LENGTH, StopReason.CONTENT_FILTER})
_MARKS = re.compile(r"\\.?|[\"{}]", re.DOTALL)


def in_all(arguments: str, stop: StopReason) -> str:
    """What a call is given of whose arguments its speaker has told so much. Some tell nothing where there is nothing to
    give, which is no JSON; of one that was cut before them it is all that is known."""
    return arguments if arguments.strip() or stop in _CUT else "{}"


@dataclass(slots=True)
class _Arguments:
    """What a call is given, of which is kept only whether it is anything, and a `whole` object yet. Each piece is read
    once."""

    given: bool = False
    whole: bool = False
    _depth: int = 0
    _quoted: bool = False
    _escape: str = ""
    """A backslash at the end, until the character behind it comes."""

    def take(self, piece: str) -> None:
        self.given = self.given or bool(piece.strip())
        text, self._escape = self._escape + piece, ""
        for mark in _MARKS.finditer(text):
            if (found := mark[0]).startswith("\\"):
                self._escape = found if len(found) == 1 else ""
            elif found == '"':
                self._quoted = not self._quoted
            elif not self._quoted:
                self._depth += 1 if found == "{" else -1
                self.whole = self.whole or self._depth == 0


@dataclass(slots=True)
class _Begun:
    """A call that has begun. `id` and `name` are what the speaker told so far."""

    number: int
    id: str | None
    name: str | None = None
    named_again: bool = False
    """Named once more when it was whole, and given nothing since: what it is given next begins another call."""
    arguments: _Arguments = field(default_factory=_Arguments)

    def goes_on_with(self, index: int | None, id_: str | None, name: str | None, arguments: str) -> bool:
        """Whether such a piece is of this call. One without a name is: a call says its name when it begins."""
        if id_ is not None and id_ == self.id:
            return True
        if name is None or self.name is None:
            return not (self.named_again and arguments.strip())
        if name != self.name or (index is None and id_ is not None and self.id is not None):
            return False
        return not self.arguments.whole or (id_ is None and not arguments.strip())

    def take(self, name: str | None, arguments: str) -> None:
        """Goes on with a piece."""
        again = name is not None and self.name is not None
        self.named_again = self.arguments.whole and (again or self.named_again)
        self.name = self.name or name
        self.arguments.take(arguments)


@dataclass(slots=True)
class StreamedCalls:
    """The calls of one stream, numbered through from 0 whatever their speaker numbers them; each with an id, once."""

    _begun: list[_Begun] = field(default_factory=list)
    _indexed: dict[int, _Begun] = field(default_factory=dict)
    """The newest call of each of the speaker's own indices."""

    def __bool__(self) -> bool:
        return bool(self._begun)

    def piece(self, index: int | None, id_: str | None, name: str | None, arguments: str) -> ToolCallDelta:
        """The next piece, as the caller is told it; an id is made up for a call that begins without."""
        call = self._meant(index, id_, name)
        begins = call is None or not call.goes_on_with(index, id_, name, arguments)
        if call is None or begins:
            name = name or (call.name if call else None)
            call = _Begun(len(self._begun), id_)
            self._begun.append(call)
        if index is not None:
            self._indexed[index] = call
        new_name = name if call.name is None else None
        call.take(name, arguments)
        return ToolCallDelta(call.number, (id_ or new_call_id()) if begins else None, new_name, arguments)

    def rest(self, stop: StopReason) -> tuple[ToolCallDelta, ...]:
        """What is still to be told when their speaker has told all: of those that were given nothing."""
        bare = [call.number for call in self._begun if not call.arguments.given]
        return tuple(ToolCallDelta(number, arguments=rest) for number in bare if (rest := in_all("", stop)))

    def _meant(self, index: int | None, id_: str | None, name: str | None) -> _Begun | None:
        """The call that a piece is of, unless it begins one: by its index, else by its id, else the newest."""
        if index is not None and (index in self._indexed or id_ or name):
            return self._indexed.get(index)
        newest = self._begun[-1] if self._begun else None
        return next((call for call in reversed(self._begun) if id_ is not None and call.id == id_), newest)
