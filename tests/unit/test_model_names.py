"""Which models a name means, and what is told of a name that means none."""

from __future__ import annotations

import pytest

from llm_router.catalogue.entry import Catalogue, ModelEntry, ModelStatus
from llm_router.catalogue.naming import folded, names_of, undated
from llm_router.errors import FieldProblem, NoEligibleModel
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.ranking.unmatched import MOST_KNOWN, MOST_TOLD, sentences, unmatched, unmatched_by_key
from tests.support.models import model, task

HOSTS = [
    model("deepseek-v3.2", provider="deepseek", display_name="DeepSeek V3.2", license="MIT"),
    model("deepseek-v3.2", provider="deepinfra", api_alias="deepseek-ai/DeepSeek-V3.2", display_name="DeepSeek V3.2"),
    model(
        "deepseek-v3p2",
        provider="fireworks",
        api_alias="accounts/fireworks/models/deepseek-v3p2",
        display_name="DeepSeek V3.2",
    ),
    model("deepseek-v3.2-0813", provider="deepinfra", display_name="DeepSeek V3.2"),
    model("claude-haiku-4-5", provider="anthropic", display_name="Claude Haiku 4.5"),
    model("anthropic.claude-haiku-4-5-20251001-v1:0", provider="bedrock", display_name="Claude Haiku 4.5"),
    model("openai.gpt-oss-20b-1:0", provider="bedrock", display_name="gpt-oss 20B"),
    model("gpt-4", provider="openai", display_name="GPT-4"),
    model("gpt-4o", provider="openai", display_name="GPT-4o"),
    model("gpt-4-turbo", provider="openai", display_name="GPT-4 Turbo"),
]
DEEPSEEK = {"deepseek/deepseek-v3.2", "deepinfra/deepseek-v3.2", "fireworks/deepseek-v3p2"}
HAIKU = {"anthropic/claude-haiku-4-5", "bedrock/anthropic.claude-haiku-4-5-20251001-v1:0"}

MEANT: list[tuple[str, set[str]]] = [
    ("deepseek-v3.2", DEEPSEEK),
    ("DeepSeek-V3.2", DEEPSEEK),
    ("deepseek-v3-2", DEEPSEEK),
    ("DeepSeek V3.2", {*DEEPSEEK, "deepinfra/deepseek-v3.2-0813"}),
    (" deepseek  v3.2 ", {*DEEPSEEK, "deepinfra/deepseek-v3.2-0813"}),
    ("deepseek-v3.2-0813", {"deepinfra/deepseek-v3.2-0813"}),
    ("DeepInfra/DeepSeek-v3.2", {"deepinfra/deepseek-v3.2"}),
    ("deepseek-ai/deepseek-v3.2", {"deepinfra/deepseek-v3.2"}),
    ("accounts/fireworks/models/deepseek-v3p2", {"fireworks/deepseek-v3p2"}),
    ("claude-haiku-4-5", HAIKU),
    ("Claude-Haiku-4.5", HAIKU),
    ("claude-haiku-4-5-20251001", {"bedrock/anthropic.claude-haiku-4-5-20251001-v1:0"}),
    ("anthropic.claude-haiku-4-5-20251001-v1:0", {"bedrock/anthropic.claude-haiku-4-5-20251001-v1:0"}),
    ("gpt-oss-20b", {"bedrock/openai.gpt-oss-20b-1:0"}),
    ("gpt-4", {"openai/gpt-4"}),
    ("GPT-4 turbo", {"openai/gpt-4-turbo"}),
    ("deepseek", set()),
    ("models/deepseek-v3p2", set()),
    ("openai", set()),
    ("gpt", set()),
]


@pytest.mark.parametrize(("name", "meant"), MEANT)
def test_a_name_means_the_model_at_every_host_and_with_its_provider_that_one_offering(name: str, meant: set[str]):
    assert {each.id for each in HOSTS if folded(name) in names_of(each)} == meant


def test_a_model_without_a_name_at_its_provider_goes_by_its_id():
    assert names_of(model("One", api_alias=None, display_name="First")) == {"acme/one", "one", "first"}
    assert names_of(ModelEntry("alone", "acme", "Alone")) == {"alone"}


