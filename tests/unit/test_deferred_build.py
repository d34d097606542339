"""Pydantic's models are built when first used, or all of ours at once."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.running import ROOT


def printed(code: str) -> str:
    """What the code prints in a process of its own, where no other test has used a model yet."""
    path = os.pathsep.join((str(ROOT / "shared"), str(ROOT / "layers" / "model")))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_the_models_that_nothing_here_uses_are_not_built():
    code = "import llm_router.web.door, fastapi.openapi.models as m; print(m.OpenAPI.__pydantic_complete__)"
    assert printed(code) == "False"


def test_a_model_is_built_when_it_is_first_used():
    code = (
        "from llm_router.schemas.classify import ClassifyRequest as R; before = R.__pydantic_complete__; "
        "print(before, R(prompt='Hello').prompt, R.__pydantic_complete__)"
    )
    assert printed(code) == "False Hello True"


def test_all_of_ours_can_be_built_at_once_and_no_others():
    code = (
        "import llm_router.web.door, fastapi.openapi.models as m; "
        "from llm_router.schemas.deferred_build import build_now; "
        "from llm_router.schemas.route import RouteAnswer, RouteRequest; build_now(); "
        "print(*(each.__pydantic_complete__ for each in (RouteRequest, RouteAnswer, m.OpenAPI)))"
    )
    assert printed(code) == "True True False"
