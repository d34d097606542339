"""Shared libraries without what no loader reads: all that is loaded stays, and they run."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tokenizers

from training.build.libraries import loaded_parts

LIBRARIES = [
    *Path(tokenizers.__file__).parent.glob("*.so"),
    *(Path(np.__file__).parents[1] / "numpy.libs").glob("*.so*"),
    *(Path(np.__file__).parent / "_core").glob("_multiarray_umath.*.so"),
]

RUNS = """
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.ExtensionFileLoader("tokenizers", sys.argv[1])
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tokenizers", loader))
loader.exec_module(module)
print(module.Tokenizer(module.models.WordLevel({"a": 7}, "a")).encode("a").ids)
"""


def loaded(library: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Of each program header, all but its place in the file, and what it names but for the file's own headers."""
    start, (size, count) = struct.unpack_from("<Q", library, 0x20)[0], struct.unpack_from("<HH", library, 0x36)
    headers = library[start : start + size * count]
    rest = bytes(64) + library[64:start] + bytes(len(headers)) + library[start + len(headers) :]
    for row in range(0, len(headers), size):
        header = headers[row : row + size]
        offset, length = struct.unpack_from("<Q", header, 8)[0], struct.unpack_from("<Q", header, 0x20)[0]
        address, page = struct.unpack_from("<Q", header, 0x10)[0], struct.unpack_from("<Q", header, 0x30)[0]
        assert not length or not page or (address - offset) % page == 0
        yield header[:8] + header[16:], rest[offset : offset + length]


@pytest.mark.parametrize("path", LIBRARIES, ids=lambda path: path.name.split(".")[0])
def test_what_is_loaded_of_a_library_stays_as_it_is(path: Path):
    before = path.read_bytes()
    after = loaded_parts(before)
    assert len(after) < len(before)
    assert list(loaded(before)) == list(loaded(after))
    assert loaded_parts(after) == after


def test_a_shortened_library_runs(tmp_path: Path):
    (path,) = Path(tokenizers.__file__).parent.glob("*.so")
    (tmp_path / path.name).write_bytes(loaded_parts(path.read_bytes()))
    command = [sys.executable, "-c", RUNS, str(tmp_path / path.name)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "[7]\n"


def test_what_is_no_library_stays_as_it_is():
    assert loaded_parts(b"#!/bin/sh\n") == b"#!/bin/sh\n"
