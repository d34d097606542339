"""Reading a JSON body: once, strictly, and without ever quoting it back."""

from __future__ import annotations

from functools import cache
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import ClientDisconnect, Request

from llm_router.errors import FieldProblem, InvalidRequest, MalformedRequest, PayloadTooLarge, UnsupportedMediaType

Model = TypeVar("Model", bound="RequestBody")
MAX_PROBLEMS = 1000
_UNREADABLE = {"json_invalid", "model_type", "model_attributes_type"}
_QUOTING = {"union_tag_invalid": "names a kind that is not known here"}
"""Our own words where pydantic's would quote the input."""


class RequestBody(BaseModel):
    """Base of every request body: no unknown fields, no coercion, no infinities. Where `may_be_empty`, no body at all
    stands for `{}`."""

    may_be_empty: ClassVar[bool] = False

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, hide_input_in_errors=True)


def parse(kind: type[Model], raw: bytes) -> Model:
    """The body as `kind`. Raises `MalformedRequest` for what is no JSON object, else `InvalidRequest`."""
    try:
        return kind.model_validate_json(raw or b"{}" if kind.may_be_empty else raw)
    except ValidationError as failure:
        found = failure.errors(include_url=False, include_context=False, include_input=False)
    first = found[0]
    if not first["loc"] and first["type"] in _UNREADABLE:
        raise MalformedRequest("The body must be one JSON object in UTF-8.")
    known = _field_names()
    problems = tuple(_problem(problem["loc"], problem["type"], problem["msg"], known) for problem in found)
    raise InvalidRequest("Some fields are wrong; see 'fields'.", tuple(dict.fromkeys(problems))[:MAX_PROBLEMS])


def _problem(location: tuple[int | str, ...], kind: str, message: str, known: frozenset[str]) -> FieldProblem:
    if kind == "extra_forbidden":
        return FieldProblem(_path(location[:-1], known), "holds a field that is not known here")
    return FieldProblem(_path(location, known), _QUOTING.get(kind, message))


def _path(location: tuple[int | str, ...], known: frozenset[str]) -> str:
    """`constraints.providers[0]`. Names that are no field of ours come from the input and are not repeated."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            name = part if part in known else "?"
            path += f".{name}" if path else name
    return path or "body"


@cache
def _field_names() -> frozenset[str]:
    """Every field of every request body there is."""
    names: set[str] = set()
    kinds: list[type[RequestBody]] = [RequestBody]
    while kinds:
        kind = kinds.pop()
        names.update(kind.model_fields)
        kinds.extend(kind.__subclasses__())
    return frozenset(names)


async def read_raw(request: Request, limit: int) -> bytes:
    """The body's bytes, at most `limit` of them, once its headers are such that it can be JSON.

    Raises `PayloadTooLarge` or `UnsupportedMediaType`.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body uncompressed.")
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType("Send the body as application/json.")
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise PayloadTooLarge(f"The body must not be longer than {limit} bytes.")
        more = message.get("more_body", False)
    return bytes(body)
