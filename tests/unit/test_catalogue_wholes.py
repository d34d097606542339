"""What a source says of many models at once in another form than before is refused, told, and heals by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from llm_router.adapters.sources.registry import PARSERS
from llm_router.catalogue.comparing import endings_taken_back, no_longer_told
from llm_router.catalogue.doubts import Doubts
from llm_router.catalogue.entry import Latency, ModelStatus, Provenance
from llm_router.catalogue.guards import quarantine
from llm_router.catalogue.joining import Joined, Statement
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Facts, Listing, Reading
from llm_router.catalogue.refusal import Ground
from llm_router.catalogue.source_state import Health, SourceState
from llm_router.catalogue.tables import tables
from llm_router.catalogue.upsert import upsert
from tests.support.models import model
from tests.support.refreshed import DAY, LONG_AGO, entry, litellm, refreshed, state
from tests.support.sources import TODAY, URLS, RefresherWorld, payload

DOUBTS = Doubts(tables(), quality_map())
LITELLM = Provenance("litellm", TODAY)
ONE = "openai/gpt-4o-mini"
FIGURES = ("context_window", "max_output_tokens", "time_to_first_token_ms", "output_tokens_per_second")


def each_row(change: Callable[[dict], None]) -> bytes:
    def everywhere(document: dict) -> None:
        for row in document.values():
            change(row)

    return litellm(everywhere)


def doubted(body: bytes, before: bytes = payload("litellm")):
    """What is doubted first of an answer of LiteLLM's after another one."""
    was = DOUBTS.measured(SourceState("litellm"), PARSERS["litellm"](before, TODAY))
    return next(iter(DOUBTS.about(PARSERS["litellm"](body, TODAY), was, {}, TODAY)), None)


def without(prefix: str) -> Callable[[dict], None]:
    def change(row: dict) -> None:
        for name in [name for name in row if name.startswith(prefix)]:
            row[f"new_{name}"] = row.pop(name)

    return change


def in_letters(row: dict) -> None:
    if isinstance(row.get("max_output_tokens"), int):
        row["max_output_tokens"] = f"{row['max_output_tokens'] // 1000}k"


def multiplied(times: int) -> bytes:
    return litellm(lambda d: d.update({f"{name}-{n}": row for name, row in list(d.items()) for n in range(times - 1)}))


@pytest.mark.parametrize(
    ("prefix", "told"),
    [
        ("input_cost_per_token", "input_usd_per_mtok"),
        ("max_input_tokens", "context_window"),
        ("supports_vision", "the capability vision"),
        ("deprecation_date", "deprecation_date"),
    ],
)
def test_a_field_that_is_renamed_is_told_and_refused(prefix: str, told: str):
    doubt = doubted(each_row(without(prefix)))
    assert doubt is not None
    assert (doubt.ground, f"{told} of 0 models" in doubt.words) == (Ground.UNTOLD, True)


def test_what_goes_with_the_models_and_what_few_ever_told_is_not_missed():
    assert no_longer_told({"a": 40}, {"a": 36}, 4) == []
    assert no_longer_told({"a": 40}, {"a": 28}, 4) == ["a"]
    assert no_longer_told({"a": 4}, {}, 0) == []
    assert no_longer_told({}, {"a": 9}, 0) == []
    assert no_longer_told({"a": 40, "b": 40, "c": 40}, {"b": 40}, 0) == ["a", "c"]


def test_a_source_may_list_its_ended_models_no_more():
    def with_ends(left: int) -> bytes:
        def change(document: dict) -> None:
            for row in document.values():
                row.pop("deprecation_date", None)
            ends = [name for name, row in document.items() if row.get("litellm_provider") == "openai"][:8]
            for place, name in enumerate(ends):
                document[name]["deprecation_date"] = LONG_AGO
                if place >= left:
                    del document[name]

        return litellm(change)

    assert doubted(with_ends(1), with_ends(8)) is None
    assert doubted(each_row(without("deprecation_date")), with_ends(8)) is not None


def test_a_part_that_cannot_be_used_in_any_record_is_what_is_doubted_and_not_that_it_lists_nothing():
    doubt = doubted(each_row(in_letters))
    assert doubt is not None
    assert (doubt.ground, "a part cannot be used" in doubt.words) == (Ground.FLAWED, True)
    assert doubted(each_row(in_letters), each_row(in_letters)) is None


def test_a_source_that_lists_more_than_twice_as_much_is_refused_and_one_that_doubles_is_not():
    assert doubted(payload("litellm"), b"{}") is None
    assert doubted(multiplied(2)) is None
    doubt = doubted(multiplied(3))
    assert doubt is not None
    assert doubt.ground is Ground.GROWN


