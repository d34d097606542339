"""A catalogue as bytes: canonical compressed JSON, the same bytes for the same content, read back strictly."""

from __future__ import annotations

import gc
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.snapshot_rows import Decoder, Encoder, amount, items
from llm_router.errors import SnapshotCorrupt, SnapshotOfOtherFormat
from llm_router.json_values import Json

FORMAT = 1
"""Another number where what is written here before would be read wrongly; a further field of an entry needs none."""

MAX_BYTES = 256 * 1024 * 1024
"""Of the JSON once decompressed: 40 kB for each of the largest catalogues' models. More is a bomb."""

_PARTS = {"format", "as_of", "models", "origins", "evidence"}
_GZIP = b"\x1f\x8b"


def dumps(catalogue: Catalogue) -> bytes:
    """The snapshot's bytes. They hold no version: that is assigned when they are published."""
    encoder = Encoder()
    models = [encoder.entry(catalogue.models[name]) for name in sorted(catalogue.models)]
    document = {"format": FORMAT, "as_of": catalogue.as_of, "models": models, **encoder.tables()}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def loads(payload: bytes, version: int) -> Catalogue:
    """The catalogue in these bytes. Raises `SnapshotOfOtherFormat`, and `SnapshotCorrupt` for anything else that no
    release's `dumps` would have written."""
    try:
        with _collector_paused():
            document = json.loads(_plain(payload), parse_constant=_refuse)
            if type(form := document["format"]) is int and form != FORMAT:
                raise SnapshotOfOtherFormat(f"Version {version} of the catalogue is in another release's format.")
            return _catalogue(document, version)
    except (ValueError, TypeError, LookupError, AttributeError, zlib.error, RecursionError) as failure:
        kind = type(failure).__name__
        raise SnapshotCorrupt(f"Version {version} of the catalogue cannot be read ({kind}).") from failure


def _catalogue(document: dict[str, Json], version: int) -> Catalogue:
    if set(document) != _PARTS or document["format"] != FORMAT:
        raise ValueError("another format")
    decode = Decoder(document).entry
    entries = [decode(row) for row in items(document["models"])]
    models = {entry.id: entry for entry in entries}
    if len(models) != len(entries):
        raise ValueError("an id twice")
    return Catalogue(version, models, amount(document["as_of"]) or 0.0)


def _plain(payload: bytes) -> bytes:
    if not payload.startswith(_GZIP):
        return payload
    reader = zlib.decompressobj(wbits=31)
    text = reader.decompress(payload, MAX_BYTES)
    if not reader.eof or reader.unused_data:
        raise ValueError("truncated, too long, or more than one stream")
    return text


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Building a hundred thousand objects that all stay sets the cycle collector off again and again, in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
