"""Lambda SnapStart: what a function does before its memory is saved, and when it wakes from what was saved.

Nothing here draws random numbers but from the operating system, so that there is no generator to seed anew.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from llm_router.web.deferred_build import build_now


def on_snapshot(before: Callable[[], object], after: Callable[[], object]) -> None:
    """Register both where Lambda's runtime offers it; elsewhere nobody takes snapshots, and nothing happens."""
    try:
        hooks = import_module("snapshot_restore_py")
    except ImportError:
        return

    def prepare() -> None:
        before()
        build_now()  # what came into being only now as well

    hooks.register_before_snapshot(prepare)
    hooks.register_after_restore(after)
