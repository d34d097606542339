"""What a protocol has no form for, in our own words: told before a model is chosen, and by one that is asked anyway."""

from __future__ import annotations

from collections.abc import Iterable

from llm_router.adapters.providers.configured import speakers
from llm_router.data_addresses import head_of
from llm_router.generation.chat import AudioPart, FilePart, ImagePart, Part
from llm_router.generation.provider import Failure, ProviderFailed

PICTURE_BY_ADDRESS = "a picture has to be sent itself, not by its address"
FILE_BY_ADDRESS = "a file has to be sent itself, not by its address"
FILE_BY_ID = "a file has to be sent itself, not by its id"
NO_SOUND = "no sound can be sent to it"
OTHER_KIND = "a file is of a kind that cannot be sent to it"
UNREADABLE = "a data address cannot be read"

_DEAF, _FETCHES_NOTHING, _OF_NO_ID = {"anthropic", "bedrock"}, {"bedrock"}, {"anthropic", "bedrock", "google"}
"""Providers of protocols of their own that take no sound, nothing by its address, and no file by an id of OpenAI's."""
_MOST_TOOLS = {"google": 512}
"""How many tools providers of protocols of their own take, where that is known."""


def why_not(provider: str, parts: Iterable[Part], tools: int) -> str | None:
    """Why a request with these parts and so many tools cannot be put to this provider, as far as it can be told by what
    each part is given by."""
    if (few := too_many(provider, tools)) is not None:
        return few
    return next((why for part in parts if (why := _why_not(provider, part)) is not None), None)


def too_many(provider: str, tools: int) -> str | None:
    """Why so many tools cannot be sent to this provider; None where they can."""
    speaker = speakers().get(provider)
    return more_than(_MOST_TOOLS.get(provider) if speaker is None else speaker.quirks.most_tools, tools)


def more_than(most: int | None, tools: int) -> str | None:
    """Why so many tools cannot be sent to whoever takes `most`, any number where that is None."""
    return f"it takes no more than {most} tools" if most is not None and tools > most else None


def no_pdf(part: FilePart) -> str | None:
    """Why this cannot be sent to whoever takes PDFs alone, none of them by its address; None where it can."""
    if part.data is None:
        return None
    if (head := head_of(part.data)) is None:
        return FILE_BY_ADDRESS
    return None if head.kind == "application/pdf" else OTHER_KIND


def untaken(provider: str, part: Part) -> ProviderFailed:
    """The failure of a request with this part, which is in no form that the provider takes."""
    return ProviderFailed(Failure.BAD_REQUEST, why=_why_not(provider, part) or OTHER_KIND)


def _why_not(provider: str, part: Part) -> str | None:
    match part:
        case AudioPart():
            return NO_SOUND if provider in _DEAF else None
        case ImagePart(url):
            return PICTURE_BY_ADDRESS if provider in _FETCHES_NOTHING and head_of(url) is None else None
        case FilePart(None):
            return FILE_BY_ID if provider in _OF_NO_ID else None
        case FilePart(str(data)):
            if (speaker := speakers().get(provider)) is not None and speaker.quirks.pdf_alone:
                return no_pdf(part)
            return FILE_BY_ADDRESS if provider in _FETCHES_NOTHING and head_of(data) is None else None
    return None
