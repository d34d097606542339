"""What a PDF may hold that was made to take long to look at."""

from __future__ import annotations

from llm_router.pdf_bounds import MOST_STREAMS, MOST_UNPACKED
from tests.support.pdfs import LINES, NAMED, form, packed, stream

OBJECTS = b"/Type/ObjStm/First 0/Filter/FlateDecode"
MUCH = MOST_UNPACKED - 2000


def filled(with_: bytes, size: int) -> bytes:
    return with_ * (size // len(with_))


def saying_much(mark: bytes) -> bytes:
    """As many streams as may be, with as much before them as fits."""
    before = filled(mark, 2_600_000 // MOST_STREAMS)
    return b"".join(b"\n1 0 obj<<" + before + b">>stream\nendstream" for _ in range(MOST_STREAMS - 20))


HOSTILE = {
    "packed numbers in lists": stream(5, b"/Type/Page " + filled(b"[1]", MUCH), OBJECTS),
    "packed references": stream(5, b"/Type/Page " + filled(b"/Contents 1 0 R", MUCH), OBJECTS),
    "references in one list": stream(5, b"/Contents[" + filled(b"1 0 R ", MUCH) + b"]", OBJECTS),
    "packed pages": stream(5, filled(b"/Type/Page ", MUCH), OBJECTS),
    "numbers of objects": stream(5, b"1 2 " * 2_000_000, b"/Type/ObjStm/First 7999000/Filter/FlateDecode"),
    "pages": b"/Type/Page" * 290_000,
    "pages behind much": (b"\n1 0 obj<<" + b"<<" * 450 + b"/Type/Page") * 3000,
    "objects": b"obj[" * 700_000,
    "brackets": stream(4, filled(b"((((a)", MUCH)),
    "nested brackets": stream(4, filled(b"(a", MUCH // 2) + filled(b")b", MUCH // 2)),
    "pictures": stream(4, filled(b"BI ID  EI ", MUCH)),
    "beginnings of pictures": stream(4, filled(b"BI ", MUCH)),
    "beginnings of pictures that have none": stream(4, filled(b"BI ID ", MUCH)),
    "parts": NAMED + form(8, LINES) + stream(4, filled(b"/A Do ", MUCH // 2)),
    "roots": packed(*((at, b"/Pages %d 0 R/Kids[]" % at) for at in range(9, 10_000))) + b"/Kids[]" * 5000,
    "versions of a list": packed(*((2, b"/Kids[]") for _ in range(20_000))),
    "names of parts": NAMED + form(8, LINES) + stream(5, filled(b"/A 8 0 R", MUCH // 2), OBJECTS),
    "streams that say much": saying_much(b"/"),
    "streams that say many names": saying_much(b"/aaaaaaaaaaaaaaaaaaaa"),
    "streams that say strings": saying_much(b"(a)"),
    "streams of many objects": saying_much(b"obj "),
    "ends of what is told": b">>" + b" " * 2_900_000,
    "lists": b"/Kids[1 0 R]" * 200_000,
    "empty lists": b"/Kids[]" * 400_000,
    "packed lists": stream(4, b"/Kids[1 0 R]" * 600_000, b"/Type/ObjStm/Filter/FlateDecode"),
    "streams": b"stream\nendstream" * 150_000,
    "beginnings of streams": b"stream\n" * 400_000 + b"endstream",
    "escapes": b"/#41" * 700_000,
    "strings": stream(4, b"()" * 4_000_000),
    "letters that escape": stream(4, b"\\" * 8_000_000),
    "contents": b"/Contents " * 300_000,
    "in base 85": stream(4, b"z" * 500_000, b"/Filter/ASCII85Decode", packed=False),
}
