"""A call of a tool from its pieces, and when which of them is told."""

from __future__ import annotations

import json
from dataclasses import dataclass

from llm_router.generation.chat import ToolCallDelta


@dataclass(slots=True)
class CallSoFar:
    """A call's name and arguments. It begins to be told with its name, whatever it is given before."""

    name: str = ""
    arguments: str = ""
    told: bool = False

    def take(self, delta: ToolCallDelta) -> tuple[bool, str]:
        """Whether this is where it begins to be told, and what of its arguments is to be told now."""
        self.name = self.name or delta.name or ""
        self.arguments += delta.arguments
        begins = bool(self.name) and not self.told
        self.told = self.told or begins
        if not self.told:
            return False, ""
        return begins, self.arguments if begins else delta.arguments

    def end(self) -> tuple[bool, str]:
        """The same where nothing more comes."""
        begins, self.told = not self.told, True
        return begins, self.arguments if begins else ""

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are an object already: those of a call whose pieces mix with the next one's are not."""
        try:
            return self.told and isinstance(json.loads(self.arguments), dict)
        except (ValueError, RecursionError):  # what is nested beyond reading is none that anybody can call with
            return False
