"""A diff says in words a person can read what changed, and nothing about what did not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given

from llm_router.catalogue.diff import Diff, diff
from llm_router.catalogue.entry import Capability, Latency, LongPrompt, Provenance
from tests.support.models import model, quality, scenes

ONE = model("one")


def changes(**fields: Any) -> list[tuple[str, str, str]]:
    after = replace(ONE, **fields)
    return [(change.field, change.before, change.after) for change in diff({ONE.id: ONE}, {ONE.id: after}).changed]


def told(found: Diff) -> list[tuple[str, str, str, str]]:
    """Every change but those of quality, which tell how many cells changed only after what they are now."""
    changed = found.changed
    return [(each.model, each.field, each.before, each.after) for each in changed if each.field != "quality"]


@given(scenes, scenes)
def test_what_is_the_same_is_no_change_and_what_is_added_one_way_is_removed_the_other(one, other):
    before, after = ({entry.id: entry for entry in scene.models} for scene in (one, other))
    assert diff(before, before).empty
    there, back = diff(before, after), diff(after, before)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert told(back) == [(model, field, now, was) for model, field, was, now in told(there)]


def test_the_summary_counts_models():
    found = diff({"a": ONE, "b": ONE}, {"b": replace(ONE, license="MIT", tokenizer="x"), "c": ONE})
    assert found.summary == "+1 -1 ~1 models"
    assert diff({}, {}).summary == "no change"


def test_a_field_is_told_before_and_after_and_unknown_is_called_so():
    assert changes(input_usd_per_mtok=None) == [("input_usd_per_mtok", "1.0", "unknown")]
    assert changes(capabilities=frozenset({Capability.VISION})) == [("capabilities", "json, tools", "vision")]
    assert changes(latency=Latency(None, 80)) == [("latency", "500 ms, 80 tokens/s", "unknown ms, 80 tokens/s")]
    tier = "4.0 in, 12.0 out, unknown cached, above 200000 tokens"
    assert changes(long_prompt=LongPrompt(200_000, 4.0, 12.0)) == [("long_prompt", "unknown", tier)]


def test_quality_is_told_by_the_cell_that_changed_most():
    table = {**ONE.quality, **{name: row for name, row in quality(0.9, 0.8, 0.3).items() if name == "math"}}
    assert changes(quality=table) == [("quality", "math hard 0.60", "math hard 0.30")]
    assert changes(quality=quality(0.9, 0.7, 0.2)) == [
        ("quality", "analysis hard 0.60", "analysis hard 0.20 (and 13 more)")
    ]
    assert changes(quality=quality(0.9, 0.8, 0.6, sd=0.2)) == [
        ("quality", "the same chances", "from other sources or surer")
    ]


def test_where_a_value_came_from_is_no_change_of_its_own():
    assert changes(provenance={"license": Provenance("x")}) == []
