"""A whole answer for a routed request: from the response cache where that was asked for, else from a model."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.reader import CatalogueReader
from llm_router.generation.chat import ChatAnswer, Usage
from llm_router.generation.dispatch import Routed
from llm_router.generation.generator import Bill, Generator
from llm_router.generation.kept_answers import KeptAnswer, KeptAnswers
from llm_router.generation.outcome import Attempt

NOTHING = Bill(Usage(0, 0), 0.0)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where in the response cache an answer may stand: whose it is, for what request, and for how long."""

    tenant: str
    request: str
    ttl_s: float


@dataclass(frozen=True, slots=True)
class Completed:
    """A whole answer. One from the cache cost nothing and nobody was asked for it."""

    model: ModelEntry
    answer: ChatAnswer
    bill: Bill
    attempts: tuple[Attempt, ...] = ()
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Completer:
    """Raises what `Generator.whole` raises."""

    generator: Generator
    kept: KeptAnswers
    catalogues: CatalogueReader

    async def complete(self, routed: Routed, keeping: Keeping | None) -> Completed:
        """The answer; with `keeping`, one that was given before will do."""
        if keeping is not None and (found := self._kept(keeping)) is not None:
            return found
        made = await self.generator.whole(routed.job)
        if keeping is not None:
            self.kept.keep(keeping.tenant, keeping.request, KeptAnswer(made.model.id, made.answer), keeping.ttl_s)
        return Completed(made.model, made.answer, made.bill, made.attempts)

    def _kept(self, keeping: Keeping) -> Completed | None:
        found = self.kept.find(keeping.tenant, keeping.request)
        model = None if found is None else self.catalogues.in_force().catalogue.find(found.model)
        if found is None or model is None:
            return None
        return Completed(model, found.answer, Bill(found.answer.usage or NOTHING.usage, 0.0), cached=True)
