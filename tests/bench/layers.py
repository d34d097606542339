"""How large the two layers are, as SAM builds them for this machine's kind of processor."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.running import ROOT

LAYERS: Mapping[str, tuple[str, str]] = {
    "shared": ("shared", "build-SharedLayer"),
    "model": ("layers/model", "build-ModelLayer"),
}


def sizes(folder: Path) -> dict[str, float]:
    """Megabytes of each layer, unzipped. Downloads the target's packages; built anew each time."""
    architecture = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    found = {}
    for name, (where, target) in LAYERS.items():
        made = folder / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        command = ["make", "-s", target, f"ARTIFACTS_DIR={made}", f"ARCHITECTURE={architecture}"]
        subprocess.run([*command, f"PYTHON={sys.executable}"], cwd=ROOT / where, check=True, timeout=600)
        found[name] = sum(each.stat().st_size for each in made.rglob("*") if each.is_file()) / 1e6
    return found
