"""What a limit on the answer does to its price, its wait and its model's place, for models that think and others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.catalogue.entry import Capability
from llm_router.errors import NoEligibleModel
from llm_router.ranking.columns import prepare
from llm_router.ranking.constraints import Prospect, Reason, violations
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.ranking.rank import outlook, rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.ranking.told import told_ms, told_usd
from llm_router.taxonomy import Difficulty
from tests.support.models import Scene, billed_tokens, model, ready, scenes, task

THINKER = frozenset({Capability.REASONING})


LIMITS = [(None, 350), (350, None), (350, 9000), (9000, 350)]


@pytest.mark.parametrize(("longest", "max_tokens"), LIMITS)
@pytest.mark.parametrize(
    ("difficulty", "billed"),
    [(Difficulty.EASY, (150, 200)), (Difficulty.MEDIUM, (0, 350)), (Difficulty.HARD, (0, 350))],
)
def test_whatever_cuts_an_answer_off_cuts_the_thinking_off_that_comes_before_it(
    difficulty: Difficulty, billed: tuple[int, int], longest: int | None, max_tokens: int | None
):
    of = replace(task(difficulty=difficulty, output_tokens=400), longest=longest)
    assert billed_tokens(ready(capabilities=THINKER), of, max_tokens) == billed


def test_what_a_model_writes_at_most_holds_its_thinking_too_but_it_leaves_room_for_an_answer():
    of = task(difficulty=Difficulty.HARD, output_tokens=2000)
    assert billed_tokens(ready(capabilities=THINKER, max_output_tokens=4096), of, None) == (2000, 2096)
    assert billed_tokens(ready(capabilities=THINKER, max_output_tokens=1000), of, None) == (1000, 0)
    assert billed_tokens(ready(capabilities=THINKER, max_output_tokens=4096), of, 2500) == (0, 2500)


def test_a_limit_of_either_kind_makes_the_same_price_and_the_same_choice_and_leaves_the_same_models_in():
    models = prepare([model("plain"), model("thinker", usd_out=10.0, chances=(0.99,) * 3, capabilities=THINKER)])
    of = task(difficulty=Difficulty.HARD, output_tokens=400)
    constrained, cut = Constraints(max_tokens=50, max_cost_usd=0.001), Constraints(max_cost_usd=0.001)
    one = rank(models, of, constrained, 1.0, Surroundings())
    other = rank(models, replace(of, longest=50), cut, 1.0, Surroundings())
    assert one == other
    assert [each.model.api_alias for each in one.candidates] == ["plain", "thinker"]


@pytest.mark.parametrize("preference", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("longest", "max_tokens"), [(None, 3000), (3000, None)])
def test_a_model_that_is_cut_off_before_half_of_its_answer_comes_after_all_that_answer(
    preference: float, longest: int | None, max_tokens: int | None
):
    def order(more: int) -> list[str]:
        of = replace(task(difficulty=Difficulty.HARD, output_tokens=400), longest=longest and longest + more)
        limits = Constraints(max_tokens=max_tokens and max_tokens + more)
        return [each.model.api_alias or "" for each in rank(models, of, limits, preference, Surroundings()).candidates]

    silent = model("silent", usd_in=0.0, usd_out=0.0, chances=(0.99,) * 3, capabilities=THINKER)
    models = prepare([silent, model("plain"), model("unlikely", chances=(0.3, 0.2, 0.1))])
    for more in (0, 1, 199):
        assert order(more) == ["plain", "unlikely", "silent"]
    assert order(200) == ["silent", "plain", "unlikely"], "half of the answer"


@pytest.mark.parametrize("max_tokens", [300, 3199])
def test_a_model_that_is_cut_off_before_half_of_its_answer_meets_no_quality_that_is_demanded(max_tokens: int):
    thinker = prepare([model("thinker", chances=(0.99,) * 3, capabilities=THINKER)])
    of = task(difficulty=Difficulty.HARD, output_tokens=400)
    limits = Constraints(max_tokens=max_tokens, min_quality=0.5)
    with pytest.raises(NoEligibleModel, match=r"constraints\.min_quality: drop the demand") as refused:
        rank(thinker, of, limits, 0.5, Surroundings())
    assert [each.path for each in refused.value.fields] == ["constraints.min_quality"]
    assert outlook(thinker, of, limits, Surroundings()).silent
    for met in (replace(limits, min_quality=None), replace(limits, max_tokens=3200)):
        assert rank(thinker, of, met, 0.5, Surroundings()).eligible == 1
    assert not outlook(thinker, of, replace(limits, max_tokens=3200), Surroundings()).silent


def test_a_model_that_answers_is_nearer_to_a_quality_that_is_demanded_than_one_that_is_cut_off():
    silent = model("silent", chances=(0.99,) * 3, capabilities=THINKER)
    models = prepare([silent, *(model(name, chances=(chance,) * 3) for name, chance in (("a", 0.2), ("b", 0.35)))])
    of = task(difficulty=Difficulty.HARD, output_tokens=400)
    limits = Constraints(max_tokens=300, min_quality=0.8)
    with pytest.raises(NoEligibleModel, match=r"\(gives acme/b\)") as refused:
        rank(models, of, limits, 0.5, Surroundings())
    (binding,) = refused.value.fields
    least = float(binding.problem.rpartition(" ")[2])
    (first,) = rank(models, of, replace(limits, min_quality=least), 0.5, Surroundings()).candidates
    assert first.model.id == "acme/b"


@pytest.mark.parametrize("silent", [True, False])
def test_a_demand_on_quality_that_asks_next_to_nothing_is_near_and_no_nearer_than_none(silent: bool):
    prospect = Prospect(model("m"), 0.0, 0.0, 0.0, 10, 10, silent=silent)
    (found,) = violations(prospect, task(), Constraints(min_quality=0.0005))
    assert (found.reason, found.distance) == (Reason.QUALITY, 0.0)
    assert found.detail == ("is cut off before half of its answer" if silent else "expected quality is 0.000")


@given(scenes, st.integers(1, 20_000), st.booleans())
def test_a_cost_and_a_latency_that_are_told_let_their_model_in_as_bounds_whatever_cuts_the_answer_off(
    scene: Scene, longest: int, told: bool
):
    otherwise = frozenset(each.id for each in scene.models[::2]) if told else frozenset[str]()
    of = replace(scene.task, longest=longest, thinks_otherwise=otherwise)
    models = prepare(scene.models)
    try:
        found = rank(models, of, Constraints(), 0.5, Surroundings())
    except NoEligibleModel:
        return
    for each in found.candidates:
        assert each.price.output_tokens + each.price.thinking_tokens <= longest
        bounds = Constraints(max_cost_usd=told_usd(each.usd), max_latency_ms=told_ms(each.wait.ms))
        assert each.model.id in {other.model.id for other in rank(models, of, bounds, 0.5, Surroundings()).candidates}


def test_a_model_that_thinks_does_not_rank_as_cheaper_where_the_answer_will_be_cut_off_though_no_more_is_billed():
    of, thinks = task(difficulty=Difficulty.HARD, output_tokens=400), ready(capabilities=THINKER)
    assert billed_tokens(thinks, of, None) == (400, THINKING_TOKENS[Difficulty.HARD])
    assert billed_tokens(thinks, of, 3100) == (100, 3000)
    assert billed_tokens(thinks, of, 100) == (0, 100)
    both = prepare([model("plain", usd_out=4.1), model("thinker", usd_out=4.0, capabilities=THINKER)])
    first, second = rank(both, of, Constraints(max_tokens=3100), 0.0, Surroundings()).candidates
    assert (first.model.api_alias, second.model.api_alias) == ("plain", "thinker")
    assert second.standing.usd == pytest.approx(second.usd + 300 * 4.0 / 1e6)
    bound = Constraints(max_tokens=3100, max_cost_usd=told_usd(second.usd))
    assert len(rank(both, of, bound, 0.0, Surroundings()).candidates) == 2


def test_a_model_that_cannot_write_all_that_is_wanted_does_not_rank_as_cheaper_though_no_more_is_billed():
    of = task(output_tokens=6750)
    short, whole = model("short", usd_out=4.1, max_output_tokens=4096), model("whole", usd_out=4.0)
    first, second = rank(prepare([short, whole]), of, Constraints(), 0.0, Surroundings()).candidates
    assert (first.model.api_alias, second.model.api_alias) == ("whole", "short")
    assert (second.price.output_tokens, second.price.output_wanted) == (4096, 6750)
    assert second.usd < first.usd
    assert second.standing.usd == pytest.approx(second.usd + (6750 - 4096) * 4.1 / 1e6)
    (cut,) = rank(prepare([short]), replace(of, longest=1000), Constraints(), 0.0, Surroundings()).candidates
    assert (cut.price.output_wanted, cut.standing.usd) == (1000, cut.usd)
    (capped,) = rank(prepare([short]), of, Constraints(max_tokens=2000), 0.0, Surroundings()).candidates
    assert (capped.price.output_wanted, capped.standing.usd) == (2000, capped.usd)
