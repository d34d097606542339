"""The pages that an answer rests on, in OpenAI's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from llm_router.generation.chat import Citation


class UrlCitation(BaseModel):
    """A page, and where in the text it is cited: 0 and 0 where that is not told."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """What an answer rests on. Where its text has marks such as `[1]`, they count the annotations."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


def annotated(citations: Sequence[Citation]) -> list[Annotation] | None:
    """The citations as a message tells them; None where there are none."""
    return [_annotation(each) for each in citations] or None


def _annotation(cited: Citation) -> Annotation:
    return Annotation(
        url_citation=UrlCitation(start_index=cited.start, end_index=cited.end, title=cited.title, url=cited.url)
    )
