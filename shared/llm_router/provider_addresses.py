"""Which addresses a provider may be reached at: https anywhere, plain http on loopback or where it is allowed."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from llm_router.setting_addresses import ollama_address

SETTINGS = (
    "openai_base_url",
    "anthropic_base_url",
    "gemini_base_url",
    "dashscope_base_url",
    "azure_openai_endpoint",
    "ollama_base_url",
    "ollama_host",
    "vllm_base_url",
    "llama_cpp_base_url",
    "bedrock_endpoint_url",
)
"""The settings that hold one."""

_TRUE = ("true", "1", "yes", "on", "y", "t")
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
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return None
    if parts.scheme != "http":
        return "must begin with https://"
    if not _is_private(host):
        return "must begin with https://, since it is not a private address"
    return None if private_http else "must begin with https://, or PRIVATE_HTTP_PROVIDERS must be true"


def is_inside(address: str) -> bool:
    """Whether a web address is one of this machine's or of a private network's, however its host is written, or cannot
    be told from one: programs differ in what they take for the host where a backslash or what cannot be printed stands
    in it, and where an IPv6 address leads that stands for another depends on the network."""
    try:
        host = unquote(normalize("NFKC", urlsplit(address).hostname or "")).replace("。", ".").rstrip(".")
    except ValueError:
        return True
    if not host or not host.isprintable() or "\\" in address or host.endswith(".localhost"):
        return True
    literal = _address(host.partition("%")[0]) or _address_in_old_form(host)
    if literal is None:
        return _is_private(host)
    if isinstance(literal, ipaddress.IPv6Address):
        literal = literal.ipv4_mapped or literal.sixtofour or literal
    return not literal.is_global or literal.is_reserved or literal.is_multicast


def _address_in_old_form(host: str) -> ipaddress.IPv4Address | None:
    """As `127.1`, `0x7f000001` and `2130706433`, which are the same."""
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def wrong_among(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each of these settings that cannot be used, by the variable's name, and why; values as the environment has them,
    by the settings' names."""
    private_http = given.get("private_http_providers", "").strip().lower() in _TRUE
    for name in SETTINGS:
        if address := given.get(name, "").strip():
            whole = ollama_address(address) if name == "ollama_host" else address
            if wrong := problem(whole, private_http=private_http):
                yield name.upper(), wrong


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether what listens or is asked there is on this machine. No other name than `localhost` is looked up."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _is_private(host: str) -> bool:
    address = _address(host)
    if address is None:
        return "." not in host or host.endswith(_PRIVATE_SUFFIXES)
    return address.is_private and not address.is_link_local and not address.is_unspecified
