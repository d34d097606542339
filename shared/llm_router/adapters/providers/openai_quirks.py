"""How those who speak OpenAI's form depart from it, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from llm_router.adapters.providers.conversation import call_id, digest
from llm_router.adapters.providers.efforts import USUAL, Effort, nearest
from llm_router.generation.chat import ChatRequest
from llm_router.json_values import Json

_OWN = frozenset({"verbosity", "logit_bias", "user", "safety_identifier", "prompt_cache_key", "store", "metadata"})
"""Fields that a speaker takes only if it says so."""
_SAMPLING = frozenset({"temperature", "top_p"})
_ID = re.compile(r".{0,40}", re.DOTALL)
"""Ids of calls as OpenAI takes them; servers that copy its form make longer ones."""
_MISTRAL = r"(?i)[sx]tral"
"""Models of Mistral's wherever they are, such as Mixtral and Devstral."""
_SHORT_ID = re.compile(r"[A-Za-z0-9]{9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """How a speaker departs from OpenAI's form: fields it calls otherwise, does not know, or knows for some models.

    `only_for` names a field and a regular expression that is searched in the model's name, `never_for` such expressions
    and the fields that those models refuse; `efforts` such expressions and the reasoning efforts that those models
    take; `effort_with_tools` such expressions and the only one that those models take beside tools, blank for none at
    all; `sampling_without_effort` an expression for models that take no sampling beside an effort. Where
    `short_call_ids`, ids of tool calls are nine letters and digits; without `names`, users have none; without
    `forces_tools`, no model can be made to call one. Where `sends_reasoning`, what the assistant thought is sent back,
    and stands with all its calls, be it empty. `extras` are those fields of OpenAI's own that it takes as well, and
    `original_pictures` an expression for models that look at pictures in their `original` detail. Of tools it takes
    `most_tools`, where that is known, and where `pdf_alone`, files are PDFs that are sent themselves. Models whose name
    has the expression `answers_tools` in it take nothing of the user's right behind a tool's result: Mistral's, whoever
    serves them.
    """

    rename: dict[str, str] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()
    only_for: dict[str, str] = field(default_factory=dict)
    never_for: dict[str, list[str]] = field(default_factory=dict)
    json_schema: bool = True
    short_call_ids: bool = False
    names: bool = True
    efforts: dict[str, frozenset[Effort]] = field(default_factory=dict)
    effort_with_tools: dict[str, str] = field(default_factory=dict)
    sampling_without_effort: str | None = None
    sends_reasoning: bool = False
    forces_tools: bool = True
    extras: frozenset[str] = frozenset()
    original_pictures: str | None = None
    most_tools: int | None = None
    pdf_alone: bool = False
    answers_tools: str = _MISTRAL

    def applied(self, model: str, body: dict[str, Json]) -> dict[str, Json]:
        """The body as this speaker takes it for this model."""
        refused = _SAMPLING if self._thinks_instead(model, body) else frozenset()
        return {
            self.rename.get(name, name): value
            for name, value in body.items()
            if name not in refused and self._takes(model, name)
        }

    def effort(self, model: str, request: ChatRequest) -> str | None:
        """The reasoning effort to ask this model for: of those that it takes the nearest, and of two as near the lower.

        The first expression that is found in its name counts; of whom nothing is known takes the usual ones.
        """
        if request.tools:
            for models, effort in self.effort_with_tools.items():
                if re.search(models, model):
                    return effort or None
        if (wanted := request.reasoning_effort) is None:
            return None
        taken = self._efforts_of(model)
        return nearest(wanted, USUAL if taken is None else taken)

    def thinks(self, model: str, request: ChatRequest) -> bool | None:
        """Whether the effort that is sent makes this model think, or keeps it from that; None where it does as it would
        anyway: the least efforts make nobody think, and only of who is known to take none is it sure that none is."""
        sent = self.effort(model, request) if self._takes(model, "reasoning_effort") else None
        if sent == "none":
            return False if "none" in (self._efforts_of(model) or ()) else None
        return None if sent in {None, "minimal"} else True

    @property
    def can_force(self) -> bool:
        """Whether a model can be made to call a tool."""
        return self.forces_tools and not {"tools", "tool_choice"} & self.leave_out

    def detail(self, model: str, wanted: str | None) -> str | None:
        """In what detail this model is asked to look at a picture: in the highest, where it knows no original one."""
        models = self.original_pictures
        knows = models is not None and re.search(models, model)
        return "high" if wanted == "original" and not knows else wanted

    def must_answer_tools(self, model: str) -> bool:
        """Whether this model takes a user's message behind a tool's only once the assistant has said something."""
        return re.search(self.answers_tools, model) is not None

    def call_id(self, known: str) -> str:
        """A tool call's id as this speaker takes it: the same for the same, whoever made it up."""
        if not self.short_call_ids:
            return call_id(known, _ID)
        return known if _SHORT_ID.fullmatch(known) else digest(known)[:9]

    def _efforts_of(self, model: str) -> frozenset[Effort] | None:
        """Those that this model takes; None where it is not known."""
        return next((efforts for models, efforts in self.efforts.items() if re.search(models, model)), None)

    def _thinks_instead(self, model: str, body: dict[str, Json]) -> bool:
        """Whether the effort in this body keeps this model from being told how to sample."""
        models = self.sampling_without_effort
        return models is not None and body.get("reasoning_effort", "none") != "none" and bool(re.search(models, model))

    def _takes(self, model: str, name: str) -> bool:
        if name in self.leave_out or name in _OWN - self.extras:
            return False
        if (only := self.only_for.get(name)) is not None and not re.search(only, model):
            return False
        return not any(name in refused and re.search(models, model) for models, refused in self.never_for.items())
