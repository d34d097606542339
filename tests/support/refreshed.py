"""A refreshed catalogue of the sources' excerpts, to be changed and looked into."""

from __future__ import annotations

import json
from collections.abc import Callable

from llm_router.catalogue.entry import ModelEntry
from tests.support.sources import RefresherWorld, payload

DAY = 86_400.0


def refreshed(world: RefresherWorld) -> RefresherWorld:
    """After a first good run, and a day later."""
    world.refresher().refresh()
    world.clock.pass_seconds(DAY)
    return world


def litellm(change: Callable[[dict], None]) -> bytes:
    """LiteLLM's excerpt, changed."""
    document = json.loads(payload("litellm"))
    change(document)
    return json.dumps(document).encode()


def entry(world: RefresherWorld, name: str) -> ModelEntry:
    return world.catalogue().models[name]


def state(world: RefresherWorld, name: str):
    return {found.name: found for found in world.refresher().states()}[name]
