"""Reads the operator's own models from where `MODELS_JSON_PATH` points: a file or an S3 object."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from llm_router.adapters.addresses import object_at
from llm_router.adapters.fetch import MAX_BYTES
from llm_router.errors import SourceUnavailable

ReadObject = Callable[[str, str], bytes | None]
"""Reads an object by bucket and key; None where there is none."""


def reader(address: str, read_object: ReadObject) -> Callable[[], bytes]:
    """A function that reads it whole. Raises `SourceUnavailable` for what is not there or too long."""

    def read() -> bytes:
        found = object_at(address)
        body = _file(Path(address)) if found is None else read_object(*found)
        if body is None:
            raise SourceUnavailable("The operator's object does not exist.")
        if len(body) > MAX_BYTES:
            raise SourceUnavailable("The operator's file is too long.")
        return body

    return read


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise SourceUnavailable(f"The operator's file could not be read ({type(failure).__name__}).") from None
