"""The cache that the workers of one machine share, beyond what every cache promises."""

from __future__ import annotations

import multiprocessing
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_router.adapters.mapped import ROOM, SLOT, SLOTS, MappedCache, make
from llm_router.clock import SystemClock
from tests.support.clock import FakeClock

VALUES = tuple(bytes([letter]) * length for letter, length in ((97, ROOM), (98, ROOM - 7), (99, 900)))
READS = 20_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make(tmp_path / "cache.bin")
    return tmp_path / "cache.bin"


def test_another_process_finds_what_one_has_set(file: Path):
    one, other = (MappedCache(file, FakeClock()) for _ in range(2))
    one.set("shared", b"value", 60)
    assert other.get("shared") == b"value"
    other.delete("shared")
    assert one.get("shared") is None


def test_it_forgets_after_its_time(file: Path):
    clock = FakeClock()
    cache = MappedCache(file, clock)
    cache.set("k", b"v", 10)
    clock.pass_seconds(10)
    assert cache.get("k") is None


def test_what_does_not_fit_is_not_kept_and_what_fits_is(file: Path):
    cache = MappedCache(file, FakeClock())
    cache.set("long", b"short", 60)
    cache.set("long", b"x" * (ROOM + 1), 60)
    cache.set("full", b"x" * ROOM, 60)
    assert (cache.get("long"), cache.get("full")) == (None, b"x" * ROOM)


def test_its_size_never_changes_and_nobody_else_may_read_it(file: Path):
    cache = MappedCache(file, FakeClock())
    for number in range(SLOTS * 2):
        cache.set(str(number), b"v" * 300, 60)
    assert file.stat().st_size == SLOTS * SLOT
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_damaged_place_is_a_miss_and_a_file_of_another_size_is_refused(file: Path):
    cache = MappedCache(file, FakeClock())
    cache.set("k", b"value", 60)
    held = file.read_bytes()
    file.write_bytes(held.replace(b"value", b"valve"))
    assert MappedCache(file, FakeClock()).get("k") is None
    file.write_bytes(held[:-1])
    with pytest.raises(ValueError, match="not a file"):
        MappedCache(file, FakeClock())
    with pytest.raises(FileNotFoundError):
        MappedCache(file.with_name("none"), FakeClock())


def test_nothing_goes_through_a_link_that_somebody_put_there(tmp_path: Path):
    theirs, link = tmp_path / "theirs", tmp_path / "folder" / "cache.bin"
    link.parent.mkdir()
    theirs.write_bytes(b"precious")
    link.symlink_to(theirs)
    with pytest.raises(OSError, match="symbolic links"):
        MappedCache(link, FakeClock())
    make(link)
    assert theirs.read_bytes() == b"precious"
    assert not link.is_symlink()


@pytest.fixture
def written_all_the_time(file: Path) -> Iterator[Path]:
    writer = multiprocessing.get_context("spawn").Process(target=write, args=(file,), daemon=True)
    writer.start()
    cache, until = MappedCache(file, SystemClock()), time.monotonic() + 30
    while cache.get("k") is None and time.monotonic() < until:
        assert writer.is_alive()
    yield file
    writer.kill()
    writer.join()


def test_a_reader_never_sees_half_of_what_is_written(written_all_the_time: Path):
    cache = MappedCache(written_all_the_time, SystemClock())
    found = {cache.get("k") for _ in range(READS)}
    assert len(found & set(VALUES)) >= 2
    assert found <= {*VALUES, None}


def write(file: Path) -> None:
    """The writer's process."""
    cache = MappedCache(file, SystemClock())
    while True:
        for value in VALUES:
            cache.set("k", value, 60)
