"""What is deployed reaches callers: whatever changes of it, the alias of every function moves to a new version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.template import ROOT, after_sam, document

NOTED = ("shared/llm_router/errors.py", "layers/model/classifier/words.py", "shared/build.mk", "samconfig.toml")
"""Of what a release is made from, one of each kind."""

SINGLE = (
    *("shared/requirements.txt", "layers/model/requirements.txt", "layers/model/Makefile", "shared/Makefile"),
    "layers/model/training/regression.py",
)


def versions(template: dict) -> Mapping[str, str]:
    """The version that the alias of each function points to."""
    return {
        name.removesuffix("Aliaslive"): found["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
        for name, found in template["Resources"].items()
        if found["Type"] == "AWS::Lambda::Alias"
    }


def moved(other: dict) -> set[str]:
    """The functions whose alias points elsewhere than by the template as it is."""
    before, after = versions(after_sam(document())), versions(other)
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


def functions() -> set[str]:
    found = document()["Resources"]
    return {name for name in found if found[name]["Type"] == "AWS::Serverless::Function"}


def test_new_code_moves_every_alias():
    assert moved(after_sam(document(), code="other.zip")) == functions()


def test_a_property_that_the_template_changes_moves_every_alias():
    """One that is neither the environment nor the memory, of which SAM would take note by itself."""
    given = document()
    given["Globals"]["Function"]["Tracing"] = "Active"
    assert moved(after_sam(given)) == functions()


@pytest.fixture
def noted(tmp_path: Path) -> Callable[..., str]:
    """Writes the note of a release as the build does, from a small copy of what it is made from."""
    for name in (*NOTED, *SINGLE):
        copied = tmp_path / "copy" / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copied)
    makefile = f"include {ROOT}/shared/build.mk\n.PHONY: note\nnote:\n\t$(call note_release,note)\n"
    (tmp_path / "Makefile").write_text(makefile)

    def note(changed: str = "", **environment: str) -> str:
        file = tmp_path / "copy" / changed
        before = file.read_bytes() if changed else b""
        if changed:
            file.write_bytes(before + b"\n")
        command = ["make", "note", f"REPOSITORY={tmp_path / 'copy'}", f"PYTHON={sys.executable}"]
        outside = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "ARGS")}
        subprocess.run(command, cwd=tmp_path, env=outside | environment, check=True, capture_output=True)
        if changed:
            file.write_bytes(before)
        return (tmp_path / "note").read_text()

    return note


@pytest.mark.parametrize("changed", NOTED)
def test_the_code_changes_with_all_that_a_release_is_made_from(noted: Callable[..., str], changed: str):
    assert noted() == noted() != noted(changed)


def test_the_code_changes_with_parameters_that_are_given_by_hand(noted: Callable[..., str]):
    assert noted() != noted(ARGS="--parameter-overrides CacheTtl=60")
