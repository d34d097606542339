"""The catalogue that comes with the package: what is in force before the first publication and when all else fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.snapshot import loads

FILE = Path(__file__).with_name("data") / "bundled.json.gz"


@cache
def bundled() -> Catalogue:
    """Version 0, as of the newest day that its facts are of.

    Made by `python -m llm_router.local.bundle`; raises `SnapshotCorrupt` if the package is damaged.
    """
    made = loads(FILE.read_bytes(), 0)
    return replace(made, as_of=_newest_day(made))


def _newest_day(catalogue: Catalogue) -> float:
    days = [origin.as_of for entry in catalogue for origin in entry.provenance.values() if origin.as_of]
    return datetime.fromisoformat(max(days)).replace(tzinfo=UTC).timestamp() if days else 0.0
