"""Quality is a plausible chance, says how sure it is and what of, and is never made from a price."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from llm_router.catalogue.entry import Basis, QualityEstimate, QualityTable
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


def test_every_line_of_the_map_has_a_reason():
    for category in quality_map().categories.values():
        assert len(category.slope_why) > 10
        assert all(len(measure.why) > 10 for measure in category.measures)
        covered = {level for measure in category.measures for level in measure.levels}
        assert covered == set(Difficulty)
