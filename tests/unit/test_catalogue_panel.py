"""The panel that marks the difficulties: a member that is retired moves nobody's quality, and a renamed one hardly."""

from __future__ import annotations

import json

import pytest

from llm_router.catalogue.panel import panel_points, with_held_panel
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Reading
from llm_router.catalogue.source_state import Health
from llm_router.taxonomy import Category
from tests.support.refreshed import DAY, refreshed, state
from tests.support.sources import URLS, RefresherWorld, payload, reading

MEMBER = quality_map().panel[2]
ONE = "openai/gpt-5-mini"


def renamed(*names: str) -> bytes:
    document = json.loads(payload("lmarena"))
    for rows in document.values():
        for name in names:
            rows[f"{name}-again"] = rows.pop(name)
    return json.dumps(document).encode()


def retired(name: str) -> bytes:
    document = json.loads(payload("lmarena"))
    for rows in document.values():
        del rows[name]
    return json.dumps(document).encode()


def means(world: RefresherWorld) -> list[float]:
    rows = [row for entry in world.catalogue() for row in entry.quality.values()]
    return [cell.mean for row in rows for cell in row.values()]


@pytest.mark.parametrize(("body", "at_most"), [(retired(MEMBER), 0.0), (renamed(MEMBER), 0.002)])
def test_a_member_that_is_no_longer_rated_keeps_its_place_and_the_source_says_so(body: bytes, at_most: float):
    world = refreshed(RefresherWorld())
    before = means(world)
    world.web.serve(URLS["lmarena"], body)
    for _ in range(2):
        world.refresher().refresh()
        found = state(world, "lmarena")
        assert found.health is Health.FRESH
        assert found.problems[0] == f"the panel's {MEMBER}: is not rated in 15 tables: its last points there stay"
        assert means(world) == pytest.approx(before, abs=at_most, rel=0)
        world.clock.pass_seconds(DAY)


def test_where_its_points_were_never_known_quality_stays_as_it_was():
    world = refreshed(RefresherWorld())
    kept = world.catalogue()
    fresh = RefresherWorld(bundled=kept)
    fresh.web.serve(URLS["lmarena"], renamed(MEMBER))
    fresh.refresher().refresh()
    assert "quality that needs it stays as it is" in state(fresh, "lmarena").problems[0]
    assert fresh.catalogue().models[ONE].quality[Category.CODING] == kept.models[ONE].quality[Category.CODING]


@pytest.mark.parametrize("source", ["lmarena", "livebench", "litellm"])
def test_a_panel_that_is_whole_is_left_alone(source: str):
    found = reading(source)
    assert with_held_panel(found, panel_points(found, quality_map()), quality_map()) == found


def test_a_table_that_is_gone_is_no_matter_of_the_panel():
    held = {"coding": {MEMBER: 1000.0}}
    assert with_held_panel(Reading("lmarena", 0, "2026-01-01"), held, quality_map()).scores == ()
