"""The settings of a local installation: what the caller gave, and sensible values where nothing is set."""

from __future__ import annotations

from pathlib import Path

from llm_router.local.keys import kept_secret

ROOT = Path(__file__).resolve().parents[3]


def local_environment(given: dict[str, str]) -> dict[str, str]:
    """What the functions see: the caller's environment, and what a local installation adds where nothing is set."""
    local = {"STORE": "sqlite", "LISTENER": "loopback", "LOG_LEVEL": "WARNING"} | given
    folder = Path(local.get("STATE_DIR") or ROOT / ".local")
    local["STATE_DIR"] = str(folder)
    local["ADMIN_KEY"] = local.get("ADMIN_KEY") or kept_secret(folder, "admin_key")
    local["HASH_SECRET"] = local.get("HASH_SECRET") or kept_secret(folder, "hash_secret")
    if local.get("HOST", "127.0.0.1") not in ("127.0.0.1", "localhost", "::1"):
        local["LISTENER"] = "public"
    return local
