"""A refreshed catalogue of the sources' excerpts, to be changed and looked into."""

from __future__ import annotations

import json
from collections.abc import Callable

from llm_router.catalogue.entry import ModelEntry
from tests.support.sources import RefresherWorld, payload

DAY = 86_400.0
LONG_AGO = "2020-01-01"

Change = Callable[[dict], None]
"""What changes a source's document in place."""


def refreshed(world: RefresherWorld) -> RefresherWorld:
    """After a first good run, and a day later."""
    world.refresher().refresh()
    world.clock.pass_seconds(DAY)
    return world


def daily(world: RefresherWorld, days: int, *, scheduled: bool = False) -> None:
    """So many runs, a day apart."""
    for _ in range(days):
        world.refresher().refresh(scheduled=scheduled)
        world.clock.pass_seconds(DAY)


def changed(source: str, change: Change) -> bytes:
    """A source's excerpt, changed."""
    document = json.loads(payload(source))
    change(document)
    return json.dumps(document).encode()


def litellm(change: Change) -> bytes:
    """LiteLLM's excerpt, changed."""
    return changed("litellm", change)


def half_gone(document: dict) -> None:
    """Of LiteLLM's, every other model."""
    for name in list(document)[::2]:
        del document[name]


def ended(each: int = 1) -> Change:
    """Of LiteLLM's, so that one of so many models has ended."""

    def change(document: dict) -> None:
        for row in list(document.values())[::each]:
            row["deprecation_date"] = LONG_AGO

    return change


def priced(times: float) -> Change:
    """Of LiteLLM's, so that every price is so many times what it is."""

    def change(document: dict) -> None:
        for row in document.values():
            for name, value in row.items():
                if "cost_per_token" in name or "token_cost" in name:
                    row[name] = value * times

    return change


def renamed_coding(document: dict) -> None:
    """Of LMArena's, the table of coding under another name."""
    document["programming"] = document.pop("coding")


def entry(world: RefresherWorld, name: str) -> ModelEntry:
    return world.catalogue().models[name]


def state(world: RefresherWorld, name: str):
    return {found.name: found for found in world.refresher().states()}[name]
