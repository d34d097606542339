"""Secrets that the settings hold or name; those of AWS are read when they are first needed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from llm_router.auth import key_hash
from llm_router.errors import StoreUnavailable
from llm_router.lazy import Lazy
from llm_router.ports import Clock
from llm_router.renewal import Renewal
from llm_router.settings import Settings

if TYPE_CHECKING:
    from llm_router.adapters.aws import AwsClients

ADMIN_KEY_EVERY_S = 300.0
"""How long an admin key that was replaced still opens an instance. Whoever replaces one that is known to others cannot
wait for every instance to end; an instance that is always busy reads it for 4 cents a month."""

RETRY_AFTER_S = 60.0
"""How long the store is left alone after it did not give a key that is held: whoever finds out waits for it."""


class ConfiguredSecrets:
    """Raises `StoreUnavailable` when the secret store does not give one."""

    def __init__(self, settings: Settings, clock: Clock, aws: Lazy[AwsClients]) -> None:
        self.settings = settings
        self._aws = aws
        self._stored_admin_key: str | None = None
        self._renewal = Renewal(self._read_admin_key, clock)

    def admin_key_hash(self) -> str:
        """Empty when no admin key is configured. One of AWS is read again every `ADMIN_KEY_EVERY_S`, and the last one
        stays while it cannot be."""
        if configured := self.settings.admin_key.get_secret_value():
            return key_hash(configured)
        self._renewal.if_due()
        return self._stored_admin_key or ""

    def restored(self) -> None:
        """Read again what a process woken from a snapshot may have had for days."""
        self._renewal.expire()

    def hash_secret(self) -> str:
        """Without one configured, a secret of this call alone: what is hashed with it means nothing to others."""
        configured = self.settings.hash_secret.get_secret_value() or self._named(self.settings.hash_secret_id)
        return configured or secrets.token_urlsafe(32)

    def provider_settings(self) -> dict[str, str]:
        """The providers' settings by name; raises `ConfigurationError` for a secret that is no object of texts."""
        return self.settings.provider_settings(self._named(self.settings.provider_keys_secret))

    def _read_admin_key(self) -> float:
        try:
            key = self._named(self.settings.admin_key_secret)
        except StoreUnavailable:
            if self._stored_admin_key is None:
                raise
            return RETRY_AFTER_S
        self._stored_admin_key = key_hash(key) if key else ""
        return ADMIN_KEY_EVERY_S

    def _named(self, name: str) -> str:
        if not name:
            return ""
        from llm_router.adapters.aws import translated

        with translated("The secret store"):
            text = self._aws().secrets().get_secret_value(SecretId=name).get("SecretString")
        if text is None:  # it may be binary
            raise StoreUnavailable("The secret holds no text.")
        return text
