"""PDFs as programs write them, and what is seen in them."""

from __future__ import annotations

import zlib

from llm_router.pdf_bounds import StreamsLeft
from llm_router.pdf_pages import PagesSeen, seen_in

LINES = b"BT /F1 9 Tf " + b"(The committee met again on Monday.) Tj T* [(It h)-20(eard)] TJ " * 40 + b"ET"
FONT = b"/Length1 5/Filter/FlateDecode"
NAMED = b"7 0 obj<</XObject<</A 8 0 R/B 9 0 R/C 10 0 R>>>>endobj\n"
TEXT = 40 * (len(b"(The committee met again on Monday.)") + len(b"(It h)(eard)"))


def stream(number: int, held: bytes, says: bytes = b"/Filter/FlateDecode", *, packed: bool = True) -> bytes:
    """An object that is a stream."""
    data = zlib.compress(held) if packed else held
    return b"%d 0 obj\n<<%b/Length %d>>\nstream\r\n%b\nendstream\nendobj\n" % (number, says, len(data), data)


def page(number: int, contents: bytes) -> bytes:
    return b"%d 0 obj\n<</Type/Page/Parent 2 0 R/Contents %b>>\nendobj\n" % (number, contents)


def pdf(*objects: bytes, kids: bytes = b"[3 0 R]", count: int = 1) -> bytes:
    """With this list of its pages."""
    root = b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    tree = b"2 0 obj\n<</Type/Pages/Kids %b/Count %d>>\nendobj\n" % (kids, count)
    return b"%PDF-1.5\n" + root + tree + b"".join(objects)


def seen(held: bytes) -> PagesSeen | None:
    return seen_in(held, StreamsLeft())


def of_pages(number: int) -> bytes:
    """As programs write them, each with its text and a picture."""
    places = range(3, 3 + 3 * number, 3)
    objects = [page(at, b"%d 0 R" % (at + 1)) + stream(at + 1, LINES) + picture(at + 2) for at in places]
    return pdf(*objects, kids=b"[%b]" % b" ".join(b"%d 0 R" % at for at in places), count=number)


def picture(number: int) -> bytes:
    return stream(number, b"(x)" * 90_000, b"/Type/XObject/Subtype/Image/Width 9/Filter/FlateDecode")


def form(number: int, held: bytes) -> bytes:
    return stream(number, held, b"/Type/XObject/Subtype/Form/Filter/FlateDecode")


def packed(*objects: tuple[int, bytes]) -> bytes:
    """As programs write them into one stream."""
    told, held = b"", b""
    for number, each in objects:
        told += b"%d %d " % (number, len(held))
        held += each + b" "
    return stream(900, told + held, b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(told)))
