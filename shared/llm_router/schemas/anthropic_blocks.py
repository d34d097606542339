"""The blocks that an Anthropic message is made of, whoever says it: text, pictures and documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from llm_router.data_addresses import plain_base64
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import AnyJson, AnyList, never
from llm_router.schemas.parts import (
    Cacheable,
    FileData,
    FilePart,
    ImagePart,
    ImageUrl,
    Name,
    Part,
    Picture,
    Text,
    TextPart,
    WebAddress,
)


def _plain(data: str) -> str:
    if not (plain := plain_base64(data)):
        raise ValueError("must be base64")
    return plain


Base64 = Annotated[str, Field(max_length=4_000_000), AfterValidator(_plain)]


class HeldFile(RequestBody):
    """A file that the provider holds, by its id."""

    type: Literal["file"]
    file_id: Name

    def part(self) -> FilePart:
        """As a chat has it."""
        return FilePart(type="file", file=FileData(file_id=self.file_id))


class PictureData(RequestBody):
    """A picture's content."""

    type: Literal["base64"]
    media_type: Annotated[str, Field(pattern=r"^image/[a-z0-9.+-]{1,60}$")]
    data: Base64

    @property
    def url(self) -> str:
        """As a data address."""
        return f"data:{self.media_type};base64,{self.data}"


class PictureAddress(RequestBody):
    """Where a picture is."""

    type: Literal["url"]
    url: Picture


class ImageBlock(Cacheable):
    """A picture. What is to be done to one that is too large its provider decides."""

    type: Literal["image"]
    source: Annotated[PictureData | PictureAddress | HeldFile, Field(discriminator="type")]
    transformations: AnyJson = None

    def parts(self) -> list[Part]:
        """As a chat has it."""
        if isinstance(self.source, HeldFile):
            return [self.source.part()]
        # Checked already, as long as it may be.
        return [ImagePart(type="image_url", image_url=ImageUrl.model_construct(url=self.source.url, detail=None))]


class TextBlock(Cacheable):
    """Text; what an earlier answer's rested on is taken and not passed on."""

    type: Literal["text"]
    text: Text
    citations: AnyList | None = None

    def parts(self) -> list[Part]:
        """As a chat has it."""
        return [TextPart(type="text", text=self.text)]


class Citing(RequestBody):
    """Whether the answer is to cite: no model here is told to."""

    enabled: Annotated[Literal[False] | None, never("must be left out: answers do not cite what is sent to them")] = (
        None
    )


class FileBytes(RequestBody):
    """A file's content."""

    type: Literal["base64"]
    media_type: Annotated[str, Field(pattern=r"^[a-z]{1,20}/[a-z0-9.+-]{1,100}$")]
    data: Base64

    def address(self) -> str:
        """As a data address."""
        return f"data:{self.media_type};base64,{self.data}"


class FileAddress(RequestBody):
    """Where a file is."""

    type: Literal["url"]
    url: WebAddress

    def address(self) -> str:
        """As it is."""
        return self.url


class PlainText(RequestBody):
    """A document that is text."""

    type: Literal["text"]
    media_type: Literal["text/plain"]
    data: Text

    def parts(self) -> list[Part]:
        """As a chat has it."""
        return [TextPart(type="text", text=self.data)]


class OwnContent(RequestBody):
    """A document of text and pictures."""

    type: Literal["content"]
    content: (
        Text | Annotated[list[Annotated[TextBlock | ImageBlock, Field(discriminator="type")]], Field(max_length=1000)]
    )

    def parts(self) -> list[Part]:
        """As a chat has it."""
        if isinstance(self.content, str):
            return [TextPart(type="text", text=self.content)]
        return parts_of(self.content)


class DocumentBlock(Cacheable):
    """A document. One that is text goes as text, which every model reads."""

    type: Literal["document"]
    source: Annotated[FileBytes | FileAddress | HeldFile | PlainText | OwnContent, Field(discriminator="type")]
    title: Annotated[str, Field(max_length=256)] | None = None
    context: Text | None = None
    citations: Citing | None = None

    def parts(self) -> list[Part]:
        """As a chat has it: what is said of the document first."""
        source = self.source
        if isinstance(source, PlainText | OwnContent):
            return [*_texts(self.title, self.context), *source.parts()]
        if isinstance(source, HeldFile):
            return [*_texts(self.title, self.context), source.part()]
        # Checked already, as long as it may be.
        file = FileData.model_construct(file_data=source.address(), file_id=None, filename=self.title)
        return [*_texts(self.context), FilePart(type="file", file=file)]


class SearchResultBlock(Cacheable):
    """What a search of the caller's has found."""

    type: Literal["search_result"]
    source: Text
    title: Text
    content: Annotated[list[TextBlock], Field(max_length=1000)]
    citations: Citing | None = None

    def parts(self) -> list[Part]:
        """As a chat has it."""
        return [*_texts(self.title, self.source), *parts_of(self.content)]


Block = TextBlock | ImageBlock | DocumentBlock | SearchResultBlock


def parts_of(blocks: Iterable[Block]) -> list[Part]:
    """The parts of a chat's message that say the same."""
    return [part for block in blocks for part in block.parts()]


def _texts(*texts: str | None) -> list[Part]:
    return [TextPart(type="text", text=text) for text in texts if text]
