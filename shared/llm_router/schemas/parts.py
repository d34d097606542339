"""The parts of a message: text, pictures, sound, files and refusals."""

from __future__ import annotations

import base64
import mimetypes
import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from llm_router.conversation import IMAGE_TOKENS, ORIGINAL_TOKENS, audio_tokens
from llm_router.data_addresses import head_of, plain_base64
from llm_router.file_tokens import FileTokens, Unpacking, file_tokens
from llm_router.generation import chat
from llm_router.played import unseen_audio_tokens
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyJson

WEB = r"^(?i:https?)://([^\s/?#@]*@)?[^\s/?#@:]"
"""How an address on the web begins."""
_WEB = re.compile(WEB)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS = {
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}presentationml.presentation",
}
"""Those that Python itself does not know everywhere."""
_NO_FILE = "must be a file in base64, as it is or in a data address, or an http or https address"
_NO_PICTURE = (
    "must be a picture: an http or https address, or a data address of the kind image/* that can be read; other files "
    "go as file"
)
MAX_TEXT = 1_000_000
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Name = Annotated[str, Field(max_length=256)]


class Cacheable(RequestBody):
    """Where a provider's cache of prompts may end, in OpenAI's words and in Anthropic's: taken and not passed on, since
    it changes no answer."""

    prompt_cache_breakpoint: AnyJson = None
    cache_control: AnyJson = None


class PartBody(Cacheable):
    """A part of a message."""

    @property
    def tokens(self) -> int:
        """What it takes beyond text, a picture of ordinary size, and files, which are counted otherwise."""
        return 0

    @property
    def unseen_tokens(self) -> int:
        """What it may be billed beyond that; of files, too, it is counted otherwise."""
        return 0


class TextPart(PartBody):
    """Text within a message."""

    type: Literal["text"]
    text: Text

    def chat(self) -> chat.Part:
        """As it is sent to a model."""
        return chat.TextPart(self.text)


def _holding_a_picture(url: str) -> str:
    """Pictures count alike, however many bytes they are: what is none must not pass for one."""
    if (picture := _picture_at(url)) is None:
        raise ValueError(_NO_PICTURE)
    return picture


Picture = Annotated[str, Field(max_length=4_000_000), AfterValidator(_holding_a_picture)]
"""A picture, by address or as a data address. The router passes it on and never fetches it."""
Detail = Literal["auto", "low", "high", "original"]


class ImageUrl(RequestBody):
    """A picture, and how closely it is to be looked at."""

    url: Picture
    detail: Detail | None = None


class ImagePart(PartBody):
    """A picture within a message."""

    type: Literal["image_url"]
    image_url: ImageUrl

    @property
    def tokens(self) -> int:
        """What its original size may take beyond the ordinary one."""
        return ORIGINAL_TOKENS - IMAGE_TOKENS if self.image_url.detail == "original" else 0

    def chat(self) -> chat.Part:
        """As it is sent to a model."""
        return chat.ImagePart(self.image_url.url, self.image_url.detail)


class AudioData(RequestBody):
    """Sound in base64."""

    data: Annotated[str, Field(max_length=4_000_000)]
    format: Annotated[str, Field(max_length=16)]


class AudioPart(PartBody):
    """Sound within a message."""

    type: Literal["input_audio"]
    input_audio: AudioData

    @property
    def tokens(self) -> int:
        """By the length of the recording."""
        return audio_tokens(_octets(self.input_audio.data))

    @property
    def unseen_tokens(self) -> int:
        """Of a recording that is packed closely."""
        data = plain_base64(self.input_audio.data)
        held = None if data is None else base64.b64decode(data)
        return unseen_audio_tokens(self.input_audio.format, _octets(self.input_audio.data), held)

    def chat(self) -> chat.Part:
        """As it is sent to a model."""
        return chat.AudioPart(self.input_audio.data, self.input_audio.format)


def _holding_a_file(data: str) -> str:
    """A provider may sit where it can open what its callers cannot: no address goes on but those of the web."""
    if data and not (_WEB.match(data) if _SCHEME.match(data) and head_of(data) is None else _may_be_data(data)):
        raise ValueError(_NO_FILE)
    return data


FileText = Annotated[str, Field(max_length=4_000_000), AfterValidator(_holding_a_file)]
"""A file in base64, as it is or in a `data:` address, or the web's address of one."""
WebAddress = Annotated[str, Field(max_length=4_000_000, pattern=WEB)]


class FileData(RequestBody):
    """A file, or the id of one that the provider holds."""

    file_data: FileText | None = None
    file_id: Name | None = None
    filename: Name | None = None

    @property
    def address(self) -> str | None:
        """The data as an address: base64 alone is of the kind that the file's name tells, else a PDF."""
        if not self.file_data or _SCHEME.match(self.file_data):
            return self.file_data
        return f"data:{_kind_of(self.filename or '')};base64,{self.file_data}"


class FilePart(PartBody):
    """A file within a message."""

    type: Literal["file"]
    file: FileData

    def count(self, unpacking: Unpacking) -> FileTokens:
        """By what the file holds; of one that the provider holds or fetches it is not known."""
        return file_tokens(self.file.address or "", unpacking)

    @property
    def is_sized(self) -> bool:
        """False for a file that a provider is to fetch, or that it holds: nothing of it is here to be counted."""
        address = self.file.address
        return self.file.file_id is None if not address else _kind_told(address) is not None

    def chat(self) -> chat.Part:
        """As it is sent to a model: of a file that is here no id goes along, since behind it might be another."""
        address = self.file.address
        return chat.FilePart(address, None if address else self.file.file_id, self.file.filename)


class RefusalPart(PartBody):
    """A refusal that the assistant gave earlier."""

    type: Literal["refusal"]
    refusal: Text

    def chat(self) -> chat.Part:
        """As it is sent to a model: what the assistant said."""
        return chat.TextPart(self.refusal)


AnyPart = TextPart | ImagePart | AudioPart | FilePart | RefusalPart


def _looked_at(part: AnyPart) -> AnyPart:
    """A picture that is sent as a file as what it is."""
    address = part.file.address if isinstance(part, FilePart) else None
    if not address or _kind_told(address) is None or (picture := _picture_at(address)) is None:
        return part
    return ImagePart(type="image_url", image_url=ImageUrl.model_construct(url=picture, detail=None))


Part = Annotated[Annotated[AnyPart, Field(discriminator="type")], AfterValidator(_looked_at)]


def _may_be_data(data: str) -> bool:
    """Whether it is a data address, which is read elsewhere, or base64."""
    return head_of(data) is not None or plain_base64(data) is not None


def _kind_told(address: str) -> str | None:
    """The kind that a `data:` address tells; None for any other address."""
    head = head_of(address)
    return None if head is None else head.kind


def _picture_at(address: str) -> str | None:
    """The address as every provider takes it; None for one that no picture can be at."""
    if (head := head_of(address)) is None:
        return address if _WEB.match(address) else None
    if not head.kind.startswith("image/") or head.data_from is None:
        return None
    data: str | None = address[head.data_from :]
    if data and head.in_base64:
        data = plain_base64(data)
    return address[: head.data_from] + data if data else None


def _kind_of(filename: str) -> str:
    named = PurePosixPath(filename.lower())
    # What is packed is not of the kind of what is in it.
    kind, packing = mimetypes.guess_type(named.name)
    return _KINDS.get(named.suffix) or (None if packing else kind) or "application/pdf"


def _octets(encoded: str) -> int:
    """Bytes that so much base64 holds."""
    return len(encoded) * 3 // 4
