"""Names of cached things: keyed hashes, so that nothing of a prompt can be read or guessed from a key."""

from __future__ import annotations

import hashlib
from functools import lru_cache

SCHEMA = "1"
"""Raised whenever the form of what is cached changes: everything older is then a miss."""


def key(secret: bytes, namespace: str, version: str, text: str) -> str:
    """The key of what was worked out from `text` by `version` of the named thing.

    BLAKE2b keyed with `secret` (at most 64 bytes count). Lone surrogates are hashed as they are.
    """
    digest = _begun(secret, namespace, version).copy()
    digest.update(text.encode("utf-8", "surrogatepass"))
    return f"{namespace}:{SCHEMA}:{digest.hexdigest()}"


@lru_cache(64)
def _begun(secret: bytes, namespace: str, version: str) -> hashlib.blake2b:
    """What the keys of one thing have in common."""
    return hashlib.blake2b(f"{namespace}\0{version}\0".encode(), key=hashlib.sha256(secret).digest(), digest_size=24)
