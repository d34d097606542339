"""One import direction: doors → domain ← adapters. Read from the source, so that no import order hides a slip."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shared" / "llm_router"
CLASSIFIER = ROOT / "layers" / "model" / "classifier"

EDGES = {"adapters", "cli", "local", "schemas", "web"}
OUTSIDE_THE_DOMAIN = {"bootstrap", "caches", "configured_secrets", "generating", "settings", "stores", "watching"}


def imports(source: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it; relative imports are not used."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.name} imports relatively"
            yield node.module or ""


def part(module: str) -> str:
    """The part of our package that a module belongs to: `adapters`, `ranking`, ..."""
    return module.split(".")[1] if module.startswith("llm_router.") else ""


def files(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found
    return found


DOMAIN = [
    source
    for source in files(PACKAGE)
    if source.relative_to(PACKAGE).parts[0] not in EDGES and source.stem not in OUTSIDE_THE_DOMAIN
]


@pytest.mark.parametrize("source", DOMAIN, ids=lambda source: str(source.relative_to(PACKAGE)))
def test_the_domain_imports_the_standard_library_and_itself_alone(source):
    for module in imports(source):
        top = module.partition(".")[0]
        assert top in sys.stdlib_module_names or top == "llm_router", module
        assert part(module) not in EDGES | OUTSIDE_THE_DOMAIN, module


def test_adapters_import_no_door_and_no_edge():
    for source in files(PACKAGE / "adapters"):
        for module in imports(source):
            assert part(module) not in {"web", "schemas", "local", *OUTSIDE_THE_DOMAIN}, (source.name, module)


def test_the_classifier_imports_the_vocabulary_and_nothing_else_of_ours():
    for source in files(CLASSIFIER):
        for module in imports(source):
            if module.startswith("llm_router"):
                assert module == "llm_router.taxonomy", (source.name, module)
            assert not module.startswith("training"), (source.name, module)


def test_nothing_shipped_imports_the_local_gateway_or_the_command_line():
    kept = {"local", "cli"}
    shipped = [source for source in files(PACKAGE) if source.relative_to(PACKAGE).parts[0] not in kept]
    for source in (*shipped, *files(ROOT / "functions"), *files(CLASSIFIER)):
        assert not any(part(module) in kept for module in imports(source)), source.name


def test_only_the_settings_and_the_local_entry_read_the_environment():
    allowed = {"settings.py", "bootstrap.py"}
    for source in files(PACKAGE):
        if source.name in allowed or source.relative_to(PACKAGE).parts[0] == "local":
            continue
        text = source.read_text("utf-8")
        assert "os.environ" not in text, source.name
        assert "getenv" not in text, source.name


def test_modules_are_at_most_250_lines():
    for source in (*files(PACKAGE), *files(CLASSIFIER), *files(ROOT / "functions")):
        assert len(source.read_text("utf-8").splitlines()) <= 250, source.name
