"""The secrets that a local installation makes for itself."""

from __future__ import annotations

import fcntl
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llm_router.errors import ConfigurationError
from llm_router.local import keys
from llm_router.local.keys import kept_secret

MANY = 4


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path):
    made = kept_secret(tmp_path / "state", "admin_key")
    assert kept_secret(tmp_path / "state", "admin_key") == made
    assert kept_secret(tmp_path / "state", "hash_secret") != made
    assert stat.S_IMODE((tmp_path / "state" / "admin_key").stat().st_mode) == 0o600


def test_all_who_find_none_at_once_are_given_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    together, look = threading.Barrier(MANY), keys._read

    def look_together(path: Path) -> str:
        found = look(path)
        together.wait()
        return found

    monkeypatch.setattr(keys, "_read", look_together)
    with ThreadPoolExecutor(MANY) as pool:
        given = set(pool.map(lambda _: kept_secret(tmp_path, "admin_key"), range(MANY)))
    assert given == {(tmp_path / "admin_key").read_text("ascii")}


@pytest.mark.parametrize("left", ["", " \n"], ids=["empty", "blank"])
def test_a_file_that_was_left_without_a_secret_gets_one_that_only_its_owner_can_read(tmp_path: Path, left: str):
    file = tmp_path / "admin_key"
    file.write_text(left)
    file.chmod(0o644)
    made = kept_secret(tmp_path, "admin_key")
    assert made == kept_secret(tmp_path, "admin_key") == file.read_text("ascii")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_process_that_never_lets_go_of_a_secret_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keys, "WAIT_S", 0.05)
    with (tmp_path / "admin_key").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ConfigurationError, match="cannot keep the file admin_key: another process"):
            kept_secret(tmp_path, "admin_key")
    assert kept_secret(tmp_path, "admin_key")
