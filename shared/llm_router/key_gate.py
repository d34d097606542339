"""What clients' keys open: whose a key is, and whether it may make one more request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llm_router.auth import Caller
from llm_router.client_keys import RETRY_AFTER_S, ClientKey, KeyRing
from llm_router.errors import StoreUnavailable, Unauthenticated

if TYPE_CHECKING:
    from llm_router.budgets import Budgets


@dataclass(frozen=True, slots=True)
class KeyGate:
    """Looks up keys and counts what is asked with them. `budgets` is asked for only where a client's key was used."""

    ring: KeyRing
    budgets: Callable[[], Budgets]
    warn: Callable[[str], None]

    def id_of(self, digest: str) -> str | None:
        """The id of the client key with this hash."""
        found = self.ring.find(digest)
        return None if found is None else found.id

    def held_by(self, caller: Caller) -> ClientKey | None:
        """The caller's key where it is a client's, for a request that counts against no minute.

        Raises `Unauthenticated` where the key has gone since its caller was let in: it had limits.
        """
        if not caller.key_id:
            return None
        if (key := self.ring.by_id(caller.key_id)) is None:
            raise Unauthenticated("This key is not valid any more.")
        return key

    def key_of(self, caller: Caller, *, spends: bool) -> ClientKey | None:
        """The same for a request that counts against the key's minute; to be asked for once.

        While requests cannot be counted, one that spends nothing is let in. Raises `Unauthenticated`, `RateLimited` and
        `StoreUnavailable`, also where a caller without a key would spend and nobody can tell yet whether one is needed.
        """
        if spends and not caller.known:
            raise StoreUnavailable("Whether a key is needed cannot be checked now.", retry_after_s=RETRY_AFTER_S)
        if (key := self.held_by(caller)) is None:
            return None
        try:
            self.budgets().admit(key)
        except StoreUnavailable as failure:
            if spends:
                raise
            self.warn(f"A key's request was not counted: {failure.message}")
        return key
