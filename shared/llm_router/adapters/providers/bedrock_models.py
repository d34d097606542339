"""Which of Bedrock's models may be asked: those that IAM lets a stack ask whose parameter is the same pattern."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

_GEOGRAPHY = re.compile(r"(?:[a-z]{2}|us-gov|apac|global)\.(?=[a-z0-9]+\.)")
"""How the name of an inference profile begins; the maker's and the model's follow."""


def may_be_asked(model: str, pattern: str) -> bool:
    """Whether `pattern`, with `*` and `?` as IAM reads them, fits the name of the model itself.

    Of an inference profile that is the name behind its geography, and of an ARN what is behind the last `/`: who asks
    through a profile must be allowed to ask the model behind it, too.
    """
    name = model.rpartition("/")[2]
    geography = _GEOGRAPHY.match(name)
    return fnmatchcase(name[geography.end() :] if geography else name, pattern)
