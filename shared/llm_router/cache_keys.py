"""Names of cached things: keyed hashes, so that nothing of a prompt can be read or guessed from a key."""

from __future__ import annotations

import hashlib

SCHEMA = "1"
"""Raised whenever the form of what is cached changes: everything older is then a miss."""


def key(secret: bytes, namespace: str, version: str, text: str) -> str:
    """The key of what was worked out from `text` by `version` of the named thing.

    BLAKE2b keyed with `secret` (at most 64 bytes count). Lone surrogates are hashed as they are.
    """
    digest = hashlib.blake2b(key=hashlib.sha256(secret).digest(), digest_size=24)
    for part in (namespace, version):
        digest.update(part.encode())
        digest.update(b"\0")
    digest.update(text.encode("utf-8", "surrogatepass"))
    return f"{namespace}:{SCHEMA}:{digest.hexdigest()}"
