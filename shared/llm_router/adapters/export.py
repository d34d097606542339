"""Writes the catalogue in force after each refresh as plain JSON to `OUTPUT_PATH`: a file or an S3 object."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from llm_router.adapters.addresses import object_at
from llm_router.errors import StoreUnavailable

WriteObject = Callable[[str, str, bytes], None]
"""Writes an object by bucket and key."""


def write_whole(address: str, payload: bytes, write_object: WriteObject) -> None:
    """Write it, replacing what is there in one step. Raises `StoreUnavailable`."""
    if (found := object_at(address)) is not None:
        write_object(*found, payload)
        return
    path = Path(address)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
        Path(draft).replace(path)
    except OSError as failure:
        raise StoreUnavailable(f"The export could not be written ({type(failure).__name__}).") from failure
