"""What only code has: a fence, a directive, a definition, a query, or a line that imports something."""

from __future__ import annotations

import re
from functools import cache

_FENCE = re.compile(
    r"```|~~~|<\?php|#include\b|\bdef \w+\(|\bpublic static\b|\bSELECT\b[^\n]{1,200}\bFROM\b",
)
_IN_PROSE = ("public static", "SELECT")
_MARKS = ("```", "~~~", "<?php", "#include", "def ", *_IN_PROSE)
"""One of these is in every fence, and they are found to be missing in a fraction of the time."""

_NAME = r"[^\W\d]\w*+"
_DOTTED = rf"{_NAME}(?:\.{_NAME})*+"
_ITEM = rf"{_DOTTED}(?:\.\*)?(?: qualified)?(?: as {_NAME})?"
_ITEMS = rf"{_ITEM}(?: ?, ?{_ITEM})*+"
_QUOTED = r"(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}')"
_END = r" *+;? *+(?:\\|(?:#|//|--|/\*)[^\n]*+)?$"
"""How a line ends that holds nothing else: a semicolon, a comment, or that it goes on."""

_COMMENTS = r"(?:\s*+(?:#|//)[^\n]*+\n)*+"
_BEFORE = rf"(?:let|var|val|const|with|if|while|for {_NAME} in) "
_LOOP = rf"for {_NAME}(?:, ?{_NAME})*+ in [^\n]{{1,200}}?[:{{]{_END}"
_STATEMENT = "|".join(
    (
        rf"import {_NAME}{_END}",
        rf"class {_NAME}(?:[(:]| ?\{{)",
        r"(?:struct|enum|func) \w",
        rf"(?:try|while {_NAME}):{_END}",
        rf"@{_DOTTED}(?:\(|{_END})",
        _LOOP,
        rf"(?:{_BEFORE})?{_DOTTED}(?:[(\[]| ?=)",
    )
)
"""What tells a bare `import os` before it from "import duties", which reads the same."""

_IMPORT = "|".join(
    (
        rf"from (?:{_NAME}(?:\.{_NAME})++|\.++(?:{_DOTTED})?) import\b",
        rf"from {_NAME} import (?:[(*]|{_ITEMS}{_END})",
        rf"import ++(?:static |qualified )?(?=[\w.]+(?: as | qualified| ?,|;)|\w+\.[\w*]){_ITEMS}{_END}",
        rf"import ++(?:qualified )?{_NAME}(?:(?:\.{_NAME})++(?: qualified)?(?: as {_NAME})?(?: hiding)?| hiding) ?\(",
        rf"import ++{_DOTTED}\.\{{",
        r"import ++(?:type )?[{*(]",
        rf"import ++(?:type )?{_NAME}(?: ?, ?\{{| = )",
        rf"import ++(?:(?:type )?{_NAME} from |{_NAME} |[._] )?{_QUOTED}{_END}",
        rf"import ++{_NAME} *+(?:; *+|(?:[#/][^\n]*+)?\n{_COMMENTS}\s*+)(?:{_STATEMENT})",
    )
)
"""Python, Java and its kin, JavaScript, Go and Haskell."""


@cache
def _import() -> re.Pattern[str]:
    """Compiled when the first line begins like one: most processes never see any."""
    return re.compile(f"^(?:{_IMPORT})", re.MULTILINE)


def holds_code(text: str, *, prose: bool) -> bool:
    """True where something in `text` is code for certain.

    `prose` may only be told of letters, spaces and marks that end or part sentences: most fences need others.
    """
    marked = any(mark in text for mark in (_IN_PROSE if prose else _MARKS))
    return (marked and _FENCE.search(text) is not None) or _imports(text)


def code_at(text: str) -> tuple[int, int] | None:
    """Where the first such thing stands; None where there is none."""
    found = [each for each in (_FENCE.search(text), _import().search(text)) if each is not None]
    return min((each.span() for each in found), default=None)


def _imports(text: str) -> bool:
    if text.startswith(("import ", "from ")) or "\nimport " in text or "\nfrom " in text:
        return _import().search(text) is not None
    return False
