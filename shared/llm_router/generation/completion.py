"""A whole answer for a routed request: from the response cache where that was asked for, else from a model."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.aside import Aside, here
from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.reader import CatalogueReader
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ChatAnswer, Usage
from llm_router.generation.dispatch import Routed
from llm_router.generation.generator import Completed, Generator
from llm_router.generation.kept_answers import KeptAnswer, KeptAnswers
from llm_router.generation.similar_answers import Question, SimilarAnswers

NOTHING = Usage(0, 0)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where in the response cache an answer may stand: whose it is, for what request, and for how long.

    With `question`, the answer to a question of the same meaning will do.
    """

    tenant: str
    request: str
    ttl_s: float
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Completer:
    """Raises what `Generator.whole` raises. What looks answers up, or keeps them, is done `aside`."""

    generator: Generator
    kept: KeptAnswers
    similar: SimilarAnswers
    catalogues: CatalogueReader
    aside: Aside = here

    async def complete(self, routed: Routed, keeping: Keeping | None) -> Completed:
        """The answer; with `keeping`, one that was given before will do."""
        if keeping is not None and (found := await self.found(keeping)) is not None:
            return found
        made = await self.generator.whole(routed.job, routed.takes_s)
        if keeping is not None:
            await self.keep(keeping, made.model, made.answer)
        return made

    async def found(self, keeping: Keeping) -> Completed | None:
        """An answer that was given before, if there is one."""
        return await self.aside(lambda: self._kept(keeping))

    async def keep(self, keeping: Keeping, model: ModelEntry, answer: ChatAnswer) -> None:
        """Keep what this model has answered, for whoever asks again."""
        await self.aside(lambda: self._keep(keeping, KeptAnswer(model.id, answer)))

    def _keep(self, keeping: Keeping, answer: KeptAnswer) -> None:
        self.kept.keep(keeping.tenant, keeping.request, answer, keeping.ttl_s)
        if keeping.question is not None:
            name = self.kept.name(keeping.tenant, keeping.request)
            self.similar.keep(keeping.tenant, keeping.question, name, keeping.ttl_s)

    def _kept(self, keeping: Keeping) -> Completed | None:
        if (found := self._completed(self.kept.find(keeping.tenant, keeping.request))) is not None:
            return found
        near = None if keeping.question is None else self.similar.find(keeping.tenant, keeping.question)
        return None if near is None else self._completed(self.kept.named(near.answer), near.similarity)

    def _completed(self, found: KeptAnswer | None, similarity: float | None = None) -> Completed | None:
        model = None if found is None else self.catalogues.in_force().catalogue.find(found.model)
        if found is None or model is None:
            return None
        bill = Bill(found.answer.usage or NOTHING, 0.0)
        return Completed(model, found.answer, bill, cached=True, similarity=similarity)
