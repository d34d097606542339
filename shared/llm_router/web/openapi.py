"""The OpenAPI document, told from the routes that the doors expose: bodies, answers, errors and keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from llm_router import __version__
from llm_router.auth import Access
from llm_router.web.access import RouteRule
from llm_router.web.error_forms import ERROR_FORMS, form_at
from llm_router.web.errors import described_statuses
from llm_router.web.event_stream import MEDIA_TYPE
from llm_router.web.links import links_from

JsonObject = dict[str, object]
FILE = Path(__file__).with_name("openapi.json")
_REF = "#/components/schemas/{model}"
_ERRORS = described_statuses()


@dataclass(frozen=True, slots=True)
class Operation:
    """One exposed route: its row of the access table, its body and its answer (None: not JSON)."""

    row: RouteRule
    summary: str
    body: type[BaseModel] | None
    answer: type[BaseModel] | None


@dataclass(frozen=True, slots=True)
class Form:
    """What an operation takes beside its body, other models it may answer with, and that of each event of a stream."""

    parameters: tuple[JsonObject, ...] = ()
    answers: tuple[type[BaseModel], ...] = ()
    pieces: type[BaseModel] | None = None

    @property
    def kinds(self) -> tuple[type[BaseModel], ...]:
        """All of its models."""
        return self.answers if self.pieces is None else (*self.answers, self.pieces)


def document(operations: Iterable[Operation], forms: Mapping[tuple[str, str], Form]) -> JsonObject:
    """The OpenAPI 3.1 document of these operations; `forms` by method and path."""
    paths: dict[str, JsonObject] = {}
    kinds: dict[type[BaseModel], None] = {form.envelope: None for form in ERROR_FORMS}
    listed = list(operations)
    names = {(each.row.method, each.row.path): _operation_id(each.row) for each in listed}
    for operation in listed:
        form = forms.get((operation.row.method, operation.row.path), Form())
        paths.setdefault(operation.row.path, {})[operation.row.method.lower()] = _described(operation, form, names)
        kinds.update({kind: None for kind in (operation.body, operation.answer, *form.kinds) if kind is not None})
    _, definitions = models_json_schema([(kind, "validation") for kind in kinds], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "LLM router", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "responses": {
                f"{form.name}{status}": {"description": words, **_json_content(form.envelope)}
                for form in ERROR_FORMS
                for status, words in _ERRORS.items()
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
    }


def _operation_id(row: RouteRule) -> str:
    return f"{row.method.lower()}{re.sub(r'[^a-z0-9]+', '_', row.path)}"


def _described(operation: Operation, form: Form, names: Mapping[tuple[str, str], str]) -> JsonObject:
    row = operation.row
    done: JsonObject = {"description": "Done", **_answered(operation, form)}
    if links := links_from(row.method, row.path, names):
        done["links"] = links
    described: JsonObject = {
        "summary": operation.summary,
        "operationId": _operation_id(row),
        "tags": [str(row.function)],
        "x-access": str(row.access),
        "parameters": [*_path_parameters(row.path), *form.parameters],
        "responses": {"200": done}
        | {str(status): {"$ref": f"#/components/responses/{_error_name(row.path, status)}"} for status in _ERRORS},
    }
    if row.access is not Access.PUBLIC:
        described["security"] = [{"bearer": []}, {"apiKey": []}]
    if operation.body is not None:
        described["requestBody"] = {"required": True, **_json_content(operation.body)}
    return described


def _path_parameters(path: str) -> list[Mapping[str, object]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _answered(operation: Operation, form: Form) -> JsonObject:
    if operation.answer is None:
        return {}
    whole = [_schema(kind) for kind in (operation.answer, *form.answers)]
    content: JsonObject = {"application/json": {"schema": whole[0] if len(whole) == 1 else {"anyOf": whole}}}
    if form.pieces is not None:
        content[MEDIA_TYPE] = {"schema": _schema(form.pieces)}
    return {"content": content}


def _json_content(kind: type[BaseModel]) -> JsonObject:
    return {"content": {"application/json": {"schema": _schema(kind)}}}


def _schema(kind: type[BaseModel]) -> JsonObject:
    return {"$ref": _REF.format(model=kind.__name__)}


def _error_name(path: str, status: int) -> str:
    return f"{form_at(path).name}{status}"
