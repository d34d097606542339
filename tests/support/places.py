"""The place of a single candidate."""

from __future__ import annotations

import numpy as np

from llm_router.ranking.objective import Place, places_of


def place_of(
    model_id: str,
    quality: float,
    usd: float,
    preference: float,
    *,
    wait_ms: float = 0.0,
    evidenced: bool = True,
    silent: bool = False,
) -> Place:
    """Where a candidate of this expected quality and cost stands."""
    found = places_of(
        np.array([quality]),
        np.array([usd]),
        preference,
        wait_ms=np.array([wait_ms]),
        evidenced=np.array([evidenced]),
        silent=np.array([silent]),
    )
    (place,) = found.of(np.array([0]), [model_id])
    return place
