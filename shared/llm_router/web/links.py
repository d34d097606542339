"""What an answer gives for the next request: OpenAPI links, from where a value stands to where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Link:
    """From the answer of one operation (method and path) to another one.

    `parameters` and `body` hold OpenAPI runtime expressions, such as `$response.body#/id`.
    """

    name: str
    source: tuple[str, str]
    target: tuple[str, str]
    description: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None


_ROUTE, _CHAT = ("POST", "/route"), ("POST", "/v1/chat/completions")
_RESPONSE, _MESSAGE = ("POST", "/v1/responses"), ("POST", "/v1/messages")
_DECIDED, _NOTED = "$response.body#/decision_id", "$response.body#/router/decision_id"
_CHOSEN = "$response.body#/recommended_model/id"

LINKS: tuple[Link, ...] = (
    Link("decision", _ROUTE, ("GET", "/decisions/{decision_id}"), "Read it again", {"decision_id": _DECIDED}),
    Link(
        "feedback",
        _ROUTE,
        ("POST", "/feedback"),
        "Judge how the answer turned out",
        body={"decision_id": _DECIDED, "success": True},
    ),
    Link(
        "session",
        _ROUTE,
        _CHAT,
        "The next turn of the same session",
        body={
            "model": "auto",
            "session_id": "$request.body#/session_id",
            "messages": [{"role": "user", "content": "And now the next step, please"}],
        },
    ),
    Link("model", _ROUTE, ("GET", "/models/{model_id}"), "The model that was chosen", {"model_id": _CHOSEN}),
    Link("metrics", _ROUTE, ("GET", "/metrics/{model_id}"), "How it does", {"model_id": _CHOSEN}),
    *(
        link
        for source in (_CHAT, _RESPONSE, _MESSAGE)
        for link in (
            Link(
                "decision",
                source,
                ("GET", "/decisions/{decision_id}"),
                "Why this model answered",
                {"decision_id": _NOTED},
            ),
            Link(
                "feedback",
                source,
                ("POST", "/feedback"),
                "Judge how the answer turned out",
                body={"decision_id": _NOTED, "success": True},
            ),
        )
    ),
    Link("remove", ("POST", "/keys"), ("DELETE", "/keys/{key_id}"), "Take it back", {"key_id": "$response.body#/id"}),
    Link(
        "remove",
        ("POST", "/categories"),
        ("DELETE", "/categories/{name}"),
        "Remove it again",
        {"name": "$request.body#/name"},
    ),
    Link(
        "rollback",
        ("GET", "/catalogue/versions"),
        ("POST", "/catalogue/rollback"),
        "Make the newest version kept current",
        body={"version": "$response.body#/versions/0/version"},
    ),
    Link(
        "model",
        ("GET", "/models"),
        ("GET", "/models/{model_id}"),
        "One of them",
        {"model_id": "$response.body#/models/0/id"},
    ),
    Link(
        "model",
        ("GET", "/v1/models"),
        ("GET", "/v1/models/{model_id}"),
        "One of them",
        {"model_id": "$response.body#/data/0/id"},
    ),
)


def links_from(method: str, path: str, operation_id: Mapping[tuple[str, str], str]) -> dict[str, object]:
    """The links of one operation as OpenAPI writes them, those to operations that are described too."""
    found = (link for link in LINKS if link.source == (method, path) and link.target in operation_id)
    return {link.name: _written(link, operation_id[link.target]) for link in found}


def _written(link: Link, target: str) -> dict[str, object]:
    written: dict[str, object] = {"operationId": target, "description": link.description}
    if link.parameters:
        written["parameters"] = dict(link.parameters)
    if link.body is not None:
        written["requestBody"] = dict(link.body)
    return written
