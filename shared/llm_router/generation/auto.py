"""What a request may name for its model: `auto`, with or without a preference, or one of the catalogue's."""

from __future__ import annotations

import math
import re

from llm_router.errors import ErrorCode, NotFound

AUTO = "auto"
_PREFERENCES = {"cheap": 0.0, "best": 1.0}
_NUMBER = re.compile(r"[01]\.?|[01]?\.[0-9]{1,20}")


def no_such_model() -> NotFound:
    """What is told to whoever names a model that is not there to be asked."""
    return NotFound("There is no such model; see /v1/models.", code=ErrorCode.MODEL_NOT_FOUND)


def preference_of(model: str) -> float | None:
    """The preference that `auto:cheap`, `auto:best` or `auto:0.7` names, in any case; None for `auto` alone.

    Raises `NotFound` for any other word after the colon.
    """
    word = model.partition(":")[2].casefold()
    if not word:
        return None
    preference = float(word) if _NUMBER.fullmatch(word) else _PREFERENCES.get(word, math.inf)
    if preference > 1:
        raise NotFound("After auto: stands cheap, best or a number from 0 to 1.", code=ErrorCode.MODEL_NOT_FOUND)
    return preference


def is_auto(model: str) -> bool:
    """Whether the router is to choose."""
    return model.partition(":")[0].casefold() == AUTO