ONE = Catalogue(1, {each.id: each for each in HOSTS})


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("openai/GPT-4o", "openai/gpt-4o"),
        ("GPT-4O", "openai/gpt-4o"),
        ("DeepSeek-AI/deepseek-v3.2", "deepinfra/deepseek-v3.2"),
        ("deepseek-v3-2", None),
        ("gpt", None),
    ],
)
def test_a_model_that_is_asked_for_is_found_in_any_case_of_letters(name: str, found: str | None):
    assert getattr(ONE.find(name), "id", None) == found


def test_where_the_case_of_letters_tells_two_apart_only_the_name_as_it_is_written_finds_one():
    alike = [model("m", api_alias="Own"), model("M", api_alias="own"), model("x", api_alias="y"), model("Y", id="Y")]
    found = Catalogue(1, {each.id: each for each in alike}).find
    assert [getattr(found(name), "id", None) for name in ("acme/m", "acme/M", "ACME/M", "Own", "own", "OWN")] == [
        *("acme/m", "acme/M", None),
        *("acme/m", "acme/M", None),
    ]
    # A name as it is written goes first, then an id.
    assert [getattr(found(name), "id", None) for name in ("y", "Y", "acme/X")] == ["acme/x", "Y", "acme/x"]


def test_names_that_several_share_find_none():
    shared = [model("a", api_alias="same"), model("b", api_alias="same"), model("c", api_alias="Same")]
    found = Catalogue(1, {each.id: each for each in shared}).find
    assert [getattr(found(name), "id", None) for name in ("same", "Same", "SAME")] == [None, "acme/c", None]


def test_what_a_key_names_in_vain_is_told_by_its_place_and_with_the_providers_that_there_are():
    names, providers = ("gpt-4o", "GPT-4O", "gpt-4o-minni", "DeepSeek V3.2"), ("OpenAI", "nope")
    found = [(field.path, field.problem) for row in unmatched_by_key(names, providers, HOSTS) for field in row.fields]
    nothing = "no model in the catalogue has that id, or that name at its provider"
    there = "anthropic, bedrock, deepinfra, deepseek, fireworks, openai"
    assert found == [
        ("allowed_models[2]", nothing),
        ("allowed_models[3]", nothing),
        ("allowed_providers[1]", f"no model in the catalogue is from that provider; there are {there}"),
    ]
    assert unmatched_by_key((), (), HOSTS) == []


def test_a_date_in_any_name_but_bedrock_s_is_another_model_s():
    assert "gpt-4o" not in names_of(model("gpt-4o-20240806", provider="openai"))
    assert "qwen3-8" not in names_of(model("qwen3.8-v1:0", provider="acme")), "no maker stands before it"


def excluded(*names: str) -> Constraints:
    return Constraints(exclude_models=names)


def test_what_names_nothing_is_told_by_its_place_and_never_repeated():
    said = sentences(excluded("gpt-4", "gtp-4", "deepseek-v3.2", "<gone>"), HOSTS, {*DEEPSEEK, "openai/gpt-4"})
    assert said[0] == "constraints.exclude_models[1], [3]: no model in the catalogue goes by that name."
    assert sentences(excluded("gpt-4"), HOSTS, {"openai/gpt-4"}) == []
    assert sentences(Constraints(), HOSTS, ()) == []


def test_of_many_names_the_first_are_told_and_how_many_there_are_beside():
    (row,) = unmatched(excluded(*(f"none {place}" for place in range(MOST_TOLD + 3))), HOSTS)
    assert row.named == "constraints.exclude_models[0], [1], [2], [3], [4] and 3 more"
    assert [each.path for each in row.fields] == [f"constraints.exclude_models[{place}]" for place in range(MOST_TOLD)]
    (row,) = unmatched(Constraints(providers=("x",)), [model("m", provider=f"p{n:02}") for n in range(MOST_KNOWN + 1)])
    assert row.problem.endswith(", p28, p29 and 1 more")


