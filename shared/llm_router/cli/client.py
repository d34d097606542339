"""Asks the service over HTTP and tells in one sentence why it could not."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TypeVar

import click
from pydantic import BaseModel, ValidationError

TIMEOUT_S = 30.0
REFUSED, UNREACHABLE = 1, 3
_KEY = re.compile(r"[\x21-\x7e]*")
"""What a header can carry and no key of ours goes beyond."""
Answer = TypeVar("Answer", bound=BaseModel)


class Failed(click.ClickException):
    """The service refused (exit status 1) or could not be reached (3)."""

    def __init__(self, message: str, status: int = REFUSED) -> None:
        super().__init__(printable(message))
        self._status = status

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """The exit status of the command."""
        return self._status


@dataclass(frozen=True, slots=True)
class Client:
    """One service. `key` is empty for a listener that asks for none."""

    url: str
    key: str

    def get(self, path: str) -> bytes:
        """The body of `GET path`. Raises `Failed`."""
        return self._send(path, None)

    def post(self, path: str, body: dict[str, object]) -> bytes:
        """The body of `POST path` with JSON. Raises `Failed`."""
        return self._send(path, json.dumps(body).encode())

    def _send(self, path: str, body: bytes | None) -> bytes:
        if not self.url.startswith(("http://", "https://")):
            raise Failed("The address must begin with http:// or https://; set --url or ROUTER_URL.", UNREACHABLE)
        if not _KEY.fullmatch(self.key):
            raise Failed("The key holds a character that no key has: it is printable ASCII without spaces.")
        try:
            status, found = self._answer(path, body)
        except (OSError, ValueError, http.client.HTTPException) as failure:
            why = getattr(failure, "reason", failure)
            raise Failed(
                f"The router does not answer at {self.url} ({type(why).__name__}). "
                "Start it with 'make run', or name another address with --url or ROUTER_URL.",
                UNREACHABLE,
            ) from None
        if status < 400 or (status == 503 and path == "/health"):
            return found
        raise Failed(_reason(status, found))

    def _answer(self, path: str, body: bytes | None) -> tuple[int, bytes]:
        """The status and the body, whole. Raises what `urllib` and `http.client` raise, also for an odd address."""
        request = urllib.request.Request(self.url.rstrip("/") + path, body)  # noqa: S310 - the scheme is checked
        request.add_header("content-type", "application/json")
        if self.key:
            request.add_header("authorization", f"Bearer {self.key}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()


def _reason(status: int, body: bytes) -> str:
    """The service's own words, with the fields that are wrong and the key that is missing."""
    try:
        error = json.loads(body)["error"]
        message = str(error["message"])
        fields = [f"  {field['path']}: {field['problem']}" for field in error.get("fields") or ()]
    except (ValueError, KeyError, TypeError):
        return f"The service answered {status}."
    if status in (401, 403):
        message += " Give it with --key or ROUTER_KEY."
    return "\n".join([message, *fields])


def parsed(kind: type[Answer], body: bytes) -> Answer:
    """The answer as its type. Raises `Failed` when a service of another version answers something else."""
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        raise Failed("The answer has another form than this command knows; are both of one version?") from None


def printable(text: str) -> str:
    """The text without control characters: names come from outside, and a terminal obeys what it is sent."""
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)
