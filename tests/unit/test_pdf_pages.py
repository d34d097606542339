"""A PDF counts as many pages as it can be made to show, and as much text, whatever it says of itself: bounds of money
rest on it. What programs write counts as what it is."""

from __future__ import annotations

import zlib

import pytest

from llm_router.pdf_bounds import MOST_UNPACKED, UNSEEN_PAGES
from tests.support.pdfs import FONT, LINES, NAMED, TEXT, form, of_pages, packed, page, pdf, seen, stream


def test_ordinary_pages_count_as_what_they_are():
    assert seen(of_pages(20)) == (20, 20 * TEXT)


def test_the_number_of_pages_that_is_told_counts_where_it_is_larger():
    assert seen(pdf(page(3, b"4 0 R"), stream(4, LINES), count=600)) == (600, 600 * TEXT)
    assert seen(pdf(page(3, b"[]"), count=10**8)) == (UNSEEN_PAGES, 0)


def test_where_a_page_is_shown_several_times_nothing_is_trusted():
    assert seen(pdf(page(3, b"4 0 R"), stream(4, LINES), kids=b"[" + b"3 0 R " * 600 + b"]", count=1)) is None
    nodes = b"".join(b"%d 0 obj<</Type/Pages/Kids[7 0 R]>>endobj\n" % number for number in (4, 5))
    assert seen(pdf(page(7, b"[]"), nodes, kids=b"[4 0 R 5 0 R]")) is None
    unnumbered = b"<</Type/Pages/Kids[7 0 R 8 0 R]>>" * 2
    assert seen(pdf(page(7, b"[]"), unnumbered)) is None
    said_the_same = b"".join(b"%d 0 obj<</A %%9 0 obj<<\n/Type/Pages/Kids[7 0 R]>>endobj\n" % at for at in (4, 5))
    assert seen(pdf(page(7, b"[]"), said_the_same, kids=b"[4 0 R 5 0 R]")) is None
    in_a_string = b"".join(b"%d 0 obj<</A(\n9 0 obj<<)/Type/Pages/Kids[7 0 R]>>endobj\n" % at for at in (4, 5))
    assert seen(pdf(page(7, b"[]"), in_a_string, kids=b"[4 0 R 5 0 R]")) is None


@pytest.mark.parametrize("number", [5, 20, 40, 100])
@pytest.mark.parametrize("in_streams", [False, True])
def test_pages_that_are_saved_again_count_once(number: int, in_streams: bool):
    listed = b"".join(b"%d 0 R " % at for at in range(3, 3 + 3 * number, 3))
    tree = b"<</Type/Pages/Kids[" + listed + b"4000 0 R]/Count %d>>" % (number + 1)
    again = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[]>>"
    if in_streams:
        update = packed((2, tree), (4000, again), (3, again))
    else:
        update = b"".join(b"%d 0 obj\n%b\nendobj\n" % each for each in [(2, tree), (4000, again), (3, again)])
    found = seen(of_pages(number) + update + update)
    assert found is not None
    assert found.pages == number + 1
    assert number * TEXT <= found.text <= (number + 5) * TEXT


def test_a_tree_of_pages_counts_its_leaves():
    numbers = [(at, at * 2, at * 2 + 1) for at in range(4, 8)]
    nodes = b"".join(b"%d 0 obj<</Kids[%d 0 R %d 0 R]/Count 2>>endobj\n" % each for each in numbers)
    pages = b"".join(page(at, b"[]") for at in range(8, 16))
    assert seen(pdf(nodes, pages, kids=b"[4 0 R 5 0 R 6 0 R 7 0 R]", count=8)) == (8, 0)


@pytest.mark.parametrize("beside", [b"/FT/Btn/T(choice)", b"/T(a)", b"/Limits[(a)(b)]", b""])
def test_fields_of_forms_and_lists_of_names_are_no_pages(beside: bytes):
    kids = b"[" + b" ".join(b"%d 0 R" % number for number in range(90, 290)) + b"]"
    assert seen(pdf(page(3, b"[]"), b"80 0 obj<<" + beside + b"/Kids" + kids + b">>endobj ")) == (1, 0)
    as_pages = b"80 0 obj<<" + beside + b"/Type/Pages/Kids" + kids + b"/Count 1>>endobj "
    assert seen(pdf(page(3, b"[]"), as_pages, kids=b"[3 0 R 80 0 R]")) == (201, 0)


