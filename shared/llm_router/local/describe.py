"""`python -m llm_router.local.describe`: writes the OpenAPI document of all four doors into the package."""

from __future__ import annotations

import json
import sys

from llm_router.local.environment import ROOT
from llm_router.local.forms import FORMS
from llm_router.local.functions import load_module
from llm_router.local.template import load
from llm_router.web.openapi import FILE, document


def text() -> str:
    """The document as it is to stand in the package. Loads the functions, so their settings must be valid."""
    template = load(ROOT / "template.yaml")
    doors = [load_module(function).door for function in template.functions.values()]
    found = document((operation for door in doors for operation in door.routes.operations), FORMS)
    return json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    """Write the file."""
    FILE.write_text(text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
