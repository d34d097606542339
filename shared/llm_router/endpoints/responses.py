"""The route of OpenAI's newer protocol, whose forms are many: they are loaded when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from llm_router.endpoints.generation import GenerationRoutes
from llm_router.endpoints.response_form import ResponseForm
from llm_router.schemas.responses_answer import ResponseAnswer
from llm_router.schemas.responses_request import ResponsesRequest
from llm_router.web.door import Call, Door


@dataclass(frozen=True)
class ResponsesRoute:
    """OpenAI's responses, which come about as its chat completions do."""

    generation: GenerationRoutes

    def expose(self, door: Door) -> None:
        """Add it to the door."""
        door.post(
            "/v1/responses",
            body=ResponsesRequest,
            answer=ResponseAnswer,
            summary="OpenAI's responses",
        )(self.responses)

    async def responses(self, call: Call, body: ResponsesRequest) -> Response:
        """`auto` routes, a model's id pins."""
        return await self.generation.answered(call, body.completion(), ResponseForm(body, call.request_id))
