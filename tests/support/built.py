"""The functions as `sam build` makes them, for this machine's processor and Python, laid out as on Lambda."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from classifier.manifest import FILES, MANIFEST
from llm_router.local.template import load

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".build" / "lambda-test"
LAYERS = {"SharedLayer": ROOT / "shared", "ModelLayer": ROOT / "layers" / "model"}
FROM_THE_RUNTIME = ("awslambdaric", "snapshot_restore_py", "simplejson", "boto3", "botocore", "s3transfer", "jmespath")
FROM_THE_RUNTIME_TOO = ("dateutil", "urllib3", "six")
"""What Lambda's own image has: its runtime client, and boto3 with what that needs."""


@dataclass(frozen=True)
class Built:
    """One build: a folder for each function, and the layers."""

    folder: Path

    def code(self, function: str) -> Path:
        return self.folder / "functions" / function

    def layer(self, name: str) -> Path:
        return self.folder / "layers" / name

    def search_path(self, function: str, layers: tuple[str, ...]) -> str:
        """What Python imports from on Lambda: the code, /opt/python of the layers, and the runtime's own packages."""
        layers_first = [self.code(function), *(self.layer(name) / "python" for name in layers)]
        return os.pathsep.join(map(str, [*layers_first, self.folder / "runtime"]))

    def files(self) -> Mapping[Path, int]:
        """Every file of the functions and layers, and when it was written."""
        folders = (self.folder / "functions", self.folder / "layers")
        found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {path: path.stat().st_mtime_ns for path in found}


def build() -> Built:
    """Build what has changed since the last time; of two processes that do so at once one waits for the other's."""
    folder = KEPT / _fingerprint()
    KEPT.mkdir(parents=True, exist_ok=True)
    with _alone(KEPT):
        if not folder.is_dir():
            for old in KEPT.iterdir():
                shutil.rmtree(old, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=ROOT / ".build") as work:
                _build(Path(work) / "built")
                (Path(work) / "built").rename(folder)
    return Built(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process is in such a block of this folder's meanwhile, nor is one that has died."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def architecture() -> str:
    """This machine's processor as the template names it."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _build(folder: Path) -> None:
    for name, source in LAYERS.items():
        _make(source / "Makefile", name, folder / "layers" / name)
    for name, function in load(ROOT / "template.yaml").functions.items():
        _make(ROOT / "functions" / "Makefile", name, folder / "functions" / function.code.name)
    runtime = folder / "runtime"
    runtime.mkdir()
    for package in (*FROM_THE_RUNTIME, *FROM_THE_RUNTIME_TOO):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (runtime / source.name).symlink_to(source)
    for native in Path(str(runtime / "awslambdaric")).resolve().parent.glob("runtime_client*.so"):
        (runtime / native.name).symlink_to(native)


def _make(makefile: Path, target: str, artifacts: Path) -> None:
    """One target as SAM runs it: in an empty folder, the Makefile named where it lies."""
    artifacts.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(
            ["make", "--makefile", str(makefile), f"build-{target}"],
            cwd=elsewhere,
            env={
                **{name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")},
                "ARTIFACTS_DIR": str(artifacts),
                "ARCHITECTURE": architecture(),
                "PYTHON": sys.executable,
                "PYTHON_VERSION": f"{sys.version_info.major}.{sys.version_info.minor}",
                "COMPILER": sys.executable,
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{sys.version} {architecture()}".encode())
    for path in _inputs():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _inputs() -> Iterator[Path]:
    made = {*FILES, MANIFEST}
    sources = (ROOT / "functions", ROOT / "shared", ROOT / "layers" / "model")
    for path in sorted(path for source in sources for path in source.rglob("*")):
        outside = {"__pycache__", "local", "report", "prompts", "evaluation"} & set(path.relative_to(ROOT).parts)
        if path.is_file() and not outside and path.name not in made:
            yield path
