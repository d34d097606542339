"""Where money is bounded, a document of an office is paid for by the text that is packed in it, which its list of parts
tells."""

from __future__ import annotations

import base64
from collections.abc import Callable
from random import Random
from struct import pack

import pytest

from llm_router.file_tokens import FileTokens, Unpacking, file_tokens
from llm_router.packed_documents import MOST_LEFT_OUT, MOST_PARTS, UNKNOWN_TOKENS
from llm_router.ranking.tokens import ratios_of, reading_of, tokenizers
from llm_router.schemas.messages import Message, conversation
from tests.support.documents import OFFICE, document, file_part
from tests.support.steps import lines_run

RANDOM = Random(1)
VOCABULARY = ("the", "committee", "met", "again", "on", "Monday", "to", "hear", "what", "had", "become", "of", "its")
PROSE = " ".join(RANDOM.choices(VOCABULARY, k=60_000))
HAN = "".join(chr(RANDOM.randrange(0x4E00, 0x9FA0)) for _ in range(100_000))
FIGURES = [(row, row * 7 % 1000) for row in range(20_000)]
PNG = b"\x89PNG\r\n\x1a\n"
MOST_LINES = 250_000


def told(document: bytes, kind: str = OFFICE) -> FileTokens:
    return file_tokens(f"data:{kind};base64,{base64.b64encode(document).decode()}", Unpacking())


def at_most(document: bytes) -> int:
    found = told(document)
    return found.tokens + found.packed.unseen


def of_text(text: str) -> int:
    return max(reading_of(text).by(ratios_of(family)) for family in tokenizers())


