"""A snapshot is the same bytes for the same content, and reads back whole or not at all."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_router.adapters.versions import digest, verified
from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.entry import Catalogue, LongPrompt, ModelEntry, Provenance
from llm_router.catalogue.snapshot import dumps, loads
from llm_router.clock import iso_day
from llm_router.errors import SnapshotCorrupt
from llm_router.ports import VersionInfo
from tests.support.models import scenes


@given(scenes)
def test_what_was_written_reads_back_equal(scene):
    catalogue = Catalogue(7, {entry.id: entry for entry in scene.models}, 1.5)
    assert loads(dumps(catalogue), 7) == catalogue


@given(scenes, st.randoms())
def test_equal_content_gives_equal_bytes_whatever_its_order(scene, random):
    entries = list(scene.models)
    random.shuffle(entries)
    one = dumps(Catalogue(1, {entry.id: entry for entry in scene.models}))
    assert dumps(Catalogue(2, {entry.id: entry for entry in entries})) == one


def test_the_bundled_catalogue_goes_there_and_back():
    again = loads(dumps(bundled()), 0)
    assert again == bundled()
    assert dumps(again) == dumps(bundled())


def test_the_bundled_catalogue_is_as_of_the_newest_day_that_its_facts_are_of():
    days = {origin.as_of for entry in bundled() for origin in entry.provenance.values() if origin.as_of}
    assert iso_day(bundled().as_of) == max(days)


def test_notes_and_dates_of_origin_survive():
    entry = ModelEntry(
        "a/b", "a", "B", provenance={"license": Provenance("s", "2026-01-01", "n"), "x": Provenance("t")}
    )
    assert loads(dumps(Catalogue(1, {"a/b": entry})), 1).models["a/b"] == entry


def test_a_price_for_long_prompts_survives_and_a_row_without_one_has_none():
    entry = ModelEntry("a/b", "a", "B", long_prompt=LongPrompt(200_000, 4, 12.0, 0.4))
    bare = replace(entry, id="a/c", long_prompt=None)
    half = replace(entry, id="a/d", long_prompt=LongPrompt(200_000, 4.0, 12.0))
    catalogue = Catalogue(1, {each.id: each for each in (entry, bare, half)})
    assert loads(dumps(catalogue), 1) == catalogue


def test_whether_a_model_thinks_survives_and_a_row_of_before_says_nothing_of_it():
    thinker = ModelEntry("a/b", "a", "B", thinks=True)
    catalogue = Catalogue(
        1, {each.id: each for each in (thinker, replace(thinker, id="a/c", thinks=False), replace(thinker, id="a/d"))}
    )
    assert loads(dumps(catalogue), 1) == catalogue
    assert loads(_plain(models=[ROW]), 1).models["a/b"].thinks is None


SMALL = dumps(Catalogue(1, {"a/b": ModelEntry("a/b", "a", "B", input_usd_per_mtok=1.0)}))
PUBLISHED = VersionInfo(1, digest(SMALL), 0.0, "test", 1, 1, "")


@given(st.integers(0, len(SMALL) - 1))
def test_no_truncated_snapshot_is_ever_read(length):
    with pytest.raises(SnapshotCorrupt):
        loads(SMALL[:length], 1)


@settings(max_examples=300)
@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_another_hash_and_never_half_a_catalogue(place, change):
    changed = bytes(byte ^ change if index == place else byte for index, byte in enumerate(SMALL))
    with pytest.raises(SnapshotCorrupt):
        verified(changed, PUBLISHED)
    try:
        assert loads(changed, 1) == loads(SMALL, 1)
    except SnapshotCorrupt:
        return


def _plain(**changes: object) -> bytes:
    document = json.loads(gzip.decompress(SMALL)) | changes
    return json.dumps(document).encode()


ROW = {"id": "a/b", "provider": "a", "display_name": "B", "status": "active"}
BAD = {
    "no JSON": b"<html>",
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
    "deep nesting": b"[" * 100_000,
    "another format": _plain(format=2),
    "an unknown part": _plain(more=1),
    "no models": _plain(models=None),
    "a format that is none": _plain(format="2"),
    "a row that is no object": _plain(models=[[]]),
    "a missing field": _plain(models=[{"id": "a/b"}]),
    "an id twice": _plain(models=[ROW, ROW]),
    "a price in words": _plain(models=[{**ROW, "input_usd_per_mtok": "1"}]),
    "a negative price": _plain(models=[{**ROW, "input_usd_per_mtok": -1}]),
    "a price without end": gzip.decompress(SMALL).replace(b":1.0", b":1e999"),
    "NaN": gzip.decompress(SMALL).replace(b":1.0", b":NaN"),
    "half a price for long prompts": _plain(models=[{**ROW, "long_prompt": [200_000, 4.0, None, None]}]),
    "a price for long prompts cut short": _plain(models=[{**ROW, "long_prompt": [200_000, 4.0]}]),
    "true for a price": _plain(models=[{**ROW, "input_usd_per_mtok": True}]),
    "no window": _plain(models=[{**ROW, "context_window": 0}]),
    "a thinker in words": _plain(models=[{**ROW, "thinks": "yes"}]),
    "an unknown capability": _plain(models=[{**ROW, "capabilities": ["x"]}]),
    "an unknown status": _plain(models=[{**ROW, "status": "x"}]),
    "an unknown category": _plain(models=[{**ROW, "quality": {"x": [None] * 12}}]),
    "too few figures": _plain(models=[{**ROW, "quality": {"math": [0.5, 0.1, 1.0]}}]),
    "a chance above 1": _plain(models=[{**ROW, "quality": {"math": [1.5, 0.1, 1.0, 0] + [None] * 8}}]),
    "an origin that is not there": _plain(models=[{**ROW, "provenance": {"id": 9}}]),
    "a negative index": _plain(models=[{**ROW, "provenance": {"id": -1}}]),
    "a bomb": gzip.compress(b"[" + b" " * 300_000_000, compresslevel=1),
    "two streams": SMALL + SMALL,
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD.keys())
def test_what_was_never_written_is_corrupt(payload: bytes):
    with pytest.raises(SnapshotCorrupt):
        loads(payload, 1)


def test_a_figure_that_cannot_be_stored_is_not_stored():
    endless = replace(bundled().models["openai/gpt-5.5"], input_usd_per_mtok=float("inf"))
    with pytest.raises(ValueError, match="Out of range"):
        dumps(Catalogue(1, {endless.id: endless}))
