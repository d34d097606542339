"""`python -m llm_router.local.processor PROCESSOR TEMPLATE`: writes into a built template what it was built for.

CloudFormation goes by what a stack's parameter was last set to, whatever default another template gives it. What was
built for one processor runs on no other, so that it must not be a parameter of the stack.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

PARAMETER = "Architecture"


def built_for(processor: str, node: object) -> object:
    """A part of a template as SAM writes it, without the parameter: its value stands wherever it is referred to."""
    if node == {"Ref": PARAMETER}:
        return processor
    if isinstance(node, list):
        return [built_for(processor, part) for part in node if part != PARAMETER]
    if isinstance(node, dict):
        return {name: built_for(processor, part) for name, part in node.items() if name != PARAMETER}
    return node


def main(arguments: list[str]) -> int:
    """Write the template anew, in its place."""
    processor, template = arguments[0], Path(arguments[1])
    found = built_for(processor, yaml.safe_load(template.read_text("utf-8")))
    template.write_text(yaml.safe_dump(found, sort_keys=False), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
