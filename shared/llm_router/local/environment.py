"""The settings of a local installation: what the caller gave, and sensible values where nothing is set."""

from __future__ import annotations

import stat
from pathlib import Path

from llm_router.errors import ConfigurationError
from llm_router.local.keys import kept_secret
from llm_router.provider_addresses import is_loopback
from llm_router.settings import Store

ROOT = Path(__file__).resolve().parents[3]


def local_environment(given: dict[str, str]) -> dict[str, str]:
    """What the functions see: the caller's environment, and what a local installation adds where nothing is set.

    A blank variable counts as not set. Raises `ConfigurationError` when STATE_DIR cannot keep what has to be kept, and
    for a store that nothing here would share.
    """
    set_ = {name: value for name, value in given.items() if value.strip()}
    local = {"STORE": "sqlite", "LISTENER": "loopback", "LOG_LEVEL": "WARNING"} | set_
    if local["STORE"].strip().lower() == Store.MEMORY:
        raise ConfigurationError("STORE must be sqlite or aws here: each function of each worker has its own memory.")
    folder = Path(local.get("STATE_DIR") or ROOT / ".local")
    if _is_no_folder(folder):
        raise ConfigurationError("STATE_DIR must name a folder, and what it names is none.")
    local["STATE_DIR"] = str(folder)
    local["ADMIN_KEY"] = local.get("ADMIN_KEY") or kept_secret(folder, "admin_key")
    local["HASH_SECRET"] = local.get("HASH_SECRET") or kept_secret(folder, "hash_secret")
    if not is_loopback(local.get("HOST", "127.0.0.1").strip()):
        local["LISTENER"] = "public"
    return local


def _is_no_folder(path: Path) -> bool:
    """False for what cannot be looked at: whoever must keep something there will say so, and nobody else needs it."""
    try:
        return not stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False
