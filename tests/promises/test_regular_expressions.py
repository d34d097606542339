"""No pattern of ours can be made to backtrack without end, and hostile text is answered like any other."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

import pytest

from classifier import claims, fences
from llm_router.adapters.providers import traits
from llm_router.adapters.providers.configured import speakers
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.tables import tables
from llm_router.generation import pictures
from llm_router.local import routing
from tests.support.service import ROOT, Service
from tests.unit.test_rules import HOSTILE

constants, parser = import_module("re._constants"), import_module("re._parser")

SHIPPED = {
    ".".join(path.relative_to(ROOT / root).with_suffix("").parts): path
    for root, package in (("shared", "llm_router"), ("layers/model", "classifier"), (".", "functions"))
    for path in sorted((ROOT / root / package).rglob("*.py"))
}
"""The files by the names of their modules."""

CALLS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
MANY = 64
"""A repetition of at most so many turns counts as bounded."""


def named_models() -> list[re.Pattern[str]]:
    """What is searched in the names of models."""
    found: list[str] = []
    for each in speakers().values():
        quirks = each.quirks
        found += (*quirks.only_for.values(), *quirks.never_for, *quirks.efforts, *quirks.effort_with_tools)
        found += filter(None, (quirks.sampling_without_effort, quirks.original_pictures, quirks.answers_tools))
    return [re.compile(pattern) for pattern in found]


def rows_of_models() -> list[re.Pattern[str]]:
    """What tells the rows of models' traits."""
    rows = traits.tables()
    return [re.compile(pattern) for pattern in (*rows.models, *rows.bedrock)]


BUILT: Mapping[tuple[str, str], Callable[[], object]] = {
    ("classifier.claims", "_asks"): claims._asks,
    ("classifier.claims", "_break"): claims._break,
    ("classifier.claims", "_bracketed"): lambda: [claims._bracketed(last=last) for last in (True, False)],
    ("classifier.claims", "_claim"): claims._claim,
    ("classifier.fences", "_import"): fences._import,
    ("llm_router.adapters.providers.openai_quirks", "_efforts_of"): named_models,
    ("llm_router.adapters.providers.openai_quirks", "_takes"): named_models,
    ("llm_router.adapters.providers.openai_quirks", "_thinks_instead"): named_models,
    ("llm_router.adapters.providers.openai_quirks", "detail"): named_models,
    ("llm_router.adapters.providers.openai_quirks", "effort"): named_models,
    ("llm_router.adapters.providers.openai_quirks", "must_answer_tools"): named_models,
    ("llm_router.adapters.providers.traits", "_first"): rows_of_models,
    ("llm_router.catalogue.quality_map", "make_map"): quality_map,
    ("llm_router.catalogue.tables", "_family"): tables,
    ("llm_router.catalogue.tables", "_pattern"): tables,
    ("llm_router.catalogue.tables", "make_tables"): tables,
    ("llm_router.generation.pictures", "_figures"): pictures._table,
    ("llm_router.local.routing", "_pattern"): lambda: routing._pattern("/a/{b}/{c+}"),
}
"""Where a function makes patterns out of what it is given: what holds all that it makes of what is shipped."""


def calls() -> Iterator[tuple[str, str, str]]:
    """Module, function and, where it is written down as one text, pattern of each use of a regular expression."""
    for module, path in SHIPPED.items():
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        within = {node: function.name for function in functions for node in ast.walk(function)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in CALLS
            ):
                first = node.args[0] if node.args else None
                written = first.value if isinstance(first, ast.Constant) else None
                yield module, within.get(node, ""), written if isinstance(written, str) else ""


def held(value: object) -> Iterator[re.Pattern[str]]:
    """Every regular expression in a value and what it holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(bound := getattr(value, "__self__", None), re.Pattern):
        yield bound
    elif isinstance(value, Mapping):
        yield from held(tuple(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        yield from held(tuple(getattr(value, each.name) for each in fields(value)))
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from held(each)


def in_module(name: str) -> list[re.Pattern[str]]:
    """Those that are made once, when the module is imported."""
    return [found for value in vars(import_module(name)).values() for found in held(value)]


def patterns() -> Iterator[tuple[str, str, int]]:
    """Module, text and flags of every regular expression: as written, as made at import, and as made of data."""
    for module, function, written in CALLED:
        made = [] if written else in_module(module) if not function else held(BUILT[module, function]())
        yield from ((module, pattern.pattern, pattern.flags) for pattern in made)
        if written:
            yield module, written, 0


def unbounded_within(items: object, *, inside: bool = False) -> bool:
    """Whether an unbounded repetition stands inside another one, which is what makes matching exponential.

    What is possessive or atomic is never tried again in another way, so it is no repetition for what stands around it.
    """
    for operation, argument in items:  # type: ignore[attr-defined]
        if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            _, most, body = argument
            endless = most > MANY
            if (endless and inside) or unbounded_within(body, inside=inside or endless):
                return True
        elif any(unbounded_within(body, inside=inside and within) for within, body in parts(operation, argument)):
            return True
    return False


def parts(operation: object, argument: Any) -> list[tuple[bool, object]]:
    """The patterns that stand in an element, and whether they are tried anew with what stands around it."""
    if operation is constants.SUBPATTERN:
        return [(True, argument[-1])]
    if operation is constants.BRANCH:
        return [(True, each) for each in argument[1]]
    if operation is constants.GROUPREF_EXISTS:
        return [(True, each) for each in argument[1:] if each is not None]
    if operation is constants.POSSESSIVE_REPEAT:
        return [(False, argument[-1])]
    if operation is constants.ATOMIC_GROUP:
        return [(False, argument)]
    if operation in (constants.ASSERT, constants.ASSERT_NOT):
        return [(False, argument[1])]
    return []


CALLED = sorted(calls())
FOUND = sorted(set(patterns()), key=repr)


def test_the_patterns_are_found():
    assert len(CALLED) >= 60
    assert {(module, function) for module, function, written in CALLED if function and not written} == BUILT.keys()
    for module in {module for module, function, written in CALLED if not function}:
        at_import = sum(called == module and not function for called, function, _ in CALLED)
        assert len(set(in_module(module))) >= at_import, module


@pytest.mark.parametrize("pattern", ["(a+)+b", "(?=(a+)+b)", "(?:(?:a+)+b)++", "(?>(?:a+)+b)", "(x)?(?(1)(a+)+|b)b"])
def test_what_backtracks_without_end_is_told(pattern: str):
    assert unbounded_within(parser.parse(pattern))


@pytest.mark.parametrize("pattern", ["a+b+", "(?:a++b)*c", "(?:a+b)*+c", "(?:(?>a+)b)*c", "(?:a{1,9}b)*c"])
def test_what_does_not_is_not(pattern: str):
    assert not unbounded_within(parser.parse(pattern))


@pytest.mark.parametrize(("module", "pattern", "flags"), FOUND, ids=lambda value: str(value)[-30:])
def test_no_endless_repetition_stands_inside_another(module: str, pattern: str, flags: int):
    assert not unbounded_within(parser.parse(pattern, flags)), module


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("route", ["/classify", "/route"])
def test_hostile_text_of_64_kb_is_answered(api: Service, route: str, text: str):
    prompt = text.encode()[:65_536].decode(errors="ignore")
    reply = api.post(route, json.dumps({"prompt": prompt}, ensure_ascii=False).encode())
    assert reply.status == (200 if prompt.strip() else 422)
