"""A file counts as what providers bill for it: its text as that of messages, a PDF by its pages, packed or not. Where
money is bounded one that shows none counts as a long one."""

from __future__ import annotations

import base64
import zlib

import pytest

from llm_router.conversation import FILE_TOKENS, Packed
from llm_router.file_tokens import (
    MOST_ESCAPES,
    PAGE_TOKENS,
    FileTokens,
    Unpacking,
    file_tokens,
)
from llm_router.pdf_bounds import MOST_UNPACKED, UNSEEN_PAGES, StreamsLeft
from llm_router.pdf_pages import seen_in
from llm_router.ranking.tokens import ratios_of, reading_of, tokenizers
from llm_router.schemas.messages import Message, conversation
from tests.support.steps import lines_run

PAGES = 1000
MOST_LINES = 1_000_000
"""Of the processor's time, in which the worst takes a tenth."""


def at(kind: str, held: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(held).decode()}"


def counted(address: str) -> int:
    """What a file counts."""
    return file_tokens(address, Unpacking()).tokens


FULL = Packed(pages=PAGES, page_tokens=PAGES * PAGE_TOKENS)
"""So many pages."""


def packed(objects: bytes) -> bytes:
    return b"\n1 0 obj<</Type/ObjStm/First 0/Filter/FlateDecode>>stream\r\n" + zlib.compress(objects) + b"\nendstream"


