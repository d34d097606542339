"""Reading a JSON body: once, strictly, and without ever quoting it back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import ClientDisconnect, Request

from llm_router.errors import FieldProblem, InvalidRequest, MalformedRequest, PayloadTooLarge, UnsupportedMediaType
from llm_router.schemas.body import RequestBody
from llm_router.web.field_paths import Place, found_at, names_in

Model = TypeVar("Model", bound=RequestBody)
MAX_PROBLEMS = 1000
"""More wrong fields than this are not told one by one."""
MOST_KNOWN = 24
"""How many of the names that may stand somewhere are told where another one does."""
MOST_GUIDED = 10
"""In how many places that is told, of all where a name is not known."""
_UNREADABLE = {"json_invalid", "model_type", "model_attributes_type"}
_QUOTING = {
    "union_tag_invalid": "names a kind that is not known here",
    "extra_forbidden": "holds a field that is not known here",
}
"""Our own words where pydantic's would quote the input."""
_OURS = "Value error, "
"""What pydantic puts before the words of our own checks."""
_OF_TYPE = ("_type", "literal_error")
"""How the kinds of problems end that say that something else must stand there."""
_Found = tuple[str, Place, ErrorDetails]
"""A path, what may stand there, and what is wrong with what does."""


def parse(kind: type[Model], raw: bytes) -> Model:
    """The body as `kind`. Raises `MalformedRequest` for what is no JSON object, else `InvalidRequest`."""
    try:
        return kind.model_validate_json(raw or b"{}" if kind.may_be_empty else raw)
    except ValidationError as failure:
        if failure.error_count() > MAX_PROBLEMS:
            raise _refused(FieldProblem("body", f"is wrong in more than {MAX_PROBLEMS} places")) from None
        found = failure.errors(include_url=False, include_input=False)
    first = found[0]
    if not first["loc"] and first["type"] in _UNREADABLE:
        raise MalformedRequest("The body must be one JSON object in UTF-8.")
    said: dict[str, dict[str, None]] = {}
    guided: dict[str, str] = {}
    for path, place, problem in _meant([(*found_at(kind, _location(problem)), problem) for problem in found]):
        words = _words(problem)
        if problem["type"] == "extra_forbidden":
            if path not in guided and len(guided) < MOST_GUIDED:
                guided[path] = _known(names_in(place))
            words += guided.get(path, "")
        said.setdefault(path, {})[words] = None
    raise _refused(*(FieldProblem(path, "; or ".join(words)) for path, words in said.items()))


def _meant(found: list[_Found]) -> list[_Found]:
    """Without what another thing that may stand in the same place would have to be: where something else is wrong
    there, or something within it, that place holds one of the things that it may."""
    fitting = {path for path, _, problem in found if not problem["type"].endswith(_OF_TYPE)}
    if not any(problem["type"].endswith(_OF_TYPE) for _, _, problem in found):
        return found
    paths = {path for path, _, _ in found}
    fitting.update(path[:end] for path in paths for end, mark in enumerate(path) if mark in ".[")
    return [
        (path, place, problem)
        for path, place, problem in found
        # Many keys of the input's own share one path.
        if path not in fitting or path.endswith("?") or not problem["type"].endswith(_OF_TYPE)
    ]


def _location(problem: ErrorDetails) -> tuple[int | str, ...]:
    return problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"]


def _words(problem: ErrorDetails) -> str:
    """What is wrong, in words that belong to JSON."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "too_long":
        return f"must have at most {_items(context['max_length'])}"
    if kind == "too_short":
        return f"must have at least {_items(context['min_length'])}"
    if kind == "literal_error" and context["expected"] == "False":
        return "Input should be false"
    return _QUOTING.get(kind, problem["msg"].removeprefix(_OURS))


@cache
def _known(names: tuple[str, ...]) -> str:
    """What is known where a field is not: what was meant may be among it."""
    more = f" and {len(names) - MOST_KNOWN} more" if len(names) > MOST_KNOWN else ""
    return f"; known are {', '.join(names[:MOST_KNOWN])}{more}" if names else ""


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def _refused(*problems: FieldProblem) -> InvalidRequest:
    return InvalidRequest("Some fields are wrong; see 'fields'.", problems)


def is_longer(announced: str, limit: int) -> bool:
    """Whether a Content-Length is more than `limit`; what is no number announces nothing."""
    digits = announced.strip().lstrip("0")
    return digits.isdecimal() and (len(digits) > len(str(limit)) or int(digits) > limit)


async def read_raw(request: Request, headers: Mapping[str, str], limit: int) -> bytes:
    """The body's bytes, at most `limit` of them, once its `headers` are such that it can be JSON and no longer.

    Raises `PayloadTooLarge` or `UnsupportedMediaType`.
    """
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body uncompressed.")
    media_type = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType("Send the body as application/json.")
    too_long = PayloadTooLarge(f"The body must not be longer than {limit} bytes.")
    if is_longer(headers.get("content-length", ""), limit):
        raise too_long
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_long
        more = message.get("more_body", False)
    return bytes(body)
