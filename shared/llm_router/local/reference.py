"""`python -m llm_router.local.reference FOLDER`: writes the pages that are told from the code, settings and routes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from llm_router.local.environment import ROOT
from llm_router.local.template import read
from llm_router.settings import Settings
from llm_router.web.openapi import FILE

ACCESS = {
    "public": "anyone",
    "client": "client key; anyone on loopback while no client key is defined",
    "admin": "admin key",
    "operator": "admin key; anyone on loopback",
}


def configuration() -> str:
    """The page of settings: one row for each environment variable."""
    rows = [f"| `{name.upper()}` | {_default(field)} | {field.description} |" for name, field in _fields()]
    return "\n".join(
        [
            "# Configuration",
            "",
            "## Settings",
            "",
            "Every setting is an environment variable, read once at the start; `shared/llm_router/settings.py` says",
            "what it may be. A blank one counts as not set; a wrong one stops the start, which names every wrong one",
            "and shows no value. Keys of providers, and what a secret or a file holds, are looked at when they are",
            "needed. On AWS, `template.yaml` sets what a deployment needs; another one takes a line under a function's",
            "`Environment` there, and a path in S3 also a permission.",
            "",
            "| variable | default | what |",
            "|---|---|---|",
            *rows,
            "",
            "## Parameters of the stack",
            "",
            "What an operator chooses when deploying `template.yaml`, in `samconfig.toml`. Nothing has to be chosen.",
            "",
            "| parameter | default | what |",
            "|---|---|---|",
            *_parameters(),
            "",
            "This page is written by `make docs`.",
            "",
        ]
    )


def routes() -> str:
    """The page of routes: one row for each operation of the OpenAPI document."""
    document = json.loads(FILE.read_text("utf-8"))
    rows = [
        f"| `{method.upper()} {path}` | {operation['tags'][0]} | {operation['x-access']} | {_body(operation)} "
        f"| {operation['summary']} |"
        for path, operations in sorted(document["paths"].items())
        for method, operation in sorted(operations.items())
    ]
    return "\n".join(
        [
            "# API",
            "",
            f"{len(rows)} routes, from the service's own description, which `GET /openapi.json` gives whole: OpenAPI",
            f"{document['openapi']}, with every field of every body and answer. The [callers' guide](callers.md) says",
            "how they are used.",
            "",
            "| route | function | who may | body | what |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "Who may:",
            "",
            *(f"- **{name}**: {words}" for name, words in ACCESS.items()),
            "",
            "This page is written by `make docs`.",
            "",
        ]
    )


PAGES = {"configuration.md": configuration, "api.md": routes}
"""Each page and what tells it."""


def _parameters() -> Iterator[str]:
    found = read(ROOT / "template.yaml")["Parameters"]
    if isinstance(found, Mapping):
        for name, parameter in found.items():
            default = f"`{parameter['Default']}`" if parameter["Default"] != "" else "none"
            yield f"| `{name}` | {default} | {parameter['Description']} |"


def _fields() -> Iterator[tuple[str, FieldInfo]]:
    yield from Settings.model_fields.items()


def _default(field: FieldInfo) -> str:
    if _is_secret(field.annotation):
        return "none, secret"
    value = field.get_default()
    return "none" if value in ("", None) else f"`{value}`"


def _is_secret(annotation: object) -> bool:
    if get_origin(annotation) in (Annotated, UnionType):
        return any(_is_secret(part) for part in get_args(annotation))
    return annotation is SecretStr


def _body(operation: Mapping[str, object]) -> str:
    """The name of the body's schema, or nothing."""
    found = json.dumps(operation.get("requestBody", {}))
    _, _, after = found.partition("#/components/schemas/")
    return f"`{after.partition(chr(34))[0]}`" if after else ""


def main(arguments: list[str]) -> int:
    """Write every page into the folder."""
    folder = Path(arguments[0])
    for name, tell in PAGES.items():
        (folder / name).write_text(tell(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
