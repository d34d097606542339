"""`python -m training.build.libraries FOLDER`: takes from shared libraries what no loader reads.

Wheels carry tables of symbols for debuggers, 6 MB of this layer. A loader goes by the program headers alone (ELF-64,
"Program Loading"), so whatever none of them names may go, and what stands behind it moves up by whole pages. Done here
rather than by `strip`, which knows its own processor's files alone, and is not on every machine that builds.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\x7fELF\x02\x01"
"""An ELF file of 64 bits, little-endian, as for both processors."""

_HEADER = 64
_PROGRAM_HEADERS, _SECTION_HEADERS, _COUNTS = 0x20, 0x28, 0x36
"""Where the header has the places of the two tables, and the sizes and counts of their rows."""

_OFFSET, _LENGTH, _ALIGNMENT = 0x08, 0x20, 0x30
"""Where a program header has its part's place in the file, its length there, and what both places agree modulo."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the file that is loaded, and where it stands in the shorter one."""

    start: int
    end: int
    moved_to: int


def loaded_parts(library: bytes) -> bytes:
    """The library with nothing but what is loaded of it; what is no such file stays as it is."""
    if not library.startswith(_MAGIC):
        return library
    table, rows = _table(library)
    parts = list(_parts(library, table, rows))
    found = bytearray(parts[-1].moved_to + parts[-1].end - parts[-1].start)
    for part in parts:
        found[part.moved_to : part.moved_to + part.end - part.start] = library[part.start : part.end]

    def moved(place: int) -> int:
        return next((each.moved_to + place - each.start for each in parts if each.start <= place < each.end), place)

    struct.pack_into("<Q", found, _PROGRAM_HEADERS, moved(table))
    struct.pack_into("<Q", found, _SECTION_HEADERS, 0)
    struct.pack_into("<HHH", found, _COUNTS + 4, 0, 0, 0)
    for row in rows:
        if _word(library, row + _LENGTH):
            struct.pack_into("<Q", found, moved(row) + _OFFSET, moved(_word(library, row + _OFFSET)))
    return bytes(found)


def _word(library: bytes, place: int) -> int:
    return int.from_bytes(library[place : place + 8], "little")


def _table(library: bytes) -> tuple[int, Sequence[int]]:
    """Where the program headers begin, and where each of them does."""
    start = _word(library, _PROGRAM_HEADERS)
    size, count = struct.unpack_from("<HH", library, _COUNTS)
    return start, range(start, start + size * count, size)


def _parts(library: bytes, table: int, rows: Sequence[int]) -> Iterator[Part]:
    """What is loaded, in the file's order, each part where the last one ends but for its alignment."""
    page = max(_word(library, row + _ALIGNMENT) for row in rows)
    stretches = [(0, _HEADER), (table, table + (rows[1] - rows[0]) * len(rows))]
    for row in rows:
        start, length = _word(library, row + _OFFSET), _word(library, row + _LENGTH)
        stretches += [(start, start + length)] * bool(length)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    free = 0
    for start, end in merged:
        moved_to = free + (start - free) % page
        yield Part(start, end, moved_to)
        free = moved_to + end - start


def main() -> int:
    """Shorten every library in a folder."""
    for path in sorted(Path(sys.argv[1]).rglob("*.so*")):
        path.write_bytes(loaded_parts(path.read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
