"""What `make build` leaves to be deployed: a template for one processor, and code that tells what it was made from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.template import ROOT, after_sam, document, references

MADE_FROM = (
    "shared/llm_router/errors.py",
    "shared/requirements.txt",
    "shared/Makefile",
    "shared/build.mk",
    "layers/model/classifier/loading.py",
    "layers/model/requirements.txt",
    "layers/model/Makefile",
    "layers/model/training/build/graph.py",
    "layers/model/training/build/glosses.tsv",
    "layers/model/training/regression.py",
    "samconfig.toml",
)


def made(*arguments: str, **variables: str) -> None:
    """Runs make, with nothing of the one that may have started the tests."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    command = ["make", *arguments, *(f"{name}={value}" for name, value in variables.items())]
    done = subprocess.run(command, cwd=ROOT, env=inherited, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(params=["arm64", "x86_64"])
def built(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, dict]:
    """A processor, and the template that `make build` leaves for it where SAM has copied the one that is written."""
    sam, template = tmp_path / "sam", tmp_path / "template.yaml"
    sam.write_text("#!/bin/sh\n")
    sam.chmod(0o755)
    template.write_text(yaml.safe_dump(document(), sort_keys=False), "utf-8")
    there = (f"--old-file={sam}", "--old-file=.venv/bin/.run")
    made("build", *there, ARCHITECTURE=request.param, SAM=str(sam), BUILT=str(template))
    return request.param, yaml.safe_load(template.read_text("utf-8"))


def test_a_stack_runs_on_the_processor_that_was_built_for_whatever_it_was_last_told(built: tuple[str, dict]):
    processor, template = built
    assert "Architecture" not in template["Parameters"]
    assert "Architecture" not in {*references(template), *json.dumps(template["Metadata"]).split('"')}
    for name, found in after_sam(template)["Resources"].items():
        key = {"AWS::Lambda::Function": "Architectures", "AWS::Lambda::LayerVersion": "CompatibleArchitectures"}
        if found["Type"] in key:
            assert found["Properties"][key[found["Type"]]] == [processor], name


def test_but_for_its_processor_what_is_deployed_is_what_is_written(built: tuple[str, dict]):
    processor, template = built
    written = document()
    default = {"Ref": "Architecture"}
    assert set(template["Parameters"]) == set(written["Parameters"]) - {"Architecture"}
    assert template["Conditions"].pop("IsArm") == {"Fn::Equals": [processor, "arm64"]}
    assert written["Conditions"].pop("IsArm") == {"Fn::Equals": [default, "arm64"]}
    for section in ("Conditions", "Rules", "Outputs"):
        assert template[section] == written[section]
    assert list(template["Resources"]) == list(written["Resources"])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is built, without what is large and made."""
    folder = tmp_path_factory.mktemp("repository")
    unneeded = shutil.ignore_patterns("__pycache__", "*.npz", "*.bin", "*.onnx", "prompts", "report", "evaluation")
    for name in ("functions", "shared", "layers/model"):
        shutil.copytree(ROOT / name, folder / name, ignore=unneeded)
    shutil.copy(ROOT / "samconfig.toml", folder)
    return folder


def noted(repository: Path, folder: Path) -> str:
    """What a function's code says that it was made from."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    makefile = repository / "functions" / "Makefile"
    python = {"PYTHON": sys.executable, "COMPILER": sys.executable}
    made("--makefile", str(makefile), "build-DashboardFunction", ARTIFACTS_DIR=str(folder), **python)
    return (folder / "RELEASE").read_text()


def test_whatever_the_layers_are_made_from_makes_other_code_of_the_functions(repository: Path, tmp_path: Path):
    notes = [noted(repository, tmp_path / "code")]
    assert noted(repository, tmp_path / "code") == notes[0]
    for name in MADE_FROM:
        with (repository / name).open("a") as file:
            file.write("\n")
        notes.append(noted(repository, tmp_path / "code"))
        assert notes.count(notes[-1]) == 1, name
