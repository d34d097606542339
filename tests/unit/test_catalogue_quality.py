"""Quality is a plausible chance, says how sure it is and what of, and is never made from a price."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.entry import Basis, ModelEntry, QualityEstimate, QualityTable
from llm_router.catalogue.quality import IMPUTED_WEIGHT, LEAST_SD, PRIOR_WEIGHT, estimate
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.tables import KnownModel, tables
from llm_router.taxonomy import Category, Difficulty
from tests.support.sources import TODAY, reading

EVIDENCE = ("lmarena", "livebench")


@cache
def tables_by_model(*sources: str) -> dict[str, QualityTable]:
    return estimate(
        [reading(source) for source in sources or EVIDENCE], tables().models.values(), quality_map(), tables()
    )


def cell(model: str, category: Category, level: Difficulty, *sources: str) -> QualityEstimate:
    return tables_by_model(*sources)[model][category][level]


def everything() -> list[QualityEstimate]:
    return [found for table in tables_by_model().values() for levels in table.values() for found in levels.values()]


def test_every_cell_is_a_chance_with_an_error_a_weight_a_source_and_a_date():
    for found in everything():
        assert 0 < found.mean < 1
        assert LEAST_SD <= found.sd < 0.5
        assert found.n == (IMPUTED_WEIGHT if found.imputed else PRIOR_WEIGHT)
        assert found.source
        assert found.as_of == TODAY
        assert found.basis is not None


def test_harder_is_never_likelier():
    for table in tables_by_model().values():
        for levels in table.values():
            easy, medium, hard = (levels[level].mean for level in Difficulty)
            assert easy >= medium >= hard


def test_every_model_with_any_evidence_has_every_cell():
    for table in tables_by_model().values():
        assert set(table) == set(Category)
        assert all(set(levels) == set(Difficulty) for levels in table.values())


def test_the_small_models_that_mark_the_scale_do_easy_work_well_medium_work_by_halves_and_hard_work_seldom():
    panel = [
        estimate([reading("lmarena")], [KnownModel(name, name, lmarena=(name,))], quality_map(), tables())[name]
        for name in quality_map().panel
    ]
    for category in Category:
        easy, medium, hard = (sum(table[category][level].mean for table in panel) / len(panel) for level in Difficulty)
        assert 0.75 < easy < 0.95
        assert 0.4 < medium < 0.6
        assert 0.03 < hard < 0.25


@pytest.mark.parametrize("category", list(Category))
def test_the_order_that_everybody_knows_comes_out(category: Category):
    for better, worse in [("claude-opus-4-5", "gpt-oss-20b"), ("gpt-oss-120b", "nova-micro"), ("gpt-4o", "nova-lite")]:
        assert cell(better, category, Difficulty.HARD).mean > cell(worse, category, Difficulty.HARD).mean


def test_a_cell_tells_whether_it_measures_correctness_or_preference():
    assert cell("gpt-5-mini", Category.CHAT, Difficulty.HARD).basis is Basis.PREFERENCE
    assert cell("gpt-5-mini", Category.MATH, Difficulty.HARD).basis is Basis.BOTH
    assert cell("gpt-5.5", Category.MATH, Difficulty.HARD).basis is Basis.CORRECTNESS


def test_preference_weighs_less_than_correctness_for_mathematics_and_is_the_thing_itself_for_writing():
    math_measures = quality_map().categories[Category.MATH].measures
    least = {
        basis: min(one.sd for one in math_measures if one.basis is basis)
        for basis in set(Basis) & {one.basis for one in math_measures}
    }
    assert least[Basis.CORRECTNESS] < least[Basis.PREFERENCE]
    writing = quality_map().categories[Category.CREATIVE_WRITING].measures
    assert min(writing, key=lambda one: one.sd).basis is Basis.PREFERENCE


def test_a_cell_without_a_measure_of_its_own_is_labelled_and_wider():
    own, imputed = cell("gpt-5-mini", Category.CHAT, Difficulty.HARD), cell("gpt-5.5", Category.CHAT, Difficulty.HARD)
    assert not own.imputed
    assert imputed.imputed
    assert imputed.sd > own.sd


def test_a_model_without_evidence_has_its_predecessors_labelled_and_wider():
    heir, elder = (
        cell(name, Category.CODING, Difficulty.HARD) for name in ("claude-opus-5-5", "claude-opus-4-8-thinking")
    )
    assert heir.imputed
    assert heir.source == "livebench+predecessor claude-opus-4-8-thinking"
    assert heir.sd > elder.sd
    assert abs(heir.mean - elder.mean) < 0.15


def test_a_model_that_nobody_rated_and_that_follows_none_has_no_quality():
    nobody = KnownModel("nobody", "Nobody")
    assert estimate([reading("lmarena")], [nobody], quality_map(), tables()) == {}


def test_a_model_that_the_tables_do_not_know_is_found_by_its_name_with_any_effort():
    scores = [
        replace(score, model="newcomer-1.0-thinking-32k")
        for score in reading("lmarena").scores
        if score.model == "o3-2025-04-16"
    ]
    both = replace(reading("lmarena"), scores=[*reading("lmarena").scores, *scores])
    newcomer = KnownModel(tables().slug("newcomer-1.0"), "Newcomer")
    found = estimate([both], [newcomer, tables().models["o3"]], quality_map(), tables())
    assert found[newcomer.key] == found["o3"]


def test_a_price_is_never_evidence():
    dear = replace(reading("litellm"), listings=())
    assert tables_by_model("litellm", *EVIDENCE) == tables_by_model(*EVIDENCE)
    assert estimate([dear, *map(reading, EVIDENCE)], tables().models.values(), quality_map(), tables()) == (
        tables_by_model(*EVIDENCE)
    )


def test_more_sources_make_a_cell_surer():
    one = cell("gpt-5-mini", Category.MATH, Difficulty.HARD, "lmarena")
    both = cell("gpt-5-mini", Category.MATH, Difficulty.HARD)
    assert both.sd < one.sd
    assert both.source == "livebench+lmarena"


def _own(entry: ModelEntry) -> bool:
    return not any("predecessor" in found.source for levels in entry.quality.values() for found in levels.values())


def test_the_bundled_catalogue_has_evidence_with_dates_for_many_models_of_many_providers():
    own = [entry for entry in bundled() if _own(entry)]
    assert len(own) >= 60
    assert len({entry.provider for entry in own}) >= 10
    for entry in bundled():
        assert entry.active
        assert set(entry.quality) == set(Category)
        for levels in entry.quality.values():
            easy, medium, hard = (levels[level] for level in Difficulty)
            assert easy.mean >= medium.mean >= hard.mean
            assert all(found.source and found.as_of for found in levels.values())


def test_every_field_of_the_bundled_catalogue_has_a_source_and_a_date():
    for entry in bundled():
        for name in ("input_usd_per_mtok", "output_usd_per_mtok", "context_window", "capabilities", "display_name"):
            assert entry.provenance[name].source
            assert entry.provenance[name].as_of
        assert (entry.input_usd_per_mtok or 0) + (entry.output_usd_per_mtok or 0) > 0


def test_what_thinks_only_when_it_is_told_to_is_not_rated_by_what_it_does_when_it_thinks():
    told = [entry for entry in bundled() if "claude-" in entry.id and not entry.thinks_unasked]
    assert len(told) >= 10
    for model in tables().models.values():
        rows = (*model.lmarena, *model.livebench)
        if "claude-" in model.key and not model.reasoning and any("thinking" not in row for row in rows):
            assert not any("thinking" in row for row in rows)


@pytest.mark.parametrize(
    ("name", "heir"),
    [("claude-opus-4-8", "claude-opus-5"), ("claude-sonnet-4-6", "claude-sonnet-5")],
)
def test_runs_of_claude_that_thought_count_for_heirs_that_do_and_not_for_itself(name: str, heir: str):
    known = tables().models
    thinking = known[f"{name}-thinking"]
    assert thinking.livebench
    assert not known[name].reasoning
    assert known[heir].reasoning
    assert known[heir].predecessor == thinking.key
    found = {entry.api_alias: entry for entry in bundled() if entry.provider == "anthropic"}
    for model in (name, "claude-opus-4-6", "claude-opus-4-7"):
        assert not set(known[model].livebench) & set(thinking.livebench)
        assert not _own(found[model])
        assert "thinking" not in repr(found[model].quality)
    hard = found[name].quality[Category.CODING][Difficulty.HARD]
    assert hard.imputed
    assert hard.sd > 0.15


def test_googles_small_models_that_do_not_think_unasked_are_rated_by_no_run_that_thought():
    found = {entry.api_alias: entry for entry in bundled() if entry.provider == "google"}
    small, newer = found["gemini-2.5-flash-lite"], found["gemini-3.5-flash-lite"]
    assert (small.thinks, newer.thinks) == (False, False)
    for model in (small, newer):
        assert "livebench" not in repr(model.quality)
    assert _own(small)
    assert not _own(newer)
    rows = tables().models["gemini-2.5-flash-lite"].lmarena
    assert rows
    assert all(row.endswith("no-thinking") for row in rows)


def test_openais_models_that_do_not_think_unasked_are_rated_as_they_answer_then():
    named = [tables().models[f"gpt-{name}"] for name in ("5.1", "5.2", "5.4", "5.4-mini", "5.4-nano")]
    assert not any(model.reasoning for model in named)
    efforts = re.compile(r"-(low|medium|high|xhigh)$")
    assert not any(efforts.search(row) for model in named for row in (*model.lmarena, *model.livebench))
    found = {entry.api_alias: entry for entry in bundled() if entry.provider == "openai"}
    for model in named:
        assert found[model.key].thinks is False
    assert not _own(found["gpt-5.4"])


def test_no_predecessor_answers_without_thinking_where_one_before_it_thinks_as_its_heir_does():
    models = tables().models
    for model in models.values():
        line = []
        elder = model.predecessor
        while elder is not None:
            line.append(models[elder].reasoning)
            elder = models[elder].predecessor
        if model.reasoning and any(line):
            assert line[0], model.key


def test_one_model_thinks_alike_at_all_who_serve_it():
    serving: dict[str, set[bool]] = {}
    for entry in bundled():
        model = tables().model(entry.api_alias or entry.id)
        if model is not None:
            serving.setdefault(model.key, set()).add(entry.thinks_unasked)
    assert all(len(said) == 1 for said in serving.values())
    assert serving["claude-haiku-4-5"] == serving["deepseek-v3.2"] == serving["nova-2-lite"] == {False}
    assert serving["claude-opus-5"] == serving["gemini-2.5-flash"] == serving["gpt-5"] == {True}
    assert serving["gemini-3.5-flash-lite"] == {False}
    assert serving["gemma-4-31b-it"] == {True}, "as it was measured"
    assert serving["llama-3.3-nemotron-super-49b-v1.5"] == serving["mercury-2"] == serving["mercury-2.5"] == {True}


def test_every_line_of_the_map_has_a_reason():
    for category in quality_map().categories.values():
        assert len(category.slope_why) > 10
        assert all(len(measure.why) > 10 for measure in category.measures)
        covered = {level for measure in category.measures for level in measure.levels}
        assert covered == set(Difficulty)
