"""The tree of errors at the head of its module is the one that the classes make."""

from __future__ import annotations

import re

from llm_router import errors
from llm_router.errors import RouterError


def below(parent: type[RouterError]) -> dict[str, str]:
    """The name of the parent of every class under this one."""
    own = {child.__name__: parent.__name__ for child in parent.__subclasses__() if child.__module__ == errors.__name__}
    return own | {name: up for child in parent.__subclasses__() for name, up in below(child).items()}


def test_the_tree_that_is_told_is_the_tree_that_is():
    told: dict[str, str] = {}
    path = [RouterError.__name__]
    for branch, name in re.findall(r"^([│├└─ ]+ )(\w+)", errors.__doc__ or "", re.MULTILINE):
        path = [*path[: len(branch) // 4], name]
        told[name] = path[-2]
    assert told == below(RouterError)
