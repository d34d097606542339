"""What may stand in each field of an update, at its bounds, and what is said of a value that may not."""

from __future__ import annotations

import pytest

from llm_router.catalogue.entry import Capability, LongPrompt, ModelStatus
from llm_router.catalogue.field_rules import LEAST_SPEED, MAX_MS, MAX_TOKENS, MOST_SPEED
from llm_router.catalogue.records import Facts
from llm_router.catalogue.validation import parse
from llm_router.json_values import Json
from llm_router.taxonomy import Category, Difficulty

TODAY = "2026-11-25"
ID = "acme/one"
A_NUMBER, A_TEXT, A_PRICE = "must be a number", "must be a text", "must be from 0 to 1000"
WHOLE = "must be a whole number from 1 to 100000000"
NAME = "must be ASCII letters, digits and / : . _ - @ +, without '..'"
LIST = "must be a list of at most 100 texts"
SPEEDS = "known are time_to_first_token_ms, output_tokens_per_second"
DAY = "must be a date such as 2027-01-31"
A_TIER = (
    "must be an object of above_tokens, input_usd_per_mtok, output_usd_per_mtok and perhaps cached_input_usd_per_mtok"
)
TIER: dict[str, Json] = {"above_tokens": 200_000, "input_usd_per_mtok": 4, "output_usd_per_mtok": 12}
STATUS = "must be one of active, deprecated, disabled"


def problems(**fields: Json) -> list[tuple[str, str]]:
    update, found = parse({"id": ID, **fields}, today=TODAY)
    assert (update is None) is bool(found)
    return [(problem.path, problem.problem) for problem in found]


def facts(**fields: Json) -> Facts:
    update, found = parse({"id": ID, **fields}, today=TODAY)
    assert found == []
    assert update is not None
    return update.facts


WRONG: list[tuple[str, Json, str]] = [
    ("display_name", 7, A_TEXT),
    ("display_name", None, A_TEXT),
    ("display_name", " ", "must not be blank"),
    ("display_name", "<b>", "must not hold markup"),
    ("status", "gone", STATUS),
    ("status", 7, STATUS),
    ("api_alias", "a..b", NAME),
    ("api_alias", 7, NAME),
    ("context_window", 0, WHOLE),
    ("context_window", MAX_TOKENS + 1, WHOLE),
    ("context_window", True, WHOLE),
    ("max_output_tokens", 1.5, WHOLE),
    ("input_usd_per_mtok", "1", A_NUMBER),
    ("input_usd_per_mtok", True, A_NUMBER),
    ("output_usd_per_mtok", 1000.5, A_PRICE),
    ("cached_input_usd_per_mtok", -0.1, A_PRICE),
    ("cached_input_usd_per_mtok", float("nan"), A_PRICE),
    ("cost_in_per_1k", 1.0005, "must be from 0 to 1"),
    ("cost_out_per_1k", float("inf"), "must be from 0 to 1"),
    ("long_prompt", 7, A_TIER),
    ("long_prompt", {"above_tokens": 1, "input_usd_per_mtok": 1}, A_TIER),
    ("long_prompt", {**TIER, "wings": 2}, A_TIER),
    ("long_prompt", {**TIER, "above_tokens": 0}, f"holds a value that {WHOLE}"),
    ("long_prompt", {**TIER, "cached_input_usd_per_mtok": "1"}, f"holds a value that {A_NUMBER}"),
    ("open_weights", "yes", "must be true or false"),
    ("open_source", 1, "must be true or false"),
    ("regions", "eu", LIST),
    ("regions", 7, LIST),
    ("regions", ["eu"] * 101, LIST),
    ("regions", [7], A_TEXT),
    ("deprecation_date", "soon", DAY),
    ("deprecation_date", 7, DAY),
    ("capabilities", ["flying"], f"must be a list of {', '.join(Capability)}"),
    ("capabilities", "tools", LIST),
    ("avg_latency_ms", MAX_MS + 1, "must be from 0 to 3.6e+06"),
    ("latency", [], "must be an object"),
    ("latency", {"warmth": 1}, f"holds a field that a latency does not have; {SPEEDS}"),
    ("provenance", {"license": {"source": [float("nan")]}}, "holds a number that is not finite"),
    ("notes", float("inf"), "holds a number that is not finite"),
    ("quality", {"coding": {"easy": {"mean": 0.5, "as_of": float("nan")}}}, "holds a number that is not finite"),
    ("provider", "", "must be 1 to 64 ASCII letters, digits and . _ -"),
    ("provider", "a" * 65, "must be 1 to 64 ASCII letters, digits and . _ -"),
    ("provider", 7, "must be 1 to 64 ASCII letters, digits and . _ -"),
]


@pytest.mark.parametrize(("field", "value", "said"), WRONG)
def test_what_may_not_stand_in_a_field_is_told_by_field_and_rule(field: str, value: Json, said: str):
    assert problems(**{field: value}) == [(field, said)]


@pytest.mark.parametrize("entry_id", [None, 7, "", "../x", "a" * 201])
def test_an_id_is_required_and_legal(entry_id: Json):
    (found,) = parse({} if entry_id is None else {"id": entry_id}, today=TODAY)[1]
    legal = "must be 1 to 200 ASCII letters, digits and / : . _ - @ +, without '..'"
    assert (found.path, found.problem) == ("id", "is required" if entry_id is None else legal)


