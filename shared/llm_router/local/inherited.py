"""What workers have in common, made in the process that they are forked from: they share its memory, and start sooner.

Nothing here opens a connection or leaves a thread, of which a forked process would have the shell alone.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from llm_router.catalogue.bundled import bundled
from llm_router.local.functions import load_module, share_model
from llm_router.local.worker import template_at
from llm_router.schemas.deferred_build import build_now
from llm_router.web.lambda_handler import let_go_of_the_loop

_TASKS = Path("/proc/self/task")


def make(template: Path, environment: Mapping[str, str]) -> bool:
    """Load what workers need and never change, and say whether they can be forked from this process now.

    Linux alone tells of every thread, and elsewhere the system's own libraries start some. What fails here is left to
    the workers, which then say why.
    """
    if sys.platform != "linux":
        return False
    os.environ.update(environment)
    gc.disable()  # what is loaded stays; pages with holes that garbage left would be written to by every worker
    try:
        with suppress(Exception):
            _load(template)
    finally:
        let_go_of_the_loop()
        gc.freeze()
        gc.enable()
    return _alone()


def _load(template: Path) -> None:
    functions = template_at(template).functions
    modules = [load_module(function) for function in functions.values()]
    for module in modules:
        module.door.routes.complete()
    build_now()
    share_model(functions)
    modules[0].service.opened_model()
    bundled()


def _alone() -> bool:
    """Whether this process has one thread, also of those that Python does not know."""
    try:
        return len(list(_TASKS.iterdir())) == 1
    except OSError:
        return False
