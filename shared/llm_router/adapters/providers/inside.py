"""What a provider in the operator's own network must not be sent to: addresses that are open to it alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from llm_router.data_addresses import head_of
from llm_router.generation.chat import ChatRequest, FilePart, ImagePart
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.provider_addresses import is_inside

INSIDE = "an address in a message is one of a private network, to which the router sends no provider that stands in one"


def must_not_look_inside(provider: str, request: ChatRequest) -> None:
    """Raises `ProviderFailed` where the provider at this address is inside a network, and an address that it would
    fetch something from is too. Only what stands in the addresses counts: no name is looked up."""
    # Most providers stand outside, and then no address is looked at: a request may hold thousands.
    if _stands_inside(provider) and any(map(is_inside, _fetched(request))):
        raise ProviderFailed(Failure.BAD_REQUEST, why=INSIDE)


@lru_cache(maxsize=256)
def _stands_inside(provider: str) -> bool:
    return is_inside(provider)


def _fetched(request: ChatRequest) -> Iterator[str]:
    for message in request.messages:
        for part in message.parts:
            address = part.url if isinstance(part, ImagePart) else part.data if isinstance(part, FilePart) else None
            if address and head_of(address) is None:
                yield address
