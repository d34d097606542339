"""What a function does before anybody waits for it: before SnapStart saves its memory, when it wakes from what was
saved, and where Lambda keeps instances ready.

Nothing here draws random numbers but from the operating system, so that there is no generator to seed anew.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from llm_router.schemas.deferred_build import build_now


def prepared(before: Callable[[], object], after: Callable[[], object], *, at_once: bool = False) -> None:
    """Have `before` done at once, or before a snapshot, and `after` after it, where Lambda's runtime takes any."""

    def prepare() -> None:
        before()
        build_now()  # what came into being only now as well

    if at_once:
        prepare()
    try:
        hooks = import_module("snapshot_restore_py")
    except ImportError:
        return
    hooks.register_before_snapshot(prepare)
    hooks.register_after_restore(after)
