"""Reading a JSON body: once, strictly, and without ever quoting it back."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request

from llm_router.errors import FieldProblem, InvalidRequest, MalformedRequest, PayloadTooLarge, UnsupportedMediaType
from llm_router.schemas.body import RequestBody
from llm_router.web.field_paths import path_of

Model = TypeVar("Model", bound=RequestBody)
MAX_PROBLEMS = 1000
"""More wrong fields than this are not told one by one."""
_UNREADABLE = {"json_invalid", "model_type", "model_attributes_type"}
_QUOTING = {
    "union_tag_invalid": "names a kind that is not known here",
    "extra_forbidden": "holds a field that is not known here",
}
"""Our own words where pydantic's would quote the input."""
_OURS = "Value error, "
"""What pydantic puts before the words of our own checks."""


def parse(kind: type[Model], raw: bytes) -> Model:
    """The body as `kind`. Raises `MalformedRequest` for what is no JSON object, else `InvalidRequest`."""
    try:
        return kind.model_validate_json(raw or b"{}" if kind.may_be_empty else raw)
    except ValidationError as failure:
        if failure.error_count() > MAX_PROBLEMS:
            raise _refused(FieldProblem("body", f"is wrong in more than {MAX_PROBLEMS} places")) from None
        found = failure.errors(include_url=False, include_context=False, include_input=False)
    first = found[0]
    if not first["loc"] and first["type"] in _UNREADABLE:
        raise MalformedRequest("The body must be one JSON object in UTF-8.")
    said: dict[str, dict[str, None]] = {}
    for problem in found:
        location, words = problem["loc"], _QUOTING.get(problem["type"], problem["msg"].removeprefix(_OURS))
        if problem["type"] == "extra_forbidden":
            location = location[:-1]
        said.setdefault(path_of(kind, location), {})[words] = None
    raise _refused(*(FieldProblem(path, "; or ".join(words)) for path, words in said.items()))


def _refused(*problems: FieldProblem) -> InvalidRequest:
    return InvalidRequest("Some fields are wrong; see 'fields'.", problems)


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
