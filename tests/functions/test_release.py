"""`make release` in a clone: one commit, one tag, one version everywhere; and refusals that change nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEPT = ("shared", "functions", "layers/model/classifier", ".ci", "template.yaml", "CHANGELOG.md", "pyproject.toml")


def git(folder: Path, *arguments: str) -> str:
    known = ("-c", "user.name=Someone", "-c", "user.email=someone@example.com")
    return subprocess.run(["git", *known, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a release touches, as a repository of its own."""
    folder = tmp_path / "clone"
    ignored = shutil.ignore_patterns("__pycache__", "*.onnx", "*.bin", "*.npz")
    for name in KEPT:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)
    (folder / ".gitignore").write_text("__pycache__/\n")
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Something new.\n\n## 0.1.0\n\n- Old.\n")
    git(folder, "init", "--quiet")
    git(folder, "config", "user.name", "Someone")
    git(folder, "config", "user.email", "someone@example.com")
    git(folder, "config", "commit.gpgsign", "false")
    git(folder, "config", "tag.gpgsign", "false")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Start")
    return folder


def release(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, ".ci/release.py", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_release_is_one_commit_and_one_tag_with_one_version_everywhere(clone: Path):
    done = release(clone, "9.8.7")
    assert done.returncode == 0, done.stderr
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "log", "--format=%s").splitlines() == ["Release 9.8.7", "Start"]
    assert git(clone, "tag").split() == ["v9.8.7"]
    assert '__version__ = "9.8.7"' in (clone / "shared/llm_router/__init__.py").read_text()
    described = json.loads((clone / "shared/llm_router/web/openapi.json").read_text())
    assert described["info"]["version"] == "9.8.7"
    changelog = (clone / "CHANGELOG.md").read_text()
    assert changelog.index("## Unreleased") < changelog.index("## 9.8.7 (") < changelog.index("- Something new.")


@pytest.mark.parametrize("version", ["", "1.2", "0.0.1", "v9.9.9"])
def test_what_is_no_version_or_no_step_forward_is_refused_in_one_sentence(clone: Path, version: str):
    done = release(clone, version)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert git(clone, "status", "--porcelain") == ""


def test_a_tree_with_changes_or_nothing_to_tell_is_refused(clone: Path):
    (clone / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n## 0.1.0\n")
    assert "not committed" in release(clone, "9.8.7").stderr
    git(clone, "commit", "--quiet", "--all", "--message", "Nothing new")
    assert "nothing under Unreleased" in release(clone, "9.8.7").stderr
    assert git(clone, "tag") == ""
