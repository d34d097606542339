"""One import direction: doors → domain ← adapters. Read from the source, so that no import order hides a slip."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shared" / "llm_router"
FUNCTIONS = ROOT / "functions"
CLASSIFIER = ROOT / "layers" / "model" / "classifier"
RANKING = PACKAGE / "ranking"

ARROWS: dict[str, set[str]] = {
    "domain": set(),
    "adapters": {"domain"},
    "classifier": {"domain"},
    "settings": {"domain"},
    "composition": {"adapters", "classifier", "domain", "schemas", "settings"},
    "schemas": {"classifier", "domain"},
    "web": {"domain", "schemas"},
    "endpoints": {"composition", "domain", "schemas", "web"},
    "functions": {"composition", "domain", "endpoints", "schemas", "web"},
    "cli": {"domain", "schemas"},
    "local": {"adapters", "composition", "domain", "schemas", "settings", "web"},
}
"""Which parts a part may import beside itself; the domain is whatever in the package has no name of its own here."""

SAME = {"provider_settings": "settings"}
"""Modules that are of a part of another name."""


def imports(source: Path) -> Iterator[str]:
    """Every name that a file imports, wherever in it; relative imports are not used."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.name} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found
    return found


def part_of(source: Path) -> str:
    for name, folder in (("functions", FUNCTIONS), ("classifier", CLASSIFIER)):
        if source.is_relative_to(folder):
            return name
    module = source.relative_to(PACKAGE).with_suffix("").parts[0]
    first = SAME.get(module, module)
    return first if first in ARROWS else "domain"


def part_named(module: str) -> str | None:
    """The part that an imported name belongs to; None where it is not ours."""
    first, _, rest = module.partition(".")
    if first != "llm_router":
        return first if first in ("classifier", "functions", "training", "tests") else None
    module = rest.partition(".")[0]
    second = SAME.get(module, module)
    return second if second in ARROWS else "domain"


SOURCES = [*files(PACKAGE), *files(CLASSIFIER), *files(FUNCTIONS)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(ROOT)))
def test_only_the_arrows_of_the_table_are_drawn(source):
    part = part_of(source)
    for module in imports(source):
        target = part_named(module)
        assert target is None or target == part or target in ARROWS[part], module


@pytest.mark.parametrize("source", [each for each in SOURCES if part_of(each) == "domain"], ids=lambda each: each.stem)
def test_the_domain_imports_the_standard_library_and_itself_alone_and_the_ranking_numpy(source):
    for module in imports(source):
        top = module.partition(".")[0]
        ours = top == "llm_router" or (top == "numpy" and source.is_relative_to(RANKING))
        assert ours or top in sys.stdlib_module_names, module


def test_every_part_of_the_table_exists():
    assert {part_of(source) for source in SOURCES} == ARROWS.keys()


def test_the_classifier_imports_the_vocabulary_and_nothing_else_of_ours():
    for source in files(CLASSIFIER):
        for module in imports(source):
            if part_named(module) == "domain":
                assert module.startswith(("llm_router.taxonomy.", "llm_router.text.")), (source.name, module)


def test_the_edge_knows_what_bodies_have_in_common_and_none_of_them():
    common = tuple(
        f"llm_router.schemas.{name}." for name in ("body", "deferred_build", "openai_error", "anthropic_error")
    )
    for source in files(PACKAGE / "web"):
        for module in imports(source):
            assert part_named(module) != "schemas" or module.startswith(common), (source.name, module)


def test_no_arrows_of_the_table_lead_round_in_a_circle():
    assert {*TopologicalSorter(ARROWS).static_order()} == ARROWS.keys()


def test_the_picture_of_the_architecture_has_the_arrows_of_the_table_and_no_others():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## One way to import")[2]
    picture = page.partition("```mermaid")[2].partition("```")[0]
    drawn: dict[str, set[str]] = {"domain": set()}
    for line in re.sub(r"\[[^]]*]", "", picture).splitlines():
        source, arrow, targets = line.partition("-->")
        if arrow:
            drawn[source.strip()] = {target.strip() for target in targets.split("&")}
    assert drawn == ARROWS


def test_only_the_composition_root_the_local_entry_and_the_command_line_read_the_environment():
    for source in files(PACKAGE):
        if source == PACKAGE / "composition" / "services.py" or part_of(source) in ("local", "cli"):
            continue
        text = source.read_text("utf-8")
        for way in ("os.environ", "getenv", "envvar="):
            assert way not in text, source.name


def test_the_stores_for_tests_are_taken_by_the_composition_root_alone():
    taken = {
        source for source in SOURCES if any(name.startswith("llm_router.adapters.memory") for name in imports(source))
    }
    assert taken == {PACKAGE / "composition" / "stores.py"}


def test_modules_are_at_most_250_lines():
    for source in SOURCES:
        assert len(source.read_text("utf-8").splitlines()) <= 250, source.name
