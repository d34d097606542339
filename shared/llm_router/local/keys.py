"""The secrets of a local installation: made once, readable by their owner alone, the same after a restart."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_secret(folder: Path, name: str) -> str:
    """The secret of this name, made on first use. 256 random bits, in a file that only its owner can read."""
    path = folder / name
    try:
        held = path.read_text("ascii").strip()
    except FileNotFoundError:
        held = ""
    if held:
        return held
    folder.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(made)
    return made
