"""Which version to use when the one in force cannot be read: the newest that can, never part of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.snapshot import loads
from llm_router.errors import NotFound, SnapshotCorrupt
from llm_router.ports import CatalogueStore, VersionInfo

LOOK_BACK = 10
"""How many versions are tried before the bundled catalogue is used."""


@dataclass(frozen=True, slots=True)
class Readable:
    """The newest content that can be read. `whole` is False when it is older than the version in force."""

    catalogue: Catalogue
    whole: bool


def newest_readable(store: CatalogueStore, head: VersionInfo | None, bundled: Callable[[], Catalogue]) -> Readable:
    """The version in force, else the newest before it that can be read, else the bundled catalogue.

    Raises `StoreUnavailable`.
    """
    if head is None:
        return Readable(bundled(), whole=True)
    if (found := _read(store, head.version)) is not None:
        return Readable(found, whole=True)
    for info in store.versions(LOOK_BACK):
        if info.version < head.version and (found := _read(store, info.version)) is not None:
            return Readable(found, whole=False)
    return Readable(bundled(), whole=False)


def _read(store: CatalogueStore, version: int) -> Catalogue | None:
    try:
        return loads(store.payload(version), version)
    except (SnapshotCorrupt, NotFound):
        return None
