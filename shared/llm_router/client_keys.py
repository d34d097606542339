"""Client keys: who may call, for which models, how often and for how much. Only the hash of a secret is kept."""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from llm_router.auth import key_hash
from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.naming import all_folded, folded, own_names_of
from llm_router.errors import NotFound, StoreUnavailable, UnreadableRecord
from llm_router.json_values import known_fields
from llm_router.ports import Clock, Record, RecordStore
from llm_router.renewal import LAST_GOOD_FOR_S

Found = TypeVar("Found")

KIND = "client_key"
ID_LENGTH = 16
"""A key's id is the beginning of its secret's hash: 64 bits find the record, the whole hash is then compared."""

MOST_KEYS = 10_000
RETRY_AFTER_S = 10.0
"""How long the store is left alone after it did not answer: whoever finds out waits for it, the others do not."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A key without its secret. None and empty bound nothing; amounts are USD, times epoch seconds.

    A model is named by its id or by its provider's name for it, in any case of letters.
    Which models binds recommending, too, and how many requests also classifying; budgets bind generation alone, which
    costs money. What is given again under an idempotency key is no request.
    `caches` turns the response cache on for requests that do not speak of it, with `caches_similar` also for questions
    of the same meaning.
    """

    id: str
    name: str
    sha256: str
    created_at: float
    expires_at: float | None = None
    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    requests_per_minute: int | None = None
    usd_per_day: float | None = None
    usd_per_month: float | None = None
    caches: bool = False
    caches_similar: bool = False

    def allows(self, model: ModelEntry) -> bool:
        """Whether requests with this key may go to the model."""
        return not self.refused((model,))

    def refused(self, models: Iterable[ModelEntry]) -> list[str]:
        """The ids of those models that requests with this key may not go to."""
        if not (self.models or self.providers):
            return []
        names, providers = all_folded(self.models), all_folded(self.providers)
        return [
            model.id
            for model in models
            if (names and names.isdisjoint(own_names_of(model)))
            or (providers and folded(model.provider) not in providers)
        ]

    @property
    def has_budget(self) -> bool:
        """Whether what it spends is bounded."""
        return self.usd_per_day is not None or self.usd_per_month is not None


_FIELDS = frozenset(field.name for field in fields(ClientKey))


def new_secret() -> str:
    """A key's secret: 256 random bits behind a prefix that tells secret scanners what it is."""
    return f"rk-{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, slots=True)
class KeyBook:
    """The keys as they are stored, those that have expired among them until they are removed. Raises
    `StoreUnavailable`, and `UnreadableRecord` for one alone."""

    records: RecordStore
    warn: Callable[[str], None]

    def add(self, draft: ClientKey, secret: str) -> ClientKey:
        """Keep the key under its secret's hash; its id and hash are filled in."""
        digest = key_hash(secret)
        key = replace(draft, id=digest[:ID_LENGTH], sha256=digest)
        self.records.put(Record(KIND, key.id, _dumps(key)))
        return key

    def find(self, key_id: str) -> ClientKey | None:
        """The key of this id, whether it has expired or not."""
        record = self.records.get(KIND, key_id)
        return None if record is None else _loads(record.body)

    def all(self) -> list[ClientKey]:
        """Every key that can be read, the newest first."""
        found = []
        for record in self.records.latest(KIND, MOST_KEYS):
            try:
                found.append(_loads(record.body))
            except UnreadableRecord:
                self.warn(f"The stored key {record.key} cannot be read and is not listed.")
        return sorted(found, key=lambda key: key.created_at, reverse=True)

    def any(self) -> bool:
        """Whether any key is stored. One that has expired or cannot be read counts: it still closes what it closed."""
        return bool(self.records.latest(KIND, 1))

    def remove(self, key_id: str) -> None:
        """Take it back. Raises `NotFound`."""
        if not self.records.delete(KIND, key_id):
            raise NotFound("There is no such key.")


class KeyRing:
    """The keys as requests ask for them: read anew every `check_every_s`.

    While the store does not answer, it is left alone for `RETRY_AFTER_S` and what was read before stays good for a
    quarter of an hour. A key that was never read is refused with `StoreUnavailable`: it cannot be checked and opens
    nothing. Whether there are keys at all, which only a loopback listener asks, stays as it was last known.
    """

    def __init__(self, book: KeyBook, clock: Clock, *, check_every_s: float) -> None:
        self._book = book
        self._clock = clock
        self._check_every_s = check_every_s
        self._keys: dict[str, tuple[ClientKey, float]] = {}
        self._any: tuple[bool, float] | None = None
        self._ask_at = float("-inf")

    def find(self, digest: str) -> ClientKey | None:
        """The key whose secret has this hash."""
        key = self.by_id(digest[:ID_LENGTH])
        return key if key is not None and hmac.compare_digest(key.sha256, digest) else None

    def by_id(self, key_id: str) -> ClientKey | None:
        """The key of this id, unless it has expired."""
        held = self._keys.get(key_id)
        found = self._read(held, lambda: self._book.find(key_id))
        if found is None:
            self._keys.pop(key_id, None)
            return None
        key, at = found
        if found is not held:
            if len(self._keys) >= MOST_KEYS:
                self._keys.clear()
            self._keys[key_id] = (key, at)
        return key if key.expires_at is None or key.expires_at > self._clock.now() else None

    def forget(self, key_id: str) -> None:
        """Read this key anew the next time."""
        self._keys.pop(key_id, None)

    def any(self) -> bool | None:
        """Whether any key is defined; None while that has never been known."""
        with contextlib.suppress(StoreUnavailable):
            self._any = self._read(self._any, self._book.any)
        return None if self._any is None else self._any[0]

    def _read(self, held: tuple[Found, float] | None, read: Callable[[], Found | None]) -> tuple[Found, float] | None:
        now = self._clock.monotonic()
        if held is not None and now < held[1] + self._check_every_s:
            return held
        try:
            found = self._asked(read, now)
        except StoreUnavailable:
            if held is None or now > held[1] + LAST_GOOD_FOR_S:
                raise
            return held
        return None if found is None else (found, now)

    def _asked(self, read: Callable[[], Found | None], now: float) -> Found | None:
        """What the store says, unless it did not answer a moment ago. A key that cannot be read is an answer."""
        if now < self._ask_at:
            raise StoreUnavailable("Keys cannot be checked now.", retry_after_s=self._ask_at - now)
        try:
            return read()
        except UnreadableRecord:
            raise
        except StoreUnavailable:
            self._ask_at = now + RETRY_AFTER_S
            raise


def _dumps(key: ClientKey) -> str:
    return json.dumps({name: getattr(key, name) for name in sorted(_FIELDS)})


def _loads(body: str) -> ClientKey:
    """Without fields that this release does not know, as a newer one leaves them. Raises `UnreadableRecord`."""
    try:
        held = known_fields(ClientKey, json.loads(body))
        return ClientKey(**{**held, "models": tuple(held["models"]), "providers": tuple(held["providers"])})
    except (ValueError, TypeError, KeyError, AttributeError) as failure:
        raise UnreadableRecord("A stored key cannot be read.") from failure
