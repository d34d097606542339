"""The secrets of a local installation: made once, readable by their owner alone, the same after a restart."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import time
from pathlib import Path

from llm_router.errors import ConfigurationError

WAIT_S = 5.0
"""How long another process is waited for that is making the same secret, which takes it no time."""

LOOK_S = 0.01
"""How often it is seen whether it has."""


def kept_secret(folder: Path, name: str) -> str:
    """The secret of this name, made on first use. 256 random bits, in a file that only its owner can read.

    Of several processes that ask for it first at once, one makes it and all are given the same.

    Raises `ConfigurationError` when the folder can neither give nor take it, or another process does not let go of it.
    """
    try:
        return _read(folder / name) or _made(folder / name)
    except OSError as failure:
        why = failure.strerror or type(failure).__name__
        raise ConfigurationError(f"STATE_DIR cannot keep the file {name}: {why}.") from None
    except UnicodeDecodeError:
        remedy = f"remove it, to have another one made, or set {name.upper()}"
        raise ConfigurationError(f"The file {name} in STATE_DIR holds no key: {remedy}.") from None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        return ""


def _made(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Read and written through one file, which is closed, and thereby unlocked, once the secret is in it.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as file:
        _lock(file.fileno())
        if by_another := file.read().strip():
            return by_another
        os.fchmod(file.fileno(), 0o600)
        made = secrets.token_urlsafe(32)
        file.seek(0)
        file.truncate()
        file.write(made)
        return made


def _lock(file: int) -> None:
    """Have the file for this process alone. Raises `TimeoutError` when another one has it all the time."""
    until = time.monotonic() + WAIT_S
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise TimeoutError(errno.ETIMEDOUT, "another process does not let go of it") from None
        time.sleep(LOOK_S)