def test_a_model_that_is_shown_by_the_name_of_an_excluded_one_is_told_while_it_may_be_used():
    (said,) = sentences(excluded("deepseek-v3.2"), HOSTS, DEEPSEEK)
    assert said == "Not excluded, though also shown as DeepSeek V3.2: deepinfra/deepseek-v3.2-0813."
    assert sentences(excluded("deepseek-v3.2"), HOSTS, {*DEEPSEEK, "deepinfra/deepseek-v3.2-0813"}) == []
    assert sentences(excluded("deepinfra/deepseek-v3.2"), HOSTS, {"deepinfra/deepseek-v3.2"}) == [], "is meant alone"


def test_of_several_names_those_that_nothing_has_are_told_and_the_others_bind():
    limits = Constraints(providers=("gogle", "OpenAI"), licenses=("mit",))
    (said,) = sentences(limits, HOSTS, ())
    assert said == (
        "constraints.providers[0]: no model in the catalogue is from that provider; "
        "there are anthropic, bedrock, deepinfra, deepseek, fireworks, openai."
    )
    (row,) = unmatched(limits, HOSTS)
    assert not row.whole
    ranking = rank(prepare(HOSTS), task(), Constraints(providers=("gogle", "OpenAI")), 0.5, Surroundings())
    assert {each.model.provider for each in ranking.candidates} == {"openai"}


def refused(limits: Constraints, models: list[ModelEntry] = HOSTS) -> NoEligibleModel:
    with pytest.raises(NoEligibleModel) as error:
        rank(prepare(models), task(), limits, 0.5, Surroundings())
    return error.value


BINDS = "binds; the nearest value that gives a model: drop the demand"

UNKNOWN: list[tuple[Constraints, str, str]] = [
    (
        Constraints(providers=("gogle",)),
        "providers",
        "is from that provider; there are anthropic, bedrock, deepinfra, deepseek, fireworks, openai",
    ),
    (Constraints(licenses=("gpl",)), "licenses", "has that licence; there are MIT"),
    (Constraints(regions=("eu",)), "regions", "has a known region"),
]


@pytest.mark.parametrize(("limits", "name", "told"), UNKNOWN)
def test_a_refusal_for_a_name_that_nothing_has_says_so_and_advises_no_other_at_random(
    limits: Constraints, name: str, told: str
):
    error = refused(limits)
    assert error.fields == (
        FieldProblem(f"constraints.{name}", BINDS),
        FieldProblem(f"constraints.{name}[0]", f"no model in the catalogue {told}"),
    )
    best = rank(prepare(HOSTS), task(), Constraints(), 0.5, Surroundings()).candidates[0].model.id
    assert error.message == (
        f"No model meets the constraints, and none in the catalogue matches constraints.{name}[0]; "
        f"the nearest relaxation is constraints.{name}: drop the demand (gives {best})."
    )


def test_a_region_that_no_model_is_served_in_is_told_with_those_that_are():
    error = refused(Constraints(regions=("mars",)), [model("m", regions=("eu",)), model("n", regions=("us", "eu"))])
    assert error.fields[1].problem == "no model in the catalogue is served in that region; there are eu, us"


def test_a_refusal_for_something_else_still_tells_of_the_names():
    error = refused(Constraints(providers=("gogle", "openai"), exclude_models=("gtp",), max_cost_usd=1e-9))
    paths = ["constraints.max_cost_usd", "constraints.providers[0]", "constraints.exclude_models[0]"]
    assert [each.path for each in error.fields] == paths
    assert "matches constraints.providers[0] and constraints.exclude_models[0]; the nearest" in error.message


def test_what_is_switched_off_is_known_all_the_same():
    off = [*HOSTS, model("m", provider="off", status=ModelStatus.DISABLED)]
    assert unmatched(Constraints(providers=("off",), exclude_models=("m",)), off) == []


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("claude-haiku-4-5", "claude-haiku-4-5"),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("claude-20251001-x", "claude-20251001-x"),
    ],
)
def test_the_date_of_a_release_stands_at_the_end_in_eight_figures(name: str, left: str):
    assert undated(name) == left
