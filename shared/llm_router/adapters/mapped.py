"""A cache in a file that all workers on one machine map into their memory."""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import stat
import struct
import zlib
from pathlib import Path

from llm_router.ports import Clock

SLOTS, SLOT = 4096, 2048
"""Places, and bytes of each: eight megabytes, several times what a classification takes."""

_HEAD = struct.Struct("<Id16sH")
"""Checksum of all that follows, when it ends, which key it is, and how many bytes."""

_SUM = struct.calcsize("<I")
ROOM = SLOT - _HEAD.size


def make(path: Path) -> None:
    """A new, empty file, of this user alone, in place of any other. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Never through a link that somebody else put there.
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(made, "wb") as file:
        # All of it is written: a place that the disk had no room for would end the process that touches it.
        file.write(bytes(SLOTS * SLOT))


class MappedCache:
    """A `Cache` over a file from `make`: a key has one place, and what comes later takes it.

    Nothing is locked: whoever reads while another process writes sees a wrong checksum, which is a miss. What is longer
    than `ROOM` bytes is not kept. Ends are told by the machine's monotonic clock, which its processes share.
    """

    available = True

    def __init__(self, path: Path, clock: Clock) -> None:
        """Raises `OSError` when there is no such file, `ValueError` when it is another user's or of another size."""
        self._clock = clock
        with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+b") as file:
            is_ = os.fstat(file.fileno())
            if not stat.S_ISREG(is_.st_mode) or is_.st_size != SLOTS * SLOT or is_.st_uid != os.getuid():
                raise ValueError("not a file that this user's service made")
            self._memory = mmap.mmap(file.fileno(), SLOTS * SLOT)

    def get(self, key: str, worth_s: float = math.inf) -> bytes | None:
        digest, start = _place(key)
        head = self._memory[start : start + _HEAD.size]
        found, ends, held, length = _HEAD.unpack(head)
        if held != digest or length > ROOM:
            return None
        value = self._memory[start + _HEAD.size : start + _HEAD.size + length]
        if zlib.crc32(head[_SUM:] + value) != found or ends <= self._clock.monotonic():
            return None
        return value

    def set(self, key: str, value: bytes, ttl_s: float, worth_s: float = math.inf) -> None:
        if len(value) > ROOM:
            self.delete(key)
            return
        digest, start = _place(key)
        rest = _HEAD.pack(0, self._clock.monotonic() + ttl_s, digest, len(value))[_SUM:] + value
        record = zlib.crc32(rest).to_bytes(_SUM, "little") + rest
        self._memory[start : start + len(record)] = record

    def delete(self, key: str) -> None:
        digest, start = _place(key)
        if _HEAD.unpack(self._memory[start : start + _HEAD.size])[2] == digest:
            self._memory[start : start + _HEAD.size] = bytes(_HEAD.size)


def _place(key: str) -> tuple[bytes, int]:
    digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
    return digest, int.from_bytes(digest[:4], "little") % SLOTS * SLOT
