"""An operator's update: all or nothing, what is wrong is named, and nothing is taken that could do harm."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.entry import Catalogue, ModelEntry, ModelStatus
from llm_router.catalogue.upsert import MAX_MODELS, upsert
from llm_router.errors import InvalidRequest
from llm_router.json_values import Json
from llm_router.schemas.catalogue import entry_answer
from llm_router.schemas.update import MODEL_SCHEMA

TODAY = "2026-11-24"
NEW = {"id": "acme/one", "provider": "acme", "display_name": "One"}
EMPTY = Catalogue(1, {})


def made(row: dict[str, Any], before: Catalogue = EMPTY) -> ModelEntry:
    return upsert(before, [row], TODAY)[row["id"]]


def problems(*rows: Any, before: Catalogue = EMPTY) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refusal:
        upsert(before, list(rows), TODAY)
    return [(field.path, field.problem) for field in refusal.value.fields]


BAD = {
    "negative price": ({"input_usd_per_mtok": -1}, "models[0].input_usd_per_mtok"),
    "endless price": ({"output_usd_per_mtok": float("inf")}, "models[0].output_usd_per_mtok"),
    "no number": ({"output_usd_per_mtok": float("nan")}, "models[0].output_usd_per_mtok"),
    "price in words": ({"input_usd_per_mtok": "1"}, "models[0].input_usd_per_mtok"),
    "true for a price": ({"input_usd_per_mtok": True}, "models[0].input_usd_per_mtok"),
    "price above all": ({"input_usd_per_mtok": 1000.1}, "models[0].input_usd_per_mtok"),
    "dollars per million where per thousand is meant": ({"cost_in_per_1k": 5}, "models[0].cost_in_per_1k"),
    "one price twice": ({"cost_in_per_1k": 0.1, "input_usd_per_mtok": 100}, "models[0].input_usd_per_mtok"),
    "context 0": ({"context_window": 0}, "models[0].context_window"),
    "half a token": ({"context_window": 1.5}, "models[0].context_window"),
    "markup in a name": ({"display_name": "<b>One</b>"}, "models[0].display_name"),
    "control in a name": ({"display_name": "One\u202e"}, "models[0].display_name"),
    "half a character": ({"display_name": "\ud800"}, "models[0].display_name"),
    "blank name": ({"display_name": " "}, "models[0].display_name"),
    "long name": ({"display_name": "x" * 201}, "models[0].display_name"),
    "null name": ({"display_name": None}, "models[0].display_name"),
    "climbing id": ({"id": "acme/../one"}, "models[0].id"),
    "markup in an id": ({"id": "<script>"}, "models[0].id"),
    "id of 2 kB": ({"id": "a" * 2000}, "models[0].id"),
    "id that is none": ({"id": 5}, "models[0].id"),
    "provider with a path": ({"provider": "a/b"}, "models[0].provider"),
    "unknown status": ({"status": "new"}, "models[0].status"),
    "unknown capability": ({"capabilities": ["magic"]}, "models[0].capabilities"),
    "score above 1": ({"capabilities": {"coding": 2}}, "models[0].capabilities"),
    "alias with a space": ({"api_alias": "a b"}, "models[0].api_alias"),
    "no date": ({"deprecation_date": "soon"}, "models[0].deprecation_date"),
    "flag in words": ({"open_weights": "yes"}, "models[0].open_weights"),
    "regions in one text": ({"regions": "eu"}, "models[0].regions"),
    "latency in one number": ({"latency": 5}, "models[0].latency"),
    "negative speed": ({"latency": {"output_tokens_per_second": -1}}, "models[0].latency.output_tokens_per_second"),
    "unknown field": ({"api_base": "http://10.0.0.1"}, "models[0]"),
    "unknown field of a latency": ({"latency": {"base_url": "x"}}, "models[0].latency"),
    "unknown field of a cell": (
        {"quality": {"math": {"hard": {"mean": 0.1, "headers": {}}}}},
        "models[0].quality.math.hard",
    ),
    "unknown category": ({"quality": {"law": {}}}, "models[0].quality"),
    "chance above 1": ({"quality": {"math": {"hard": {"mean": 2}}}}, "models[0].quality.math.hard.mean"),
    "cell of another source above 1": (
        {"quality": {"math": {"hard": {"mean": 2, "source": "livebench"}}}},
        "models[0].quality.math.hard.mean",
    ),
    "cell whose source is no text": (
        {"quality": {"math": {"hard": {"mean": 0.1, "source": 5}}}},
        "models[0].quality.math.hard.source",
    ),
    "cell without a mean": ({"quality": {"math": {"hard": {}}}}, "models[0].quality.math.hard.mean"),
}


@pytest.mark.parametrize(("change", "path"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_named_by_index_and_field_and_never_quoted(change: dict[str, Any], path: str):
    found = problems(NEW | change)
    assert path in [place for place, _ in found]
    for value in change.values():
        if isinstance(value, str) and value.strip():
            assert not any(value in problem for _, problem in found)


def test_every_bad_entry_is_named_at_once():
    rows = [{**NEW, "id": f"acme/{index}", "context_window": index % 2} for index in range(10)]
    assert [path for path, _ in problems(*rows)] == [f"models[{index}].context_window" for index in range(0, 10, 2)]


def test_the_first_field_of_nobody_is_told_with_those_that_a_model_has():
    (first, known), (second, alone) = problems({**NEW, "wings": 2}, {**NEW, "id": "acme/two", "wings": 2})
    assert (first, second) == ("models[0]", "models[1]")
    assert alone == "holds a field that a model does not have"
    told, _, names = known.partition("; known are ")
    assert told == alone
    unread = {"provenance", "tags", "notes", "analytics_id", "last_updated", "real_time_metrics"}
    assert set(names.split(", ")) == MODEL_SCHEMA["properties"].keys() - unread


def test_the_same_id_twice_names_the_later_one():
    assert problems(NEW, NEW) == [("models[1].id", "is also that of models[0]")]


def test_no_new_model_has_another_ones_id_written_otherwise():
    """A key that allows the one would allow the other."""
    refusal = "is that of another model, written otherwise"
    shadow = NEW | {"id": "openai/GPT-5.5"}
    assert problems(shadow, before=bundled()) == [("models[0].id", refusal)]
    assert problems(NEW | {"id": "acme/One"}, NEW | {"id": "acme/one"}) == [("models[1].id", refusal)]


def test_two_that_are_there_already_can_both_be_changed():
    both = {name: ModelEntry(name, "acme", name) for name in ("acme/One", "acme/one")}
    rows: list[Json] = [{"id": name, "context_window": 8000} for name in both]
    assert upsert(Catalogue(1, both), rows, TODAY)["acme/one"].context_window == 8000


def test_a_known_model_may_be_named_without_the_provider_before_its_name():
    known = bundled().models["openai/gpt-5.5"]
    row: dict[str, Any] = {"id": "gpt-5.5", "provider": "openai", "display_name": "Ours", "cost_in_per_1k": 0.004}
    models = upsert(bundled(), [row], TODAY)
    assert models.keys() == bundled().models.keys()
    assert (models[known.id].id, models[known.id].input_usd_per_mtok) == (known.id, 4.0)
    assert problems(row, row | {"id": known.id}, before=bundled())[0] == ("models[1].id", "is also that of models[0]")


def test_a_new_model_needs_its_provider_and_its_name():
    assert {path for path, _ in problems({"id": "acme/one"})} == {"models[0].provider", "models[0].display_name"}


@pytest.mark.parametrize("row", [None, 5, "x", [], [NEW]])
def test_a_row_that_is_no_object_is_named(row: Any):
    assert problems(row) == [("models[0]", "must be an object")]


def test_no_models_and_too_many_models_are_refused():
    assert problems() == [("models", "must hold at least one model")]
    assert problems(*[NEW] * (MAX_MODELS + 1))[0][0] == "models"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(sorted(MODEL_SCHEMA["properties"])), json_values, max_size=8))
def test_no_json_whatever_raises_anything_but_a_refusal(row):
    try:
        models = upsert(bundled(), [row], TODAY)
    except InvalidRequest as refusal:
        assert refusal.fields  # noqa: PT017 - either outcome is right
    else:
        assert len(models) >= len(bundled())


def test_the_description_of_the_api_lists_the_fields_that_are_taken():
    listed = set(MODEL_SCHEMA["properties"])
    answered = set(entry_answer(bundled().models["openai/gpt-5.5"]).model_dump())
    assert answered <= listed
    for name in listed - {"id", "provider", "display_name"}:
        assert problems({**NEW, name: object()}) if name not in _FREE else made({**NEW, name: None})


_FREE = {"provenance", "tags", "notes", "analytics_id", "last_updated", "real_time_metrics"}


@pytest.mark.parametrize("name", ["auto", "auto:cheap", "models"])
def test_a_model_that_is_stored_under_a_name_of_the_apis_own_can_be_disabled_and_none_be_made(name: str):
    stored = Catalogue(1, {name: ModelEntry(name, "acme", "Auto")})
    assert made({"id": name, "status": "disabled"}, stored).status is ModelStatus.DISABLED
    assert [path for path, _ in problems({**NEW, "id": name})] == ["models[0].id"]
