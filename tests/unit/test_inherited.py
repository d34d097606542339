"""What the workers of `make run` are forked from: it holds what they need, and nothing that a fork would break."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are not forked")

OPEN = "sorted(str(each.readlink()) for each in Path('/proc/self/fd').iterdir() if each.exists())"


def made(folder: Path, template: Path, before: str = "", after: str = "") -> list[str]:
    """Whether it said that it can be forked, and what `after` told, in a process where `before` was done first."""
    script = f"""
import gc, os, sys, threading
from pathlib import Path
from llm_router.local import inherited
{before}
environment = {{"STORE": "sqlite", "STATE_DIR": {str(folder)!r}, "LOG_LEVEL": "ERROR"}}
print(inherited.make(Path({str(template)!r}), environment))
{after}
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join((str(ROOT / "shared"), str(ROOT / "layers" / "model"))),
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_it_has_loaded_the_functions_and_the_model_and_has_one_thread_and_opened_nothing(tmp_path: Path):
    told = made(
        tmp_path,
        ROOT / "template.yaml",
        before=f"opened = {OPEN}",
        after=f"""
print({OPEN} == opened)
print(len(os.listdir("/proc/self/task")))
print({{"functions.route.app", "functions.ingest.app", "onnxruntime", "tokenizers"}} <= set(sys.modules))
print(sys.modules["functions.classify.app"].service.opened_model.made)
print(sys.modules["functions.classify.app"].service.records.made)
print(gc.isenabled() and gc.get_freeze_count() > 100_000)
""",
    )
    assert told == ["True", "True", "1", "True", "True", "False", "True"]
    assert list(tmp_path.iterdir()) == []


def test_a_process_with_another_thread_is_not_forked(tmp_path: Path):
    other = "threading.Thread(target=threading.Event().wait, daemon=True).start()"
    assert made(tmp_path, ROOT / "template.yaml", before=other) == ["False"]


def test_what_cannot_be_loaded_is_left_to_the_workers(tmp_path: Path):
    assert made(tmp_path, tmp_path / "template.yaml") == ["True"]
