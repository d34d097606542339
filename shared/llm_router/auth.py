"""Who is calling: keys are compared by hash and in constant time, and only hashes are ever kept."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from llm_router.errors import Forbidden, StoreUnavailable, Unauthenticated

MAX_KEY_LENGTH = 512
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")
_REFUSED = "A valid key is needed, as 'Authorization: Bearer KEY' or 'x-api-key: KEY'."


class Access(StrEnum):
    """Who may call a route. `OPERATOR` is the admin, or anyone on the loopback listener."""

    PUBLIC = "public"
    CLIENT = "client"
    ADMIN = "admin"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who made a request. `key_id` names the client key, or is empty for the admin and for open listeners.

    One that was let in while nobody could tell whether a key is needed is not `known`, and may not spend.
    """

    admin: bool
    key_id: str = ""
    known: bool = True

    @property
    def tenant(self) -> str:
        """Whose sessions, decisions and judgements these are: those of a key, of the admin, or of an open listener."""
        return "admin" if self.admin else f"key {self.key_id}" if self.key_id else "open"

    @property
    def sees(self) -> str | None:
        """The tenant whose decisions the caller may see; None: everybody's."""
        return None if self.admin else self.tenant


def key_hash(key: str) -> str:
    """The form in which a key is stored. Keys are 256 random bits, so a plain digest cannot be searched."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def presented_key(headers: Mapping[str, str]) -> str | None:
    """The key of a request, from either header; empty for one that cannot be a key, None when none is presented."""
    authorization, other = headers.get("authorization"), headers.get("x-api-key")
    if authorization is None:
        key = other
    else:
        scheme, _, bearer = authorization.partition(" ")
        key = bearer if scheme.lower() == "bearer" else ""
    if key is None:
        return None
    key = key.strip()
    return key if len(key) <= MAX_KEY_LENGTH else ""


def comes_from_a_page(headers: Mapping[str, str]) -> bool:
    """Whether a browser sent this from another site's page, or to a name that such a site has pointed at this machine.

    Names without a dot and addresses are nobody's to give; every browser tells the origin of what it posts.
    """
    origin = headers.get("origin")
    if origin is not None and not _is_here(_host_of(origin)):
        return True
    host = _host_of(f"//{headers.get('host', '')}")
    return "." in host and not _is_here(host) and _ADDRESS.fullmatch(host) is None


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_here(host: str) -> bool:
    return host in _HERE or host.endswith(".localhost")


@dataclass(frozen=True)
class Gatekeeper:
    """Decides whether a caller may use a route.

    `admin_key_hash` gives the admin key's hash, or an empty string when none is configured, which closes the
    admin routes. `client_key_id` names the client key with a hash, or gives None; `has_client_keys` tells
    whether any is defined: an expired one is until it is removed, and keeps a loopback listener closed. None is for
    what it cannot tell.
    """

    loopback: bool
    admin_key_hash: Callable[[], str]
    client_key_id: Callable[[str], str | None]
    has_client_keys: Callable[[], bool | None]

    def admit(self, access: Access, headers: Mapping[str, str]) -> Caller:
        """The caller, or `Unauthenticated`; a client's key on an admin route is `Forbidden`.

        Where a client's key is enough it is looked at first, so that it never waits for the admin key. While the admin
        key cannot be read, clients' keys still open what they open, and any other is told so by `StoreUnavailable`;
        while clients' keys cannot be, so does the admin key. What is open on loopback is not open to the pages of other
        sites.
        """
        if access is Access.PUBLIC:
            return Caller(admin=False)
        is_open = self.loopback and not comes_from_a_page(headers)
        if access is Access.OPERATOR and is_open:
            return Caller(admin=False)
        key = presented_key(headers)
        digest = key_hash(key) if key else ""
        if access is Access.CLIENT:
            # OpenAI's SDKs send a key whether one is needed or not: where anybody may come in, a made-up one is no bar.
            return self._client(digest, needs_key=not is_open or self.has_client_keys())
        return self._admin(digest)

    def _client(self, digest: str, *, needs_key: bool | None) -> Caller:
        unread: StoreUnavailable | None = None
        try:
            client = self.client_key_id(digest) if digest and needs_key else None
            if client is not None:
                return Caller(admin=False, key_id=client)
        except StoreUnavailable as failure:
            unread = failure
        try:
            if self._is_admin(digest):
                return Caller(admin=True)
        except StoreUnavailable as failure:
            unread = unread or failure
        if not needs_key:
            return Caller(admin=False, known=needs_key is not None)
        raise unread or Unauthenticated(_REFUSED)

    def _admin(self, digest: str) -> Caller:
        unread: StoreUnavailable | None = None
        try:
            if self._is_admin(digest):
                return Caller(admin=True)
        except StoreUnavailable as failure:
            unread = failure
        if digest and self.client_key_id(digest) is not None:
            raise Forbidden("This route needs the admin key.")
        raise unread or Unauthenticated(_REFUSED)

    def _is_admin(self, digest: str) -> bool:
        expected = self.admin_key_hash() if digest else ""
        return bool(expected) and hmac.compare_digest(digest, expected)
