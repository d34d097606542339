"""What a source sends that it should not costs a refusal or one record, and none of it is repeated."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.sources import litellm, livebench, lmarena, models_dev
from llm_router.adapters.sources.registry import PARSERS
from llm_router.errors import SourceUnavailable
from tests.support.sources import FILES, payload, reading

NOTHING_OF_IT = "<script>alert(1)</script>"


OTHER_SCHEMAS = {
    "a web page": b"<!doctype html><title>Sign in</title>",
    "nothing": b"",
    "null": b"null",
    "a number": b"1",
    "a text": b'"x"',
    "a list of lists": b"[[]]",
    "NaN": b"NaN",
    "deep nesting": b"[" * 100_000,
    "bytes": b"\xff\xfe\x00",
    "an object of numbers": b'{"a": 1, "data": 2, "models": 3}',
}


@pytest.mark.parametrize("body", OTHER_SCHEMAS.values(), ids=OTHER_SCHEMAS.keys())
@pytest.mark.parametrize("source", FILES)
def test_another_schema_gives_a_refusal_or_nothing_but_never_a_record(source: str, body: bytes):
    problem = ""
    try:
        assert PARSERS[source](body, "2026-01-01").records == 0
    except SourceUnavailable as refusal:
        problem = refusal.message
    assert "<" not in problem


def _broken(source: str) -> bytes:
    """The excerpt with a record whose names and figures are hostile."""
    if source == "livebench":
        return payload(source) + f"{NOTHING_OF_IT},".encode() + b",".join([b"1"] * 23) + b"\n"
    document = json.loads(payload(source))
    bad = {"id": NOTHING_OF_IT, "slug": NOTHING_OF_IT, "name": NOTHING_OF_IT, "mode": "chat", "litellm_provider": "x"}
    if source == "litellm":
        document[NOTHING_OF_IT] = bad
    elif source == "models_dev":
        document["openai"]["models"][NOTHING_OF_IT] = bad
    elif source == "lmarena":
        document["full"][NOTHING_OF_IT] = {"rating": 1500}
    elif source == "operator":
        document.append(bad)
    else:
        document["data"].append(bad)
    return json.dumps(document).encode()


@pytest.mark.parametrize("source", FILES)
def test_one_hostile_record_is_reported_without_its_text_and_all_others_taken(source: str):
    clean, found = reading(source), PARSERS[source](_broken(source), "2026-11-24")
    assert found.records == clean.records
    assert len(found.problems) == len(clean.problems) + 1
    assert NOTHING_OF_IT not in repr(found)


@pytest.mark.parametrize("name", ["a<b>", "../x", "a b", "x" * 300, "", "%00", "ü"])
def test_a_name_that_is_no_legal_id_is_left_out(name: str):
    row = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}
    assert litellm.parse(json.dumps({name: row}).encode(), "2026-01-01").listings == []


@pytest.mark.parametrize("price", [-1, "x", True, 1e9, [], {}])
def test_a_price_that_is_none_marks_the_record(price: object):
    row = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": price}
    found = litellm.parse(json.dumps({"m": row}).encode(), "2026-01-01")
    assert ([each.flawed for each in found.listings], found.records, len(found.problems)) == ([True], 0, 1)
    assert found.listings[0].facts.input_usd_per_mtok is None


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400", "1" * 5000, "-" + "9" * 5000])
def test_a_number_that_is_none_or_beyond_all_measure_costs_its_own_part_alone(number: str):
    clean = reading("litellm")
    document = json.loads(payload("litellm"))
    document["gpt-4o-mini"]["max_output_tokens"] = "here"
    found = litellm.parse(json.dumps(document).replace('"here"', number).encode(), clean.as_of)
    assert (len(found.listings), found.records) == (len(clean.listings), clean.records - 1)
    told = [each.problem for each in found.problems if each not in clean.problems]
    assert told == ["max_output_tokens is no amount"]


def test_such_a_number_costs_one_row_of_the_operators_file():
    row = '{"id": "house/%s", "provider": "house", "display_name": "x", "context_window": %s}'
    body = ",".join(row % (name, number) for name, number in (("a", 9000), ("b", "1" * 5000), ("c", "NaN")))
    found = PARSERS["operator"](f"[{body}]".encode(), "2026-01-01")
    assert ([update.id for update in found.updates], len(found.problems)) == (["house/a"], 2)


def test_ratings_and_scores_out_of_range_are_left_out():
    rated = {name: {"rating": rating} for name, rating in zip("abcdef", (0, 499, 500, 2500, 2501, 9e9), strict=True)}
    found = lmarena.parse(json.dumps({"full": rated}).encode(), "2026-01-01")
    assert ([score.value for score in found.scores], len(found.problems)) == ([500, 2500], 4)
    assert livebench.parse(b"model,a,b,c,d\nm,1,2,3,101\nn,1,2,3,4\n", "2026-01-01").records == 1


PARTS = {
    "a name with markup": ("models_dev", {"name": NOTHING_OF_IT}, "has a name that cannot be shown"),
    "a limit that is no object": ("models_dev", {"limit": 7}, "limit is no object"),
    "a window that is none": ("openrouter", {"context_length": 1.5}, "context_length is no number of tokens"),
    "an architecture in words": ("openrouter", {"architecture": "text->text"}, "architecture is no object"),
    "a negative window": ("litellm", {"max_input_tokens": -1}, "max_input_tokens is no amount"),
    "a length in words": ("litellm", {"max_output_tokens": "see docs"}, "max_output_tokens is no number"),
    "a speed of next to nothing": (
        "artificial_analysis",
        {"median_output_tokens_per_second": 1e-320},
        "median_output_tokens_per_second is no speed",
    ),
    "a wait without end": (
        "artificial_analysis",
        {"median_time_to_first_token_seconds": 1e308},
        "median_time_to_first_token_seconds is no time to wait",
    ),
}


def _alone(source: str, fields: dict[str, object]) -> bytes:
    """A document of one model with these fields."""
    if source == "litellm":
        return json.dumps({"m": {"litellm_provider": "openai", "mode": "chat", **fields}}).encode()
    if source == "models_dev":
        return json.dumps({"openai": {"models": {"m": fields}}}).encode()
    return json.dumps(
        {"data": [{"id": "openai/m", "slug": "m", "model_creator": {"slug": "openai"}, **fields}]}
    ).encode()


@pytest.mark.parametrize(("source", "fields", "problem"), PARTS.values(), ids=PARTS.keys())
def test_a_part_that_cannot_be_used_marks_its_record_and_costs_nothing_else(
    source: str, fields: dict[str, object], problem: str
):
    found = PARSERS[source](_alone(source, fields), "2026-01-01")
    assert [listing.flawed for listing in found.listings] == [True]
    assert [each.problem for each in found.problems] == [problem]
    for name in fields:
        assert NOTHING_OF_IT not in repr(found), name


@pytest.mark.parametrize("odd", [None, 7, "https://models.dev/schema.json", [], {"id": "broken"}])
def test_what_is_no_provider_costs_no_other_provider(odd: object):
    clean = reading("models_dev")
    found = models_dev.parse(json.dumps({"odd": odd, **json.loads(payload("models_dev"))}).encode(), clean.as_of)
    assert found.listings == clean.listings
    assert [problem.problem for problem in found.problems] == ["has no models"]


@pytest.mark.parametrize("odd", [None, 7, "2026-11-01", []])
def test_what_is_no_category_costs_no_other_category(odd: object):
    clean = reading("lmarena")
    found = lmarena.parse(json.dumps({"odd": odd, **json.loads(payload("lmarena"))}).encode(), clean.as_of)
    assert found.scores == clean.scores
    assert [problem.problem for problem in found.problems] == ["is no object"]
