"""The catalogue that comes with the package: what is in force before the first publication and when all else fails."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.snapshot import loads

FILE = Path(__file__).with_name("data") / "bundled.json.gz"


@cache
def bundled() -> Catalogue:
    """Version 0. Made by `python -m llm_router.local.bundle`; raises `SnapshotCorrupt` if the package is damaged."""
    return loads(FILE.read_bytes(), 0)
