"""An operator's update: all or nothing, our names and the reference design's, and nothing that could do harm."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.diff import diff
from llm_router.catalogue.entry import Capability, Catalogue, Latency, LongPrompt, ModelEntry, ModelStatus
from llm_router.catalogue.upsert import MAX_MODELS, upsert
from llm_router.errors import InvalidRequest
from llm_router.schemas.catalogue import entry_answer
from llm_router.schemas.update import MODEL_SCHEMA
from llm_router.taxonomy import Category, Difficulty

TODAY = "2026-11-24"
NEW = {"id": "acme/one", "provider": "acme", "display_name": "One"}
EMPTY = Catalogue(1, {})


def made(row: dict[str, Any], before: Catalogue = EMPTY) -> ModelEntry:
    return upsert(before, [row], TODAY)[row["id"]]


def problems(*rows: Any, before: Catalogue = EMPTY) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refusal:
        upsert(before, list(rows), TODAY)
    return [(field.path, field.problem) for field in refusal.value.fields]


def test_three_fields_make_a_model_and_all_else_is_unknown():
    found = made(NEW)
    assert found.status is ModelStatus.ACTIVE
    assert (found.input_usd_per_mtok, found.context_window, found.open_weights) == (None, None, None)
    assert found.provenance["display_name"].source == "operator"


def test_every_field_of_an_entry_can_be_given():
    found = made(
        {
            **NEW,
            "status": "disabled",
            "api_alias": "one-1",
            "context_window": 1000,
            "max_output_tokens": 100,
            "input_usd_per_mtok": 1,
            "output_usd_per_mtok": 2.5,
            "cached_input_usd_per_mtok": 0.1,
            "long_prompt": {"above_tokens": 500, "input_usd_per_mtok": 2, "output_usd_per_mtok": 5},
            "capabilities": ["tools", "vision"],
            "thinks": False,
            "open_weights": True,
            "license": "MIT",
            "regions": ["eu"],
            "deprecation_date": "2027-01-31",
            "tokenizer": "o200k",
            "latency": {"time_to_first_token_ms": 300, "output_tokens_per_second": 80},
            "quality": {"math": {"hard": {"mean": 0.4, "sd": 0.2, "n": 5}}},
        }
    )
    assert found.status is ModelStatus.DISABLED
    assert found.capabilities == {Capability.TOOLS, Capability.VISION}
    assert found.thinks is False
    assert found.latency == Latency(300, 80)
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (1.0, 2.5)
    assert found.long_prompt == LongPrompt(500, 2.0, 5.0)
    assert made(NEW | {"long_prompt": entry_answer(found).model_dump()["long_prompt"]}).long_prompt == found.long_prompt
    stated = found.quality[Category.MATH][Difficulty.HARD]
    assert (stated.mean, stated.sd, stated.n, stated.source, stated.as_of) == (0.4, 0.2, 5.0, "operator", TODAY)


def test_difficulties_that_were_not_stated_are_imputed_around_those_that_were():
    levels = made({**NEW, "quality": {"math": {"medium": {"mean": 0.8}}}}).quality[Category.MATH]
    assert levels[Difficulty.EASY].mean > 0.8 > levels[Difficulty.HARD].mean
    assert [levels[level].imputed for level in Difficulty] == [True, False, True]


def test_the_reference_designs_names_mean_dollars_per_thousand_tokens_and_milliseconds():
    row = {**NEW, "cost_in_per_1k": 0.00015, "cost_out_per_1k": 0.0006, "avg_latency_ms": 650, "open_source": True}
    found = made({**row, "tags": ["x"], "notes": "n", "analytics_id": "a", "real_time_metrics": True})
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (0.15, 0.6)
    assert (found.latency.time_to_first_token_ms, found.open_weights) == (650.0, True)


def test_the_reference_designs_scores_are_labelled_and_stand_only_where_there_is_no_evidence():
    scores = {"coding": 0.8, "reasoning": 0.6, "writing": 0.7, "support": 0.7, "math": 0.0, "legal": 0.9}
    found = made({**NEW, "capabilities": scores})
    assert set(found.quality) == {Category.CODING, Category.ANALYSIS, Category.CREATIVE_WRITING, Category.CHAT}
    assert found.quality[Category.CODING][Difficulty.MEDIUM].source == "operator's capabilities"
    known = bundled().models["openai/gpt-5.5"]
    assert made({"id": known.id, "capabilities": scores}, bundled()).quality == known.quality


def test_an_update_of_a_known_model_changes_what_it_names_and_nothing_else():
    before = bundled().models["openai/gpt-5.5"]
    models = upsert(bundled(), [{"id": before.id, "input_usd_per_mtok": 4.0}], TODAY)
    (change,) = diff(bundled().models, models).changed
    assert (change.field, change.before, change.after) == ("input_usd_per_mtok", "5.0", "4.0")
    after = models[before.id]
    assert after.provenance["input_usd_per_mtok"].source == "operator"
    assert after.provenance["output_usd_per_mtok"] == before.provenance["output_usd_per_mtok"]


def test_null_makes_a_field_unknown_and_hands_it_back_to_the_sources():
    after = made({"id": "openai/gpt-5.5", "input_usd_per_mtok": None, "capabilities": None}, bundled())
    assert after.input_usd_per_mtok is None
    assert after.capabilities == frozenset()
    assert "input_usd_per_mtok" not in after.provenance


@pytest.mark.parametrize("name", ["openai/gpt-5.5", "groq/gpt-oss-120b", "bedrock/amazon.nova-lite-v1:0"])
def test_our_own_answer_can_be_sent_back_and_changes_nothing(name: str):
    answer = entry_answer(bundled().models[name]).model_dump(mode="json")
    assert upsert(bundled(), [answer], TODAY) == bundled().models


def test_a_cell_that_is_not_the_one_that_is_held_is_the_operators_whatever_source_it_names():
    known = bundled().models["openai/gpt-5.5"]
    answer = entry_answer(known).model_dump(mode="json")
    answer["quality"]["math"]["hard"]["mean"] = 0.5
    answer["quality"]["math"]["easy"]["source"] = "our own test"
    row = made({"id": known.id, "quality": answer["quality"]}, bundled()).quality[Category.MATH]
    assert {level: cell.source for level, cell in row.items() if cell.source == "operator"}.keys() == {"easy", "hard"}
    assert (row[Difficulty.HARD].mean, row[Difficulty.HARD].as_of) == (0.5, TODAY)
    mine = made({**NEW, "quality": {"math": {"hard": {"mean": 0.4, "source": "our own test"}}}})
    cell = mine.quality[Category.MATH][Difficulty.HARD]
    assert (cell.mean, cell.source, cell.imputed) == (0.4, "operator", False)


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


def test_the_same_id_twice_names_the_later_one():
    assert problems(NEW, NEW) == [("models[1].id", "is also that of models[0]")]


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


def test_a_speed_of_0_that_is_stored_can_be_sent_back_and_is_then_unknown():
    stored = made({**NEW, "latency": {"output_tokens_per_second": 80}})
    row = {"id": NEW["id"], "latency": {"output_tokens_per_second": 0}}
    assert made(row, Catalogue(1, {NEW["id"]: stored})).latency.output_tokens_per_second is None
