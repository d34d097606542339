"""The routes that ask models, or tell who may: generating, OpenAI's first protocol, and client keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from llm_router.activity import note_decision
from llm_router.client_keys import ClientKey, new_secret
from llm_router.conversation import Conversation
from llm_router.endpoints.answer_form import AnswerForm
from llm_router.endpoints.chat_form import ChatForm
from llm_router.endpoints.completions import Completions, headers_of, note_completed
from llm_router.endpoints.keeping import kept_if
from llm_router.endpoints.model_names import known_name
from llm_router.errors import CatalogueUnavailable, InvalidRequest
from llm_router.generation.auto import is_auto, no_such_model, preference_of
from llm_router.generation.dispatch import Routed
from llm_router.generation.idempotency import MAX_KEY
from llm_router.ranking.unmatched import Unmatched, unmatched_by_key
from llm_router.schemas.chat_answer import ChatCompletion
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.generated import finished_decision, generated_answer
from llm_router.schemas.keys import KeyRemoved, KeyRequest, KeysAnswer, NewKeyAnswer, keys_answer, new_key_answer
from llm_router.schemas.listed_models import ListedModel, ModelList, listed_auto, listed_model, model_list, page_of
from llm_router.schemas.messages import conversation
from llm_router.schemas.route import RouteRequest, route_answer
from llm_router.web.door import Call, Door
from llm_router.web.meanwhile import meanwhile

if TYPE_CHECKING:
    from llm_router.composition.services import Services

_MESSAGES = "/v1/messages"


@dataclass(frozen=True)
class GenerationRoutes:
    """What the route function does beside recommending. Where it has a model answer, what asks the store is done
    `aside`."""

    service: Services

    def expose(self, door: Door) -> None:
        """Add them to the door."""
        door.post(
            "/v1/chat/completions",
            body=ChatCompletionRequest,
            answer=ChatCompletion,
            summary="OpenAI's chat completions",
        )(self.chat)
        door.get("/v1/models", answer=ModelList, summary="What can be asked here")(self.models)
        door.get("/v1/models/{model_id}", answer=ListedModel, summary="One of what can be asked here")(self.model)
        door.get("/keys", answer=KeysAnswer, summary="Client keys and what they have spent")(self.keys)
        door.post("/keys", body=KeyRequest, answer=NewKeyAnswer, summary="Make a client key")(self.add_key)
        door.delete("/keys/{key_id}", answer=KeyRemoved, summary="Take a client key back")(self.remove_key)

    async def route(self, call: Call, body: RouteRequest, said: Conversation) -> Response:
        """`POST /route` in mode `generate`: the choice, and the answer of the model that gave one."""
        return await self._once(call, lambda: self._generated(call, body, said))

    async def chat(self, call: Call, body: ChatCompletionRequest) -> Response:
        """`auto` routes, a model's id pins."""
        return await self.answered(call, body, ChatForm(body, call.request_id))

    async def models(self, call: Call) -> ModelList:
        """`auto`, and the models whose provider is configured and that the key allows: page by page for clients of
        Anthropic's that want it so."""
        as_of = self.service.reader().in_force().catalogue.as_of
        key = self.service.generating.key_gate().held_by(call.caller)
        listed = model_list(self.service.generating.dispatcher().routable(key), as_of)
        return page_of(listed, call.query) if _is_anthropics(call) else listed

    async def model(self, call: Call) -> ListedModel:
        """One of them, by any name that a request may give it: for clients of Anthropic's, who say the version of its
        protocol, by those of Anthropic's as well."""
        catalogue, name = self.service.reader().in_force().catalogue, call.path_params["model_id"]
        key = self.service.generating.key_gate().held_by(call.caller)
        if is_auto(name):
            preference_of(name)
            return listed_auto(name, catalogue.as_of)
        asked = catalogue.find(known_name(catalogue, name) if _is_anthropics(call) else name)
        for model in self.service.generating.dispatcher().routable(key):
            if asked is not None and model.id == asked.id:
                return listed_model(model, catalogue.as_of)
        raise no_such_model()

    async def keys(self, _call: Call) -> KeysAnswer:
        """Without their secrets."""
        made = self.service.generating
        return keys_answer(made.key_book().all(), made.budgets().spends())

    async def add_key(self, _call: Call, body: KeyRequest) -> NewKeyAnswer:
        """Its secret is shown this once; only its hash is kept. A name that nothing has is told and kept: a model may
        come with it later."""
        secret = new_secret()
        draft = body.draft(self.service.clock.now())
        vain: list[Unmatched] = []
        with suppress(CatalogueUnavailable):
            models = self.service.reader().in_force().catalogue.models.values()
            vain = unmatched_by_key(draft.models, draft.providers, models)
        return new_key_answer(self.service.generating.key_book().add(draft, secret), secret, vain)

    async def remove_key(self, call: Call) -> KeyRemoved:
        """Effective at once here, and within seconds everywhere."""
        key_id = call.path_params["key_id"]
        try:
            self.service.generating.key_book().remove(key_id)
        finally:  # also where somebody else has removed it, or nobody knows whether it is gone
            self.service.generating.key_ring().forget(key_id)
        return KeyRemoved(id=key_id)

    async def _generated(self, call: Call, body: RouteRequest, said: Conversation) -> Response:
        tenant = call.caller.tenant

        def chosen() -> tuple[ClientKey | None, Routed]:
            key, dispatcher = self._key(call), self.service.generating.dispatcher()
            request = body.chat(dispatcher.bounded(body.constraints.max_tokens))
            ask = replace(body.ask(said, tenant), complete=True, longest=request.max_tokens)
            return key, dispatcher.routed(ask, request, key)

        key, routed = await self.service.aside(chosen)
        request, decision = routed.job.request, routed.decision
        assert decision is not None, "a routed request has a decision"  # noqa: S101
        note_decision(call.note, decision, request.reasoning_effort)

        work = self.service.generating.completer().complete(routed, kept_if(request, body, tenant, key))
        done, told = await meanwhile(work, lambda: route_answer(decision))
        came = finished_decision(told, done)
        keeper, kept = self.service.generating.keeper(), came.model_dump_json()
        await self.service.aside(lambda: keeper.keep(decision, tenant, kept, done.model))
        note_completed(call.note, done)
        answer = generated_answer(came, done.answer)
        return Response(answer.model_dump_json(), media_type="application/json")

    async def answered(self, call: Call, body: ChatCompletionRequest, form: AnswerForm) -> Response:
        """The completion in this form, whole or as a stream."""
        said = await self.said(body)
        call.note.prompt_hash = self.service.prompt_hash(said.request)

        async def completed() -> Response:
            completions, routed, key = await self._routed(call, body, said)
            return await completions.whole(call, body, routed, key, form)

        if not body.stream:
            return await self._once(call, completed)
        completions, routed, key = await self._routed(call, body, said)
        return await completions.streamed(call, body, routed, key, form)

    async def said(self, body: ChatCompletionRequest) -> Conversation:
        """Its messages as the domain sees them. What files count takes time, so that those are made aside."""
        if any(message.turn.files for message in body.messages):
            return await self.service.aside(lambda: conversation(body.messages))
        return conversation(body.messages)

    async def _routed(
        self, call: Call, body: ChatCompletionRequest, said: Conversation
    ) -> tuple[Completions, Routed, ClientKey | None]:
        def chosen() -> tuple[Completions, Routed, ClientKey | None]:
            key, completions = self._key(call), self._completions()
            return completions, completions.route(call, body, said, key), key

        return await self.service.aside(chosen)

    async def _once(self, call: Call, work: Callable[[], Awaitable[Response]]) -> Response:
        """The answer, or that of an earlier request with the same idempotency key."""
        name = call.headers.get("idempotency-key", "")
        if not name:
            return await work()
        if len(name) > MAX_KEY:
            raise InvalidRequest(f"An idempotency key has at most {MAX_KEY} characters.")

        made: list[Response] = []

        async def body() -> bytes:
            made.append(await work())
            return bytes(made[0].body)

        once = await self.service.aside(self.service.generating.once)
        answer = await once.run(call.caller.tenant, name, _fingerprint(call), body)
        if made:
            return made[0]
        headers = {"idempotent-replayed": "true", **headers_of(answer)}
        return Response(answer, media_type="application/json", headers=headers)

    def _key(self, call: Call) -> ClientKey | None:
        return self.service.generating.key_gate().key_of(call.caller, spends=True)

    def _completions(self) -> Completions:
        made, service = self.service.generating, self.service
        return Completions(
            made.dispatcher(),
            made.completer(),
            service.clock,
            made.keeper(),
            service.settings.stream_timeout,
            service.aside,
        )


def _is_anthropics(call: Call) -> bool:
    """Whether a client of Anthropic's asks: it says the version of its protocol."""
    return "anthropic-version" in call.headers


def _fingerprint(call: Call) -> bytes:
    """What a request that is sent again has in common with the first: its body, and since a message of Anthropic's may
    have that of a chat completion, that it is one."""
    return f"{_MESSAGES}\0".encode() + call.raw if call.note.route == _MESSAGES else call.raw