@pytest.mark.parametrize("speed", [1e-320, LEAST_SPEED / 2, MOST_SPEED * 2, float("nan")])
def test_a_speed_with_which_no_answer_would_ever_end_is_refused(speed: float):
    said = "must be from 0.01 to 3.6e+06"
    assert problems(latency={"output_tokens_per_second": speed}) == [("latency.output_tokens_per_second", said)]
    assert problems(latency={"time_to_first_token_ms": 0, "output_tokens_per_second": LEAST_SPEED}) == []
    assert problems(latency={"output_tokens_per_second": False}) == [("latency.output_tokens_per_second", A_NUMBER)]


@pytest.mark.parametrize("speed", [0, 0.0, -0.0])
def test_a_speed_of_0_was_not_measured(speed: float):
    update, found = parse({"id": "a/b", "latency": {"output_tokens_per_second": speed}}, today=TODAY)
    assert found == []
    assert update is not None
    assert (update.facts.output_tokens_per_second, update.cleared) == (None, {"output_tokens_per_second"})


@pytest.mark.parametrize("name", ["auto", "auto:cheap", "auto:0.7", "auto:x", "models"])
def test_a_name_that_the_api_gives_a_meaning_of_its_own_is_no_models(name: str):
    update, found = parse({"id": name, "provider": "openai"}, today=TODAY)
    assert (update, [problem.path for problem in found]) == (None, ["id"])
    for other in (f"openrouter/{name}", "automatic", "auto/x", "models/auto"):
        assert parse({"id": other}, today=TODAY)[1] == []


def test_every_field_lands_in_its_fact_with_its_bounds_included():
    found = facts(
        display_name="One",
        status="deprecated",
        api_alias="one@1",
        context_window=MAX_TOKENS,
        max_output_tokens=1.0,
        input_usd_per_mtok=0,
        output_usd_per_mtok=1000,
        cached_input_usd_per_mtok=0.5,
        long_prompt={**TIER, "cached_input_usd_per_mtok": None},
        thinks=False,
        open_weights=True,
        license="MIT",
        regions=["eu"] * 100,
        deprecation_date="2027-01-31",
        tokenizer="o200k",
        capabilities=["tools", "json"],
        latency={"time_to_first_token_ms": MAX_MS, "output_tokens_per_second": 80},
    )
    assert found == Facts(
        "One", ModelStatus.DEPRECATED, "one@1", MAX_TOKENS, 1, 0.0, 1000.0, 0.5, LongPrompt(200_000, 4.0, 12.0),
        frozenset({Capability.TOOLS, Capability.JSON}), False, True, "MIT", ("eu",) * 100, "2027-01-31", "o200k",
        MAX_MS, 80.0,
    )  # fmt: skip


def test_the_reference_designs_names_say_the_same_in_its_units():
    found = facts(cost_in_per_1k=0.00015, cost_out_per_1k=1, open_source=False, avg_latency_ms=0)
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (0.15, 1000.0)
    assert (found.open_weights, found.time_to_first_token_ms) == (False, 0.0)
    twice = problems(input_usd_per_mtok=1, cost_in_per_1k=0.001)
    assert twice == [("cost_in_per_1k", "says the same as input_usd_per_mtok; give one of them")]


def test_null_makes_a_fact_unknown_again():
    update, _ = parse(
        {"id": ID, "license": None, "capabilities": None, "latency": {"output_tokens_per_second": None}}, today=TODAY
    )
    assert update is not None
    assert update.cleared == {"license", "capabilities", "output_tokens_per_second"}
    assert update.facts == Facts()
    assert (update.id, update.provider, update.quality, update.scores) == (ID, None, {}, {})


def test_a_field_of_nobody_is_told_unless_the_file_is_the_operators_own():
    assert problems(wings=2) == [("", "holds a field that a model does not have")]
    assert parse({"id": ID, "wings": 2}, today=TODAY, lenient=True)[1] == []
    for name in ("provenance", "tags", "notes", "analytics_id", "last_updated", "real_time_metrics"):
        assert problems(**{name: "anything"}) == []


STRANGE: dict[str, Json] = {f"wing{number}": 2 for number in range(100_000)}
KINDS = f"must have an object for each of {', '.join(Category)}"
LEVELS = f"must have an object for each of {', '.join(Difficulty)}"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (STRANGE, ("", "holds a field that a model does not have")),
        ({"latency": STRANGE}, ("latency", f"holds a field that a latency does not have; {SPEEDS}")),
        ({"quality": STRANGE}, ("quality", KINDS)),
        ({"quality": {"coding": STRANGE}}, ("quality.coding", LEVELS)),
    ],
    ids=["model", "latency", "quality", "levels"],
)
def test_a_hundred_thousand_fields_of_nobody_are_one_problem(fields: dict[str, Json], said: tuple[str, str]):
    assert problems(**fields) == [said]


def test_everything_that_is_wrong_is_told_at_once():
    assert [path for path, _ in problems(status="gone", provider="", latency=7)] == ["status", "provider", "latency"]
    (found,) = parse([], today=TODAY)[1]
    assert (found.path, found.problem) == ("", "must be an object")
