"""The local gateway's events are those that AWS documents for payload format 2.0."""

from __future__ import annotations

import base64
from typing import Any

from llm_router.local.events import HttpRequest, http_answer, http_event, schedule_event

DOCUMENTED: dict[str, Any] = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/my/path",
    "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
    "cookies": ["cookie1", "cookie2"],
    "headers": {"header1": "value1", "header2": "value1,value2", "host": "id.example.com", "user-agent": "agent"},
    "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
    "requestContext": {
        "accountId": "anonymous",
        "apiId": "local",
        "domainName": "id.example.com",
        "domainPrefix": "id",
        "http": {
            "method": "POST",
            "path": "/my/path",
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.1",
            "userAgent": "agent",
        },
        "requestId": "id",
        "routeKey": "$default",
        "stage": "$default",
        "time": "12/Mar/2020:19:03:58 +0000",
        "timeEpoch": 1583348638390,
    },
    "body": "Hello from Lambda",
    "pathParameters": {"parameter1": "value1"},
    "isBase64Encoded": False,
}
"""The example of API Gateway's documentation, without authorizer and stage variables, which no route of ours has."""


def request(**changed: object) -> HttpRequest:
    given: dict[str, object] = {
        "method": "POST",
        "path": "/my/path",
        "query": "parameter1=value1&parameter1=value2&parameter2=value",
        "headers": [
            ("header1", "value1"),
            ("header2", "value1"),
            ("header2", "value2"),
            ("cookie", "cookie1; cookie2"),
            ("host", "id.example.com"),
            ("user-agent", "agent"),
        ],
        "body": b"Hello from Lambda",
        "source_ip": "192.0.2.1",
    }
    return HttpRequest(**(given | changed))  # type: ignore[arg-type]


def event(of: HttpRequest) -> dict[str, object]:
    return http_event(
        of, route_key="$default", path_parameters={"parameter1": "value1"}, request_id="id", now=1583348638.390
    )


def test_the_event_is_the_documented_example():
    expected = {**DOCUMENTED, "requestContext": {**DOCUMENTED["requestContext"], "time": "04/Mar/2020:19:03:58 +0000"}}
    assert event(request()) == expected


def test_a_body_that_is_not_text_travels_as_base64():
    found = event(request(body=b"\xff\x00", headers=[("content-type", "application/octet-stream")]))
    assert found["isBase64Encoded"] is True
    assert base64.b64decode(str(found["body"])) == b"\xff\x00"


def test_a_request_without_body_query_or_cookies_has_none_of_those_fields():
    found = event(request(body=b"", query="", headers=[]))
    assert not {"body", "queryStringParameters", "cookies"} & set(found)


def test_an_answer_comes_back_whole_and_drops_hop_by_hop_headers():
    answer = http_answer(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"},
            "cookies": ["a=1", "b=2"],
            "body": base64.b64encode(b"hello").decode(),
            "isBase64Encoded": True,
        }
    )
    assert answer is not None
    assert (answer.status, answer.body) == (201, b"hello")
    assert list(answer.headers) == [("content-type", "text/plain"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]


def test_what_is_no_answer_is_not_taken_for_one():
    assert http_answer(None) is None
    assert http_answer({"headers": {}}) is None
    assert http_answer({"statusCode": 200, "body": 5}) is None


def test_a_schedule_event_has_the_documented_fields():
    found = schedule_event("IngestFunction", event_id="e1", now=0)
    assert (found["source"], found["detail-type"], found["id"]) == ("aws.events", "Scheduled Event", "e1")
    assert found["time"] == "1970-01-01T00:00:00Z"
