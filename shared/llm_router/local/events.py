"""HTTP to API Gateway's payload format 2.0 and back, as AWS documents it for HTTP APIs."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import AnyStr
from urllib.parse import parse_qsl

Event = dict[str, object]
_DROPPED = {"connection", "keep-alive", "transfer-encoding", "upgrade"}
_TEXT = ("text/", "application/json", "application/javascript", "application/xml", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came in. `path` is percent-decoded, `headers` are lower-case pairs in their order."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What goes back out."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def http_event(
    request: HttpRequest, *, route_key: str, path_parameters: Mapping[str, str], request_id: str, now: float
) -> Event:
    """The event that API Gateway would send. Repeated headers and query names are joined by commas."""
    headers = joined(request.headers, ",")
    cookies = [part.strip() for name, value in request.headers if name == "cookie" for part in value.split(";")]
    headers.pop("cookie", None)
    moment = datetime.fromtimestamp(now, UTC)
    host = headers.get("host", "localhost")
    event: Event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = joined(parse_qsl(request.query, keep_blank_values=True), ",")
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _encoded(request.body, headers.get("content-type", ""))
    return event


def schedule_event(function: str, *, event_id: str, now: float) -> Event:
    """The event that an EventBridge schedule sends."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "anonymous",
        "time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "local",
        "resources": [f"arn:aws:events:local:anonymous:rule/{function}"],
        "detail": {},
    }


def http_answer(result: object) -> HttpAnswer | None:
    """The function's result as HTTP, or None when it is not a result of payload format 2.0."""
    if not isinstance(result, Mapping) or not isinstance(status := result.get("statusCode"), int):
        return None
    headers, body = result.get("headers") or {}, result.get("body") or ""
    if not isinstance(headers, Mapping) or not isinstance(body, str):
        return None
    raw = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    pairs = [(str(name).lower(), str(value)) for name, value in headers.items() if str(name).lower() not in _DROPPED]
    cookies = result.get("cookies") or []
    pairs.extend(("set-cookie", str(cookie)) for cookie in (cookies if isinstance(cookies, list) else []))
    return HttpAnswer(status, pairs, raw)


def joined(pairs: Iterable[tuple[AnyStr, AnyStr]], comma: AnyStr) -> dict[AnyStr, AnyStr]:
    """Each name with its values in their order, as API Gateway hands on what is repeated."""
    found: dict[AnyStr, AnyStr] = {}
    for name, value in pairs:
        found[name] = found[name] + comma + value if name in found else value
    return found


def _encoded(body: bytes, media_type: str) -> tuple[str, bool]:
    if media_type.startswith(_TEXT) or not media_type:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True