TEXTS = {
    "figures": "1 " * 20_000,
    "Chinese": "中文" * 5000,
    "marks": '{"a":1},[]();!?' * 2000,
    "Thai": "สวัสดีชาวโลก" * 2000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(
    "kind",
    [
        *("text/plain", "Text/CSV", "application/json", "application/xml", "application/x-yaml", "application/rtf"),
        *("application/javascript", "application/ld+json"),
        *("message/rfc822", "application/x-tex", "application/octet-stream", "application/vnd.ms-excel"),
    ],
)
def test_a_text_counts_at_least_as_one_in_a_message_does_at_any_model(kind: str, text: str):
    message = reading_of(text)
    tokens, packed = file_tokens(at(kind, text.encode()), Unpacking())
    assert not any(packed)
    assert all(tokens >= message.by(ratios_of(family)) for family in tokenizers())
    assert tokens <= 2.5 * max(message.by(ratios_of(family)) for family in tokenizers())


def test_a_text_that_is_not_in_base64_counts_alike():
    text = "a,b\n" * 20_000
    plain = counted("data:text/csv," + text)
    assert plain == counted(at("text/csv", text.encode()))
    escaped = "data:text/csv," + text[:20_000].replace("\n", "%0A")
    assert counted(escaped) == counted(at("text/csv", text[:20_000].encode()))


OBJECTS = b"<</Type/Catalog/Pages 2 0 R>> <</Type/Pages/Count 3>> " + b"<</Type/Page/Parent 2 0 R>> " * PAGES
PDFS = {
    "plain": OBJECTS,
    "packed": packed(OBJECTS),
    "packed in parts": OBJECTS[:-1400] + packed(OBJECTS[-1400:]) + packed(b"<</Type/Font>>"),
    "with blanks": OBJECTS.replace(b"/Type/Page", b"/Type \0\r\n" + b" " * 500 + b"/Page"),
    "packed behind blanks": packed(OBJECTS).replace(b">>stream", b" " * 500 + b">>stream"),
}


@pytest.mark.parametrize("pdf", PDFS.values(), ids=PDFS)
def test_a_pdf_counts_by_its_pages_however_few_bytes_they_take(pdf: bytes):
    assert seen_in(b"%PDF-1.5\n" + pdf, StreamsLeft()) == (PAGES, 0)
    address = at("application/pdf", b"%PDF-1.5\n" + pdf)
    assert file_tokens(address, Unpacking()) == (PAGES * PAGE_TOKENS, FULL)


def test_a_pdf_of_few_pages_counts_by_its_size():
    scanned = b"<</Type/Page>><</Type/Pages/Kids[3 0 R]/Count 1>>" + b"\xff" * 800_000
    assert counted(at("application/pdf", scanned)) == pytest.approx(100_000, rel=0.001)
    assert counted(at("application/pdf", b"<</Type/Page>>")) == FILE_TOKENS


UNSEEN = {
    "none": b"<</Type/Pages>> <</Type/PageLabel>>",
    "encrypted": b"<</Encrypt 9 0 R>> /Type/ObjStm>>stream\n" + b"\xff" * 8000,
    "a part that does not begin": b"<</Type/Page>> /Type/ObjStm",
    "a part that does not end": b"<</Type/Page>>" + packed(OBJECTS)[:100],
    "what is no packing": b"/ObjStm stream\n" + b"\xff" * 100_000,
    "packed parts": b"/ObjStm stream " * 200_000,
    "small parts": b"<</Type/Page>>" + (b"/ObjStm stream\n" + zlib.compress(b"")) * 100_000,
    "a bomb": b"/ObjStm stream\n" + zlib.compress(bytes(60_000_000)),
    "no base64 even": b"",
}


@pytest.mark.parametrize("pdf", UNSEEN.values(), ids=UNSEEN)
def test_one_that_cannot_be_seen_through_at_little_cost_may_be_billed_as_a_long_one(pdf: bytes):
    address = at("application/pdf", pdf) + ("" if pdf else "!!")
    tokens, packed = file_tokens(address, Unpacking())
    assert lines_run(lambda: file_tokens(address, Unpacking())) < MOST_LINES
    assert tokens == pytest.approx(max(FILE_TOKENS, len(pdf) / 8), abs=3)
    assert tokens + packed.hidden == pytest.approx(max(len(pdf), UNSEEN_PAGES * PAGE_TOKENS), abs=3)


HOSTILE = {
    "bombs": packed(bytes(MOST_UNPACKED)),
    "bombs that break": packed(bytes(MOST_UNPACKED - 9)).replace(b"\nendstream", b"\0endstream")[:-14] + b"\0endstream",
    "pages": packed(b"/Type/Page" * 200_000),
    "halves of pages": b"/Type" * 500,
}


@pytest.mark.parametrize("pdf", HOSTILE.values(), ids=HOSTILE)
def test_what_is_unpacked_is_bounded_for_a_request_however_many_files_it_has(pdf: bytes):
    address, unpacking, files = at("application/pdf", pdf), Unpacking(), 3_000_000 // len(pdf)
    assert lines_run(lambda: [file_tokens(address, unpacking) for _ in range(files)]) < MOST_LINES
    last = file_tokens(address, unpacking)
    assert last.tokens + last.packed.hidden == pytest.approx(max(len(pdf), UNSEEN_PAGES * PAGE_TOKENS), abs=3)


def test_it_is_bounded_over_all_messages():
    """Also for those behind one that has used it up."""
    broken, sound = (at("application/pdf", held) for held in (HOSTILE["bombs"], packed(OBJECTS)))
    files = [{"type": "file", "file": {"file_data": address}} for address in (broken, sound)]
    said = [Message.model_validate({"role": "user", "content": [file]}) for file in files]
    assert FULL not in [turn.packed for turn in conversation(said).turns]
    assert [turn.packed == FULL for turn in conversation(said[::-1]).turns] == [True, False]


def test_texts_that_are_nothing_but_escapes_or_no_base64_take_a_token_a_byte():
    assert counted("data:text/plain," + "%41" * (MOST_ESCAPES + 1)) == MOST_ESCAPES + 1
    assert counted("data:text/plain;base64," + "!" * 40_000) == 30_000


@pytest.mark.parametrize("address", ["", "https://x.example/a.txt", "data:text/plain", at("application/zip", b"PK")])
def test_of_what_is_not_here_and_of_what_is_small_it_is_that_of_a_short_document(address: str):
    assert file_tokens(address, Unpacking()) == FileTokens(FILE_TOKENS)
