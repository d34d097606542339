"""Which version to use when the one in force cannot be read: the newest that can, never part of one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.snapshot import loads
from llm_router.errors import NotFound, SnapshotCorrupt, SnapshotOfOtherFormat
from llm_router.ports import CatalogueStore, VersionInfo

LOOK_BACK = 10
"""How many versions are tried before the bundled catalogue is used."""


@dataclass(frozen=True, slots=True)
class Readable:
    """The newest content that can be read. `whole` is False when it is older than the version in force, and `foreign`
    where that version is undamaged, but in a format that this release does not know."""

    catalogue: Catalogue
    whole: bool
    foreign: bool = False


def newest_readable(store: CatalogueStore, head: VersionInfo | None, bundled: Callable[[], Catalogue]) -> Readable:
    """The version in force, else the newest before it that can be read, else the bundled catalogue.

    Raises `StoreUnavailable`.
    """
    if head is None:
        return Readable(bundled(), whole=True)
    try:
        return Readable(loads(store.payload(head.version), head.version), whole=True)
    except (SnapshotCorrupt, NotFound) as failure:
        foreign = isinstance(failure, SnapshotOfOtherFormat)
    for info in store.versions(LOOK_BACK):
        if info.version < head.version:
            with contextlib.suppress(SnapshotCorrupt, NotFound):
                return Readable(loads(store.payload(info.version), info.version), whole=False, foreign=foreign)
    return Readable(bundled(), whole=False, foreign=foreign)
