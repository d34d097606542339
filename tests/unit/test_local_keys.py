"""The secrets that a local installation makes for itself."""

from __future__ import annotations

import stat
from pathlib import Path

from llm_router.local.keys import kept_secret


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path):
    made = kept_secret(tmp_path / "state", "admin_key")
    assert kept_secret(tmp_path / "state", "admin_key") == made
    assert kept_secret(tmp_path / "state", "hash_secret") != made
    assert stat.S_IMODE((tmp_path / "state" / "admin_key").stat().st_mode) == 0o600
