"""No pattern of ours can be made to backtrack without end, and hostile text is answered like any other."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.service import ROOT, Service
from tests.unit.test_rules import HOSTILE

constants, parser = import_module("re._constants"), import_module("re._parser")

SHIPPED = sorted(
    path for folder in ("shared", "functions", "layers/model/classifier") for path in (ROOT / folder).rglob("*.py")
)
CALLS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
MANY = 64
"""A repetition of at most so many turns counts as bounded."""


def patterns() -> Iterator[tuple[Path, str]]:
    """Every regular expression that is written down as one text."""
    for path in SHIPPED:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("re", "regex")
                and node.func.attr in CALLS
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                yield path, node.args[0].value


def unbounded_within(items: object, *, inside: bool = False) -> bool:
    """Whether an unbounded repetition stands inside another one, which is what makes matching exponential."""
    for operation, argument in items:  # type: ignore[attr-defined]
        if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            _, most, body = argument
            endless = most > MANY
            if (endless and inside) or unbounded_within(body, inside=inside or endless):
                return True
        elif operation is constants.SUBPATTERN:
            if unbounded_within(argument[-1], inside=inside):
                return True
        elif operation is constants.BRANCH and any(unbounded_within(each, inside=inside) for each in argument[1]):
            return True
    return False


FOUND = sorted(set(patterns()))


def test_the_patterns_are_found():
    assert len(FOUND) >= 20
    assert unbounded_within(parser.parse(r"(a+)+b"))
    assert not unbounded_within(parser.parse(r"a+b+"))


@pytest.mark.parametrize(("path", "pattern"), FOUND, ids=lambda value: str(value)[-30:])
def test_no_endless_repetition_stands_inside_another(path: Path, pattern: str):
    assert not unbounded_within(parser.parse(pattern)), path.name


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("route", ["/classify", "/route"])
def test_hostile_text_of_64_kb_is_answered(api: Service, route: str, text: str):
    prompt = text.encode()[:65_536].decode(errors="ignore")
    reply = api.post(route, json.dumps({"prompt": prompt}, ensure_ascii=False).encode())
    assert reply.status == (200 if prompt.strip() else 422)