def paragraphs(text: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{text[at : at + 500]}</w:t></w:r></w:p>" for at in range(0, len(text), 500))


ROWS = "".join(f'<row r="{a}"><c r="A{a}"><v>{a}</v></c><c r="B{a}"><v>{b}</v></c></row>' for a, b in FIGURES)
SMALL = document({"word/document.xml": paragraphs(PROSE)})
DOCUMENTS = {
    "prose": (SMALL, PROSE),
    "Chinese": (document({"word/document.xml": paragraphs(HAN)}), HAN),
    "a sheet": (document({"xl/worksheets/sheet1.xml": ROWS}), "\n".join(f"{a},{b}" for a, b in FIGURES)),
    "an open document": (document({"content.xml": f"<text:p>{PROSE}</text:p>"}), PROSE),
}


@pytest.mark.parametrize(("packed", "text"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_is_paid_for_as_at_least_its_text(packed: bytes, text: str):
    assert of_text(text) <= at_most(packed) <= 5 * of_text(text)
    assert told(packed).tokens < len(packed), "which the ranking and windows go by"


LOOKS = (
    *("word/styles.xml", "word/stylesWithEffects.xml", "word/theme/theme1.xml", "word/settings.xml"),
    *("ppt/slideLayouts/slideLayout11.xml", "ppt/slideMasters/slideMaster1.xml", "ppt/notesMasters/notesMaster1.xml"),
    *("ppt/handoutMasters/handoutMaster1.xml", "word/charts/style1.xml", "word/charts/colors12.xml"),
)


def test_pictures_and_looks_are_no_text():
    looks = dict.fromkeys(LOOKS, "x" * 90_000)
    picture = PNG + RANDOM.randbytes(300_000)
    packed = document({"word/document.xml": "<w:t>short</w:t>", "word/media/image1.png": picture, **looks})
    assert at_most(packed) == told(packed).tokens


@pytest.mark.parametrize("name", ["word/document.bin", "word/mine.xml", "document", "png", "a.png/b", "x" * 60_000])
def test_text_counts_under_whatever_name_it_stands(name: str):
    assert at_most(document({name: paragraphs(PROSE)})) >= of_text(PROSE)


@pytest.mark.parametrize("name", ["word/image.png", "word/media/image1.emf", "a.jpg", "word/styles1.xml", "x.wdp"])
@pytest.mark.parametrize("level", [0, 9])
def test_text_that_is_called_a_picture_or_a_look_counts(name: str, level: int):
    assert at_most(document({name: "<?xml?>" + paragraphs(PROSE)}, level)) >= of_text(PROSE)


@pytest.mark.parametrize("name", ["word/styles.xml", "ppt/slideLayouts/slideLayout1.xml"])
def test_what_goes_beyond_the_ordinary_size_of_looks_counts(name: str):
    long = paragraphs(PROSE * 8)
    assert at_most(document({name: long})) >= (len(long) - MOST_LEFT_OUT) // 3


@pytest.mark.parametrize("share", [1, 2, 4])
def test_looks_are_left_out_once_for_a_request_however_many_documents_it_has(share: int):
    packed = document({"word/styles.xml": "<w:t>word </w:t>" * (MOST_LEFT_OUT // 16 // share)})
    address, unpacking = f"data:{OFFICE};base64,{base64.b64encode(packed).decode()}", Unpacking()
    found = [file_tokens(address, unpacking) for _ in range(share + 2)]
    assert {each.packed.unseen for each in found[:share]} == {0}
    assert {each.tokens + each.packed.unseen for each in found[share:]} == {MOST_LEFT_OUT // share // 3}


BEGINNINGS = {
    **{"png": PNG, "jpg": b"\xff\xd8\xff\xe0", "gif": b"GIF89a", "bmp": b"BM", "tif": b"II*\0", "tiff": b"MM\0*"},
    **{
        "webp": b"RIFF\1\2\3\4WEBP",
        "ico": b"\0\0\1\0",
        "emf": b"\1\0\0\0",
        "wmf": b"\xd7\xcd\xc6\x9a",
        "wdp": b"II\xbc",
    },
}


@pytest.mark.parametrize(("kind", "begins"), BEGINNINGS.items(), ids=BEGINNINGS)
@pytest.mark.parametrize("before", [b"", b"#!/bin/sh\n"])
def test_a_picture_of_any_kind_is_no_text_however_closely_it_is_packed(kind: str, begins: bytes, before: bytes):
    held = begins + RANDOM.randbytes(3000) * 300
    packed = before + document({"word/document.xml": "<w:t>short</w:t>", f"word/media/image1.{kind}": held})
    assert at_most(packed) == told(packed).tokens


def test_all_that_is_no_picture_is_at_least_a_token_a_byte_as_it_is_packed():
    packed = document({"word/styles.xml": paragraphs(HAN), "word/media/image1.png": PNG + RANDOM.randbytes(90_000)})
    assert at_most(packed) == pytest.approx(len(packed) - 90_000, abs=100)


def with_size(packed: bytes, size: int) -> bytes:
    """A document of one part whose list says that this is no larger."""
    at = packed.rindex(b"PK\1\2") + 24
    return packed[:at] + size.to_bytes(4, "little") + packed[at + 4 :]


def test_a_list_that_lies_does_not_make_a_part_less_than_its_bytes():
    packed = DOCUMENTS["Chinese"][0]
    assert at_most(with_size(packed, 0)) >= len(packed)
    assert at_most(with_size(packed, 2**32 - 2)) > 10**9


def ending(packed: bytes, at: int, told: bytes) -> bytes:
    """A document with these bytes so far behind the beginning of its end."""
    at += packed.rindex(b"PK\5\6")
    return packed[:at] + told + packed[at + len(told) :]


def large(packed: bytes) -> bytes:
    """The same with what stands before the end of one that may be larger than four gigabytes."""
    ends = packed.rindex(b"PK\5\6")
    return packed[:ends] + b"PK\6\6".ljust(56, b"\0") + b"PK\6\7".ljust(20, b"\0") + packed[ends:]


@pytest.mark.parametrize(
    "as_read",
    [
        lambda packed: b"\n" + packed,
        lambda packed: ending(packed, 8, bytes(4)),
        large,
        lambda packed: b"#!/bin/sh\n" + large(packed),
    ],
    ids=["behind other bytes", "no number of parts", "zip64", "zip64 behind other bytes"],
)
def test_it_is_read_as_programs_do(as_read: Callable[[bytes], bytes]):
    assert at_most(as_read(SMALL)) == pytest.approx(at_most(SMALL), abs=100)
    assert at_most(SMALL) >= of_text(PROSE)


BROKEN = {
    "a list that ends": SMALL[:-30] + b"PK\5\6" + SMALL[-18:],
    "no size of the list": ending(SMALL, 10, b"\xff" * 4),
    "a list of no size": ending(SMALL, 8, bytes(8)),
    "two lists": document({"a.xml": "x"}) + ending(SMALL, 16, pack("<L", document({"a.xml": "x"}).index(b"PK\1\2"))),
    "a part of no size": with_size(SMALL, 2**32 - 1),
    "more parts than its list has": ending(SMALL, 10, b"\2"),
    "another list before": SMALL[: SMALL.index(b"PK\1\2")] + b"PK\1\2" + SMALL[SMALL.index(b"PK\1\2") :],
    "a list of nothing": SMALL.replace(b"PK\1\2", b"PK\0\0"),
    "too many parts": document({f"{number}.xml": "" for number in range(MOST_PARTS + 1)}),
    "nothing but ends": b"PK" + b"PK\5\6" * 500_000,
}


@pytest.mark.parametrize("packed", BROKEN.values(), ids=BROKEN)
def test_one_whose_list_cannot_be_read_may_be_many_times_its_size(packed: bytes):
    assert at_most(packed) == pytest.approx(UNKNOWN_TOKENS * len(packed), abs=30)
    assert lines_run(lambda: at_most(packed)) < MOST_LINES


def test_long_names_are_not_searched():
    name = b"styles.xml" * 6500
    part = pack("<4s16xLL3H12x", b"PK\1\2", 5, 5, len(name), 0, 0) + name
    listed = part * 45
    packed = listed + pack("<4s6xHLL2x", b"PK\5\6", 45, len(listed), 0)
    assert at_most(packed) >= len(listed)
    assert lines_run(lambda: at_most(packed)) < MOST_LINES


def listing(name: bytes, number: int) -> bytes:
    """A list of so many parts of this name, and no parts."""
    listed = (pack("<4s16xLL3H12x", b"PK\1\2", 10, 30, len(name), 0, 0) + name) * number
    return listed + pack("<4s6xHLL2x", b"PK\5\6", number, len(listed), 0)


@pytest.mark.parametrize("name", [b"." * 64, b".t" * 32, b"styles" * 10 + b".xmk", b"styles" * 10 + b".xml"])
def test_the_parts_that_are_listed_are_bounded_for_a_request_however_many_documents_it_has(name: bytes):
    packed = listing(name, MOST_PARTS // 2)
    address = f"data:{OFFICE};base64,{base64.b64encode(packed).decode()}"
    unpacking, files = Unpacking(), list[FileTokens]()
    many = range(2_900_000 // len(packed))
    assert lines_run(lambda: files.extend(file_tokens(address, unpacking) for _ in many)) < MOST_LINES
    known, unknown = ({found.tokens + found.packed.unseen for found in each} for each in (files[:2], files[2:]))
    assert (min(known), max(known)) == pytest.approx((len(packed),) * 2, abs=30)
    assert (min(unknown), max(unknown)) == pytest.approx((UNKNOWN_TOKENS * len(packed),) * 2, abs=30)


def test_they_are_bounded_over_all_messages():
    said = [
        Message.model_validate({"role": "user", "content": [file_part(OFFICE, held)]})
        for held in (listing(b"a", MOST_PARTS), SMALL)
    ]
    (_, last), (first, _) = conversation(said).turns, conversation(said[::-1]).turns
    assert last.packed.unseen > 2 * first.packed.unseen


def test_what_is_neither_packed_nor_a_text_may_be_one_in_letters_of_another_kind():
    for held in (b"\xd0\xcf\x11\xe0" + PROSE.encode(), PROSE.encode("utf-16")):
        found = told(held, "application/msword")
        assert found.tokens == len(held) // 8
        assert of_text(PROSE) <= found.tokens + found.packed.unseen <= 2.5 * of_text(PROSE)


def test_one_that_cannot_be_unwrapped_may_be_packed():
    found = file_tokens("data:application/zip;base64,!!!" + "A" * 400_000, Unpacking())
    assert found.packed.unseen >= (UNKNOWN_TOKENS - 1) * 300_000
