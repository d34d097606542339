"""What addresses among the settings must be, and how they are put together.

The checks return what they are given; they raise `ValueError`, whose text shows nothing of it.
"""

from __future__ import annotations

from urllib.parse import SplitResult, quote, urlsplit


def bracketed(host: str) -> str:
    """A host as it stands in an address before the port: an IPv6 one in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _parts(address: str) -> SplitResult | None:
    """An address taken apart; None when it, or its port, is none."""
    try:
        found = urlsplit(address)
        _ = found.port
    except ValueError:
        return None
    return found


def check_redis_address(address: str) -> str:
    """A password may hold what ends the host: then the port is no number, the host is missing, or an @ is left behind
    it that stands in no setting of the query."""
    if not address or address.startswith("unix://"):
        return address
    if not address.startswith(("redis://", "rediss://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    parts = _parts(address)
    if parts is None or not parts.hostname or _is_cut(parts):
        raise ValueError("must have a host, a number as its port, and its user name and password percent-encoded")
    return address


def _is_cut(parts: SplitResult) -> bool:
    said, at, _ = parts.query.partition("@")
    return "@" in f"{parts.path}{parts.fragment}" or bool(at and "=" not in said)


def check_redis_host(host: str) -> str:
    """A name or an address, without anything that would change what the address made of it says."""
    if host and not _is_host(host):
        raise ValueError("must be a host alone; its port is REDIS_PORT, its password REDIS_PASSWORD")
    return host


def check_host(host: str) -> str:
    """A name or an address to listen on."""
    if not _is_host(host):
        raise ValueError("must be a host alone; its port is PORT")
    return host


def _is_host(host: str) -> bool:
    parts = _parts(f"//{bracketed(host)}")
    return parts is not None and parts.hostname == host.strip("[]").lower() and " " not in host


def check_place(place: str) -> str:
    """A file's path, or a bucket and a key in S3."""
    scheme, separator, rest = place.partition("://")
    bucket, _, key = rest.partition("/")
    if separator and not (scheme == "s3" and bucket and key):
        raise ValueError("must be a file's path or s3://bucket/key")
    return place


def check_http_address(address: str) -> str:
    """Of http or https, with a host, and with a port that is a number or none."""
    parts = _parts(address)
    if address and (parts is None or parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("must be an http:// or https:// address")
    return address


def join_redis_address(host: str, port: int, password: str) -> str:
    """Database 0 of that Redis. Holds the password: never log it."""
    login = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{login}{bracketed(host)}:{port}/0"


def ollama_address(host: str) -> str:
    """What Ollama makes of its OLLAMA_HOST: http and port 11434 unless it says otherwise."""
    scheme, separator, rest = host.rpartition("://")
    rest = bracketed(rest) if rest.count(":") > 1 else rest
    end = rest.rfind("]") + 1
    name, colon, port = rest[end:].partition(":")
    name = rest[:end] + name
    reachable = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(name, name)  # noqa: S104
    return f"{scheme or 'http'}://{reachable}{colon}{port}" if separator or port else f"http://{reachable}:11434"
