"""What every store of counters does alike: it takes only so many of them in one step."""

from __future__ import annotations

from collections.abc import Mapping

from llm_router.ports import MOST_AMOUNTS


def refuse_too_many(amounts: Mapping[str, float]) -> None:
    """Raises `ValueError` for more counters than a `RecordStore` adds to in one step."""
    if len(amounts) > MOST_AMOUNTS:
        raise ValueError(f"{len(amounts)} counters cannot be added to in one step.")
