"""The headers of every answer, whoever gives it: a door, the local gateway, or the Lambda handler."""

from __future__ import annotations

from starlette.responses import Response

SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
)


def add_headers(response: Response, request_id: str) -> None:
    """Those that the answer does not have of its own, and the id of its request, by the names that OpenAI's and
    Anthropic's SDKs read."""
    said = {name for name, _ in response.raw_headers}
    known = request_id.encode("latin-1", "replace")
    headers = (*SECURITY_HEADERS, (b"x-request-id", known), (b"request-id", known))
    response.raw_headers += [header for header in headers if header[0] not in said]
