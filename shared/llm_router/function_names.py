"""The names of what is deployed."""

from __future__ import annotations

from enum import StrEnum


class Function(StrEnum):
    """The four functions, named as their folders."""

    ROUTE = "route"
    CLASSIFY = "classify"
    INGEST = "ingest"
    DASHBOARD = "dashboard"