def test_what_a_source_ended_is_not_taken_back_for_many_at_once():
    ends = {"status": Provenance("models_dev", TODAY), "deprecation_date": LITELLM}
    gone = [model(str(n), status=ModelStatus.DEPRECATED, deprecation_date=LONG_AGO, provenance=ends) for n in range(6)]
    current = {each.id: each for each in gone}

    def said(source: str, **facts: object) -> list[Joined]:
        told = Statement(source, 1, TODAY, Facts(**facts))  # type: ignore[arg-type]
        return [Joined(name, "acme", (told,)) for name in current]

    assert endings_taken_back("litellm", said("litellm"), current, TODAY) == (6, 6)
    assert endings_taken_back("litellm", said("litellm", deprecation_date="2999-01-01"), current, TODAY) == (6, 6)
    assert endings_taken_back("litellm", said("litellm", deprecation_date=LONG_AGO), current, TODAY) == (0, 6)
    assert endings_taken_back("models_dev", said("models_dev"), current, TODAY) == (6, 6)
    still = said("models_dev", status=ModelStatus.DEPRECATED)
    assert endings_taken_back("models_dev", still, current, TODAY) == (0, 6)
    assert endings_taken_back("openrouter", said("openrouter"), current, TODAY) == (0, 0)


def test_windows_and_speeds_in_another_unit_are_refused_as_a_whole():
    names = [f"gpt-{n}" for n in range(6)]
    current = {
        f"openai/{name}": replace(
            model(name, provider="openai", context_window=128_000, provenance=dict.fromkeys(FIGURES, LITELLM)),
            latency=Latency(500.0, 80.0),
        )
        for name in names
    }

    def about(**facts: object):
        listings = [Listing("openai", name, Facts(**facts)) for name in names]  # type: ignore[arg-type]
        found = DOUBTS.about(Reading("litellm", 40, TODAY, listings), SourceState("litellm"), current, TODAY)
        return next(iter(found), None)

    assert about(context_window=128_000, time_to_first_token_ms=900.0) is None
    windows, speeds = about(context_window=128), about(time_to_first_token_ms=500_000.0)
    assert windows is not None
    assert (windows.ground, windows.words) == (Ground.WINDOWS, "6 of 6 windows are more than five times off")
    assert speeds is not None
    assert speeds.ground is Ground.SPEEDS


def test_a_single_window_or_speed_that_jumps_is_kept_unless_the_operator_says_it():
    before = replace(model("one", context_window=100_000), latency=Latency(500.0, 80.0))
    before = replace(before, provenance=dict.fromkeys(FIGURES, Provenance("openrouter", TODAY)))
    said = replace(before, context_window=100, latency=Latency(500_000.0, 500.0))
    after, found = quarantine(before, replace(said, provenance=dict.fromkeys(FIGURES, LITELLM)))
    assert (after.context_window, after.latency) == (100_000, Latency(500.0, 500.0))
    assert [(each.field, each.kept) for each in found] == [
        ("context_window", 100_000),
        ("time_to_first_token_ms", 500.0),
    ]
    assert after.provenance["time_to_first_token_ms"].note == "litellm says 500000: quarantined"
    own = replace(said, provenance=dict.fromkeys(FIGURES, Provenance("operator", TODAY)))
    assert quarantine(before, own) == (own, [])


def test_windows_that_stay_in_another_unit_are_kept_one_by_one_and_the_source_is_heard_again():
    world = refreshed(RefresherWorld())
    before = entry(world, ONE).context_window

    def in_thousands(row: dict) -> None:
        for name in ("max_input_tokens", "max_output_tokens"):
            if isinstance(row.get(name), int):
                row[name] = max(1, row[name] // 1000)

    world.web.serve(URLS["litellm"], each_row(in_thousands))
    world.refresher().refresh()
    told = state(world, "litellm")
    assert (told.health, "windows are more than five times off" in (told.error or "")) == (Health.REFUSED, True)
    for days in (4, 4):
        world.clock.pass_seconds(days * DAY)
        done = world.refresher().refresh()
    assert state(world, "litellm").health is Health.FRESH
    assert (ONE, "context_window") in {(each.model, each.field) for each in done.quarantined}
    assert entry(world, ONE).context_window == before
    world.refresher().publisher.publish(lambda now: upsert(now, [{"id": ONE, "context_window": 9}], TODAY), "update")
    world.refresher().refresh()
    assert entry(world, ONE).context_window == 9
