"""Which addresses a provider may be reached at: https anywhere, plain http on loopback or where it is allowed."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_PRIVATE_SUFFIXES = (".local", ".internal", ".lan", ".home.arpa")


def problem(base_url: str, *, private_http: bool) -> str | None:
    """What is wrong with an address from the settings, in words that do not quote it; None when it can be used.

    `private_http` allows http to a private address, a name without a dot, or a name that no public zone has.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if not host or port == 0 or not base_url.isascii() or any(character.isspace() for character in base_url):
        return "is no address"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or a password"
    if parts.query or parts.fragment:
        return "must not hold a query or a fragment"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return None
    if parts.scheme != "http":
        return "must begin with https://"
    if not _is_private(host):
        return "must begin with https://, since it is not a private address"
    return None if private_http else "must begin with https://, or PRIVATE_HTTP_PROVIDERS must be true"


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _is_private(host: str) -> bool:
    address = _address(host)
    if address is None:
        return "." not in host or host.endswith(_PRIVATE_SUFFIXES)
    return address.is_private and not address.is_link_local and not address.is_unspecified
