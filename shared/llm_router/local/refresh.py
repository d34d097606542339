"""`python -m llm_router.local.refresh [--dry-run]`: the scheduled refresh from the command line, on the local store."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from llm_router import settings
from llm_router.catalogue.refresher import Refreshed
from llm_router.catalogue.source_state import SourceState
from llm_router.clock import SystemClock
from llm_router.composition.services import Services
from llm_router.errors import RouterError
from llm_router.local.environment import local_environment
from llm_router.ports import Clock

MOST_SHOWN = 40


def progress(state: SourceState) -> None:
    """One source, as soon as it has had its turn."""
    row = f"{state.name:<22}{state.health:<10}{state.records:>8}  {state.as_of or '-':<12}{state.error or ''}"
    print(row.rstrip(), flush=True)


def table(done: Refreshed) -> str:
    """What was not believed, and what changed."""
    lines = [
        f"not believed: {doubt.model} {doubt.field} {doubt.refused:g}, kept {doubt.kept:g}"
        for doubt in done.quarantined[:MOST_SHOWN]
    ]
    lines += [f"added    {name}" for name in done.diff.added[:MOST_SHOWN]]
    lines += [f"removed  {name}" for name in done.diff.removed[:MOST_SHOWN]]
    lines += [
        f"changed  {change.model:<44}{change.field:<28}{change.before} -> {change.after}"
        for change in done.diff.changed[:MOST_SHOWN]
    ]
    if done.refused:
        lines.append(f"refused: {done.refused}")
    if done.not_exported:
        lines.append(f"not exported: {done.not_exported}")
    written = "nothing was written, version" if done.dry_run else "the catalogue is version"
    lines.append(f"{done.diff.summary}; {written} {done.version}{' stays' if done.dry_run else ''}")
    return "\n".join(lines)


def main(arguments: Sequence[str], clock: Clock | None = None) -> int:
    """Run it; 0 when the catalogue could be refreshed from at least one source, and exported where it is to be."""
    services = Services(settings.load(local_environment(dict(os.environ))), clock or SystemClock())
    refresher = services.ingesting.refresher()
    print(f"Asking {len(refresher.sources)} sources ...", flush=True)
    print(f"{'source':<22}{'state':<10}{'records':>8}  {'as of':<12}".rstrip(), flush=True)
    try:
        done = refresher.refresh(dry_run="--dry-run" in arguments, tell=progress)
    except RouterError as failure:
        print(failure.message, file=sys.stderr)
        return 1
    print(table(done))
    read = any(state.error is None and state.last_success for state in done.sources)
    return 0 if read and done.not_exported is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
