"""Of the text of a PDF's pages as much counts as they can be made to show, however it is written."""

from __future__ import annotations

import base64
import zlib

import pytest

from llm_router.pdf_pages import MOST_TEXT, PagesSeen
from tests.support.pdfs import FONT, LINES, NAMED, TEXT, form, packed, page, pdf, seen, stream

LONG = b"(" + b"x" * 60 + b") Tj T* "
SHOWN = {
    "packed": stream(4, LONG * 40_000),
    "not packed": stream(4, LONG * 40_000, b"", packed=False),
    "said to be a picture": stream(4, LONG * 40_000, b"/Subtype/Image/Filter/FlateDecode"),
    "said to be a font": stream(4, LONG * 40_000, b"/Length1 9/Filter/FlateDecode"),
    "as hexadecimal": stream(4, (b"<" + b"41" * 62 + b"> Tj ") * 40_000),
    "in base 85": stream(4, base64.a85encode(zlib.compress(LONG * 40_000)) + b"~>", b"/Filter[/A85/Fl]", packed=False),
    "strings in strings": stream(4, (b"(" + b"(x" * 30 + b")" * 31 + b"Tj ") * 27_000),
}


@pytest.mark.parametrize("contents", SHOWN.values(), ids=SHOWN)
def test_a_page_s_text_counts_however_it_is_packed(contents: bytes):
    found = seen(pdf(page(3, b"4 0 R"), contents))
    assert found is not None
    assert found.pages == 1
    assert 40_000 * 60 <= found.text <= 1.2 * 40_000 * 66


def test_text_that_several_pages_show_counts_for_each():
    pages = b"".join(page(at, b"[4 0 R 5 0 R]") for at in range(10, 20))
    listed = b"[" + b" ".join(b"%d 0 R" % at for at in range(10, 20)) + b"]"
    found = seen(pdf(pages, stream(4, LINES), stream(5, b"Q"), kids=listed, count=10))
    assert found == (10, 10 * TEXT)


def test_a_form_that_says_it_is_a_font_shows_its_text():
    form = stream(9, LINES, b"/Type/XObject/Subtype/Form/Length1 5/Filter/FlateDecode")
    assert seen(pdf(page(3, b"[]"), form)) == (1, TEXT)


def test_what_a_page_shows_may_be_listed_in_an_object_of_its_own():
    font = stream(4, LINES, FONT)
    for listed in (b"5 0 obj\n[4 0 R 4 0 R]\nendobj\n", packed((5, b"[4 0 R 4 0 R]"))):
        assert seen(pdf(page(3, b"5 0 R"), listed, font)) == (1, 2 * TEXT)


def test_what_is_told_elsewhere_may_be_shown():
    assert seen(pdf(page(3, b"[]"), stream(9, LINES, b"/Subtype 7 0 R/N 3/Filter/FlateDecode"))) == (1, TEXT)


def test_a_part_that_pages_draw_counts_as_often_as_they_do():
    drawing = stream(4, b"/A Do " * 500 + b"/Picture Do " * 500)
    assert seen(pdf(page(3, b"4 0 R"), NAMED, drawing, form(8, LINES))) == (1, 500 * TEXT)
    assert seen(pdf(page(3, b"4 0 R"), drawing, form(8, LINES))) == (1, 1000 * TEXT)
    assert seen(pdf(page(3, b"4 0 R"), NAMED, drawing, form(8, b"/B Do"), form(9, LINES))) is not None


def test_pages_that_are_made_of_parts_count_as_what_they_are():
    places = range(3, 303, 3)
    pages = [page(at, b"%d 0 R" % (at + 1)) + stream(at + 1, b"q /Fm0 Do Q /Im0 Do") for at in places]
    forms = [form(at + 2, LINES) + b"%d 0 obj<</XObject<</Fm0 %d 0 R>>>>endobj\n" % (at + 400, at + 2) for at in places]
    kids = b"[%b]" % b" ".join(b"%d 0 R" % at for at in places)
    assert seen(pdf(*pages, *forms, kids=kids, count=100)) == (100, 100 * TEXT)


ORDINARY = {
    "brackets in brackets": (b"0.1 0.2 0.3 rg 10 20 100 200 re f\n" * 1000 + b"(a (b (c)) d) Tj", 17),
    "escaped brackets": (b"0 0 m\n" * 1000 + rb"(a \( b) Tj", 8),
    "a picture in its midst": (b"q BI /W 9 /H 9 /CS /G ID " + bytes(range(256)) * 99 + b" EI Q (a) Tj", 3),
}


@pytest.mark.parametrize(("content", "text"), ORDINARY.values(), ids=ORDINARY)
def test_what_is_no_text_of_a_page_does_not_count(content: bytes, text: int):
    found = seen(pdf(page(3, b"4 0 R"), stream(4, content)))
    assert found is not None
    assert text - 4 <= found.text <= text


def test_no_text_hides_in_a_picture_that_is_none():
    content = b"(BI /W 9 ID ) Tj (" + b"x" * 9000 + b") Tj ( EI ) Tj"
    for each in (content, b"%)\n" + content + b"\n%("):
        assert (seen(pdf(page(3, b"4 0 R"), stream(4, each))) or PagesSeen(0, 0)).text >= 9000


HIDDEN = b"BT /F1 9 Tf (" + b"a" * 40_000 + b") Tj ET"


@pytest.mark.parametrize(
    "content",
    [
        b"/BI BMC ID " + HIDDEN + b"\nEI EMC",
        b"% BI /W 1 ID \n" + HIDDEN + b"\n% EI \n",
        b"BI /W 1/H 1/F/AHx ID 00>EI " + HIDDEN + b" EI",
    ],
    ids=["a name", "a remark", "a picture that has ended"],
)
def test_text_behind_what_looks_like_a_picture_counts(content: bytes):
    found = seen(pdf(page(3, b"4 0 R"), stream(4, content)))
    assert found is not None
    assert found.text >= 40_000


def test_what_is_shown_and_says_that_it_holds_objects_is_not_trusted():
    assert seen(pdf(page(3, b"4 0 R"), stream(4, LINES, b"/First 0/Filter/FlateDecode"))) is None


def test_a_form_shows_its_text_though_something_calls_it_a_table_of_letters():
    shows = b"3 0 obj\n<</Type/Page/Parent 2 0 R/Resources 7 0 R/Contents 4 0 R>>\nendobj\n"
    called = b"20 0 obj<</Type/Font/ToUnicode 8 0 R>>endobj\n"
    drawn = (shows, NAMED, stream(4, b"/A Do"), form(8, LINES))
    assert seen(pdf(*drawn, called)) == seen(pdf(*drawn)) == (1, TEXT)


def test_which_glyph_is_which_letter_is_no_text():
    told = b"20 0 obj<</Type/Font/CIDToGIDMap 21 0 R>>endobj\n"
    table = stream(21, b"\0(\0)" * 30_000)
    assert seen(pdf(page(3, b"4 0 R"), stream(4, LINES), told, table)) == (1, TEXT)


def test_lists_within_lists_show_a_number_of_letters_that_can_be_reckoned_with():
    lists = [b"%d 0 obj\n[%b]\nendobj\n" % (at, b"%d 0 R " % (at + 1) * 400) for at in range(5, 95)]
    shows = page(3, b"[" + b" ".join(b"%d 0 R" % at for at in range(5, 96)) + b"]")
    assert seen(pdf(shows, *lists, stream(95, LINES))) == (1, MOST_TEXT)
