"""Amazon Bedrock's Converse, with botocore for what is Amazon's own: credentials, signatures, event streams.

The wire carries it like any other provider's. boto3's client blocks: a thread for each of hundreds of streams, and none
of them could be stopped in the middle of an answer that drips.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.eventstream import EventStreamBuffer, ParserError
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from llm_router.adapters.providers import bedrock_answer, bedrock_request, json_tool
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.events import BrokenStream, ServerEvent
from llm_router.adapters.providers.tool_calls import ToolBlocks
from llm_router.adapters.providers.traits import Profile, at_bedrock
from llm_router.adapters.providers.wire import Post
from llm_router.generation.chat import ChatAnswer, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed

_MAKERS = ("anthropic.", "openai.")
"""How the names of those begin that are served through inference profiles, where no geography stands before them."""
_GEOGRAPHIES = {"us-gov-": "us-gov", "us-": "us", "eu-": "eu"}
"""The inference profiles of a region, by how its name begins. In Asia newer models have such of single countries, which
an operator names by the model's id, and elsewhere none but the global one."""


class AwsEvents:
    """An `EventDecoder` of Amazon's event stream encoding; an exception is an event of that name."""

    content_type = "application/vnd.amazon.eventstream"

    def __init__(self) -> None:
        self._buffer = EventStreamBuffer()

    def feed(self, received: bytes) -> Iterator[ServerEvent]:
        self._buffer.add_data(received)
        try:
            for message in self._buffer:
                headers = message.to_response_dict()["headers"]
                name = headers.get(":event-type") or headers.get(":exception-type") or "errorException"
                yield ServerEvent(message.payload, str(name))
        except ParserError:
            raise BrokenStream from None


_TOOL_NAMES = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Bedrock:
    """An `HttpProtocol`. Without a Bedrock key, requests are signed with the credentials that every AWS SDK finds."""

    tool_names: ClassVar[re.Pattern[str]] = _TOOL_NAMES

    region: str
    endpoint: str = ""
    key: str = field(default="", repr=False)
    credentials: Credentials | None = field(default=None, repr=False)

    async def post(self, model: str, request: ChatRequest, *, stream: bool) -> Post:
        base = self.endpoint.rstrip("/") or f"https://bedrock-runtime.{self.region}.amazonaws.com"
        served = quote(_served_as(model, self.region), safe="")
        url = f"{base}/model/{served}/{'converse-stream' if stream else 'converse'}"
        body = compact(bedrock_request.body(model, request))
        if self.key:
            return Post(url, {"authorization": f"Bearer {self.key}"}, body, bedrock_answer.explain, AwsEvents)
        signed = AWSRequest("POST", url, {"content-type": "application/json"}, body)
        SigV4Auth(await self._credentials(), "bedrock", self.region).add_auth(signed)
        headers = {name.lower(): str(value) for name, value in signed.headers.items()}
        return Post(url, headers, body, bedrock_answer.explain, AwsEvents)

    def answer(self, request: ChatRequest, body: bytes) -> ChatAnswer:
        return bedrock_answer.answer(body, json_tool=json_tool.awaited(request))

    def reader(self, request: ChatRequest) -> bedrock_answer.EventsReader:
        return bedrock_answer.EventsReader(ToolBlocks(json_tool.awaited(request)))

    async def _credentials(self) -> ReadOnlyCredentials:
        """In a thread, since they may have to be fetched anew, of a service that may refuse that."""
        try:
            return await asyncio.to_thread(_frozen, self.credentials)
        except (BotoCoreError, ClientError):
            raise ProviderFailed(Failure.REFUSED) from None


def _served_as(model: str, region: str) -> str:
    """The model's name there. Claude from 3.7 on and GPT from 5 on are served through inference profiles only, each of
    one geography.

    What is named with its geography or by an ARN stays as it is.
    """
    profile = at_bedrock(model).profile
    if profile is Profile.NONE or not model.startswith(_MAKERS):
        return model
    known = {start: name for start, name in _GEOGRAPHIES.items() if profile is not Profile.AMERICAN or start != "eu-"}
    served_in = (geography for start, geography in known.items() if region.startswith(start))
    elsewhere = "apac" if region.startswith("ap-") and profile is Profile.ASIAN else "global"
    return f"{next(served_in, elsewhere)}.{model}"


_SESSION = get_session()


def _frozen(given: Credentials | None) -> ReadOnlyCredentials:
    found = given or _SESSION.get_credentials()
    if found is None:
        raise ProviderFailed(Failure.REFUSED)
    return found.get_frozen_credentials()
