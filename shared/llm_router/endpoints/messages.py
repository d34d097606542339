"""The routes of Anthropic's protocol, whose forms are many: they are loaded when one is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.responses import Response

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.naming import undated
from llm_router.conversation import Conversation
from llm_router.endpoints.generation import GenerationRoutes
from llm_router.endpoints.message_form import MessageForm
from llm_router.endpoints.model_names import known_name
from llm_router.errors import ErrorCode, FieldProblem, InvalidRequest
from llm_router.generation.auto import is_auto, no_such_model, preference_of
from llm_router.generation.beside_text import beside_tokens
from llm_router.ranking.tokens import NO_TEXT, Reading, ratios_of, reading_of_all, together
from llm_router.schemas.anthropic_answer import AnthropicMessage, TokenCount
from llm_router.schemas.anthropic_request import MessagesRequest
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.web.door import Call, Door


@dataclass(frozen=True)
class MessagesRoutes:
    """Anthropic's messages, which come about as OpenAI's chat completions do."""

    generation: GenerationRoutes

    def expose(self, door: Door) -> None:
        """Add them to the door."""
        door.post("/v1/messages", body=MessagesRequest, answer=AnthropicMessage, summary="Anthropic's messages")(
            self.messages
        )
        door.post(
            "/v1/messages/count_tokens",
            body=MessagesRequest,
            answer=TokenCount,
            summary="About how many tokens a message's input has, in Anthropic's form",
        )(self.count_tokens)

    async def messages(self, call: Call, body: MessagesRequest) -> Response:
        """`auto` routes, a model's id pins."""
        _must_be_whole(body)
        name = body.model
        if undated(name) != name:
            name = await self.generation.service.aside(lambda: known_name(self._catalogue, body.model))
        return await self.generation.answered(call, body.completion(name), MessageForm(body, call.request_id))

    async def count_tokens(self, call: Call, body: MessagesRequest) -> TokenCount:
        """As the ranking counts them for that model; for `auto`, as most models do. Asks nobody, and counts against a
        key's minute as recommending does."""
        _must_be_whole(body)
        self.generation.service.generating.key_gate().key_of(call.caller, spends=False)
        asked = body.completion()
        read = _reading(asked, await self.generation.said(asked))
        return TokenCount(input_tokens=read.by(ratios_of(self._tokenizer(body.model))))

    def _tokenizer(self, name: str) -> str | None:
        """Of the model that is named. Raises `NotFound`."""
        if is_auto(name):
            preference_of(name)
            return None
        catalogue = self._catalogue
        found = catalogue.find(known_name(catalogue, name))
        if found is None:
            raise no_such_model()
        return found.tokenizer

    @property
    def _catalogue(self) -> Catalogue:
        return self.generation.service.reader().in_force().catalogue


def _must_be_whole(body: MessagesRequest) -> None:
    """Raises `InvalidRequest` for a request that begins or goes on with a thread, by the code that has Anthropic's SDK
    send the whole conversation instead."""
    if body.thread is not None:
        held = FieldProblem("thread", "must be left out: no conversation is held here, so send all of it each time")
        raise InvalidRequest("No conversation is held here.", (held,), code=ErrorCode.THREAD_UNSUPPORTED_REQUEST)


def _reading(asked: ChatCompletionRequest, said: Conversation) -> Reading:
    """All that a model would have to read."""
    said = replace(said, wants_tools=bool(asked.tools), beside_tokens=beside_tokens(asked.chat(max_tokens=1)))
    texts = reading_of_all([turn.text for turn in said.turns])
    return together([texts, Reading(said.unspoken_tokens, NO_TEXT, said.tooled)])