def test_lists_that_a_program_has_left_over_do_not_count():
    left_over = b"80 0 obj<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>endobj\n"
    assert seen(pdf(page(3, b"[]"), page(4, b"[]"), left_over, kids=b"[3 0 R 4 0 R]", count=2)) == (2, 0)
    root = b"81 0 obj<</Type/Catalog/Pages 80 0 R>>endobj\n"
    assert seen(pdf(page(3, b"[]"), page(4, b"[]"), left_over, root)) == (2, 0)


ROOT = b"6 0 obj<</Type/Catalog/Pages 5 0 R>>endobj\n"
OVERLOOKED = {
    "an escaped name": page(3, b"[]").replace(b"/Page", b"/P#61ge") + page(4, b"[]"),
    "an escaped list": b"5 0 obj<</K#69ds[3 0 R 3 0 R]>>endobj " + page(3, b"[]"),
    "a list told elsewhere": ROOT + b"5 0 obj<</Type/Pages/Kids 6 0 R>>endobj " + page(3, b"[]"),
    "a list with remarks": ROOT + b"5 0 obj<</Type/Pages/Kids[3 0 R %]\n3 0 R]>>endobj " + page(3, b"[]"),
    "a root behind a remark": ROOT.replace(b" 5", b"%\n5") + page(3, b"[]"),
    "a root in its place": b"6 0 obj<</Type/Catalog/Pages<</Kids[3 0 R 3 0 R]>>>>endobj\n" + page(3, b"[]"),
    "a remark in between": b"5 0 obj<</Kids%\n[3 0 R 3 0 R]>>endobj " + page(3, b"[]"),
    "contents with remarks": page(3, b"[4 %]\n0 R]") + stream(4, LINES),
    "packed in another way": page(3, b"4 0 R") + stream(4, LINES, b"/Filter/LZWDecode"),
    "packed twice": page(3, b"4 0 R") + stream(4, zlib.compress(LINES), b"/Filter[/FlateDecode/FlateDecode]"),
    "packed as is told elsewhere": page(3, b"4 0 R") + stream(4, LINES, b"/Filter 9 0 R"),
    "a stream within another": page(3, b"4 0 R") + b"%stream\n" + stream(4, LINES),
    "a bomb": page(3, b"4 0 R") + stream(4, bytes(MOST_UNPACKED + 1)),
    "not packed as it says": page(3, b"4 0 R") + stream(4, LINES, packed=False),
    "an object in a string": page(3, b"4 0 R") + stream(4, LINES, b"/Filter/FlateDecode/X(obj)/Y(\n4 0 obj<<)"),
    "an object in a remark": page(3, b"4 0 R") + stream(4, LINES, b"/Filter/FlateDecode %4 0 obj<<\n"),
    "an object in hexadecimal": page(3, b"4 0 R") + stream(4, LINES, b"/Filter/FlateDecode/X<\n4 0 obj<<>"),
    "contents told elsewhere": page(3, b"5 0 R") + b"5 0 obj 4 0 R endobj\n" + stream(4, LINES, FONT),
    "contents listed elsewhere": page(3, b"5 0 R") + b"5 0 obj[null 4 0 R]endobj\n" + stream(4, LINES, FONT),
    "contents listed with remarks": page(3, b"5 0 R") + b"5 0 obj[4 0 R %\n]endobj\n" + stream(4, LINES, FONT),
    "a stream in the same line": page(3, b"[]") + stream(4, LINES).replace(b"stream\r\n", b"stream"),
    "a stream behind a remark": page(3, b"[]") + stream(4, LINES).replace(b"stream\r\n", b"stream%\n"),
    "objects that begin elsewhere": stream(4, b"9 0 []", b"/Type/ObjStm/First 8 0 R/Filter/FlateDecode"),
    "parts that draw parts": page(3, b"[]") + NAMED + form(9, b"/A Do " * 99) + form(8, LINES + b"/A Do /A Do"),
}


@pytest.mark.parametrize("objects", OVERLOOKED.values(), ids=OVERLOOKED)
def test_in_one_that_is_written_to_be_overlooked_nothing_is_trusted(objects: bytes):
    assert seen(pdf(page(30, b"[]"), objects)) is None


def test_names_with_escaped_blanks_are_ordinary():
    font = b"7 0 obj<</Type/Font/BaseFont/ABCDEE+Times#20New#20Roman#2CBold>>endobj "
    assert seen(pdf(page(3, b"[]"), font)) == (1, 0)
