"""A change of the constraints that is named, where nobody is left or beside the winner, does what is said of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from llm_router.catalogue.entry import ModelStatus
from llm_router.errors import NoEligibleModel
from llm_router.ranking.columns import prepare
from llm_router.ranking.constraints import DROP
from llm_router.ranking.explanation import counterfactual
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints
from tests.support.models import Scene, model, scenes, task
from tests.support.ranked import FREE, HERE, ranked

LITTLE = Constraints(max_cost_usd=0.001)
COUNTERFACTUAL = re.compile(r"With (\S+) (?:at |\()([^)]+?)\)? it would be (\w+) from (\w+)\.")
preferences = st.floats(0, 1)


@given(scenes)
def test_what_an_empty_ranking_names_as_nearest_relaxation_gives_the_model_that_it_names(scene):
    models, of, limits = scene.models, scene.task, scene.demands
    numeric = replace(
        limits,
        providers=frozenset(),
        exclude_models=frozenset(),
        capabilities=frozenset(),
        open_weights=None,
        licenses=frozenset(),
        regions=frozenset(),
    )
    try:
        rank(prepare(models), of, numeric, 0.5, HERE)
    except NoEligibleModel as error:
        assume(error.fields)
        changed = numeric
        for field in error.fields:
            name, value = field.path.removeprefix("constraints."), field.problem.rpartition(": ")[2]
            changed = replace(changed, **{name: None if value == DROP else number(name, value)})
        (first, *_), said = rank(prepare(models), of, changed, 0.5, HERE).candidates, error.message
        assert changed.max_tokens != numeric.max_tokens or f"(gives {first.model.id})" in said


def number(name: str, value: str) -> float:
    return int(value) if name in ("max_tokens", "min_context_tokens") else float(value)


def relaxed(limits: Constraints, path: str, change: str) -> Constraints:
    """The constraints after the change that an explanation proposes."""
    name = path.removeprefix("constraints.")
    fields: dict[str, Any] = {name: relaxed_value(getattr(limits, name), name, change)}
    return replace(limits, **fields)


def relaxed_value(held: object, name: str, change: str) -> object:
    if not isinstance(held, frozenset):
        return None if change == DROP else number(name, change)
    if change == DROP:
        return frozenset()
    verb, _, said = change.partition(" ")
    named = set(said.removeprefix("without ").replace(" and ", ", ").split(", "))
    return frozenset(held | named if verb == "add" else held - named)


@settings(max_examples=150)
@example(Scene(314009974), 0.75)  # a shorter answer that would have let one in made the winner cheaper too
@given(scenes, preferences)
def test_the_counterfactual_comes_true(scene, preference):
    found = ranked(scene.models, scene.task, scene.demands, preference)
    assume(found is not None)
    assert found
    said = counterfactual(found)
    assume(said is not None)
    assert said
    match = COUNTERFACTUAL.fullmatch(said)
    assert match
    path, change, name, provider = match.groups()
    then = ranked(scene.models, scene.task, relaxed(scene.demands, path, change), preference)
    assert then
    winner = then.candidates[0].model
    assert (winner.display_name, winner.provider) == (name, provider)


@pytest.mark.parametrize("change", [(0.00123, 0.00123 + 1e-9), (0.00123, 0.00124)])
def test_a_model_that_costs_a_hair_more_than_the_price_that_is_named_is_not_let_in_by_it(change):
    near, dear = (model(f"m{usd}", usd_in=0, usd_out=usd * 1e6 / 400, chances=(usd * 700,) * 3) for usd in change)
    found = ranked([model("free", usd_in=0, usd_out=0, chances=(0.8,) * 3), near, dear], task(), LITTLE, 1.0)
    assert found
    assert (
        counterfactual(found) == f"With constraints.max_cost_usd at 0.00123 it would be {near.display_name} from acme."
    )


def test_a_refusal_names_the_best_model_that_the_change_lets_in():
    far = [model(name, provider="far", chances=chances) for name, chances in (("a", (0.6,) * 3), ("b", (0.9,) * 3))]
    far.append(model("c", provider="near", status=ModelStatus.DISABLED))
    with pytest.raises(NoEligibleModel, match=r"providers: add far \(gives far/b\)"):
        rank(prepare(far), task(), Constraints(providers=frozenset({"near"})), 0.5, HERE)


def test_demands_that_no_relaxation_can_meet_are_named_as_such():
    old = [model(name, status=ModelStatus.DISABLED, usd_in=None) for name in ("old", "older")]
    with pytest.raises(NoEligibleModel) as refused:
        rank(prepare([model("unpriced", usd_in=None), *old]), task(), FREE, 0.5, HERE)
    assert refused.value.message == (
        "No model in the catalogue can do this request, whatever its constraints: "
        "2 out of use, 1 without a known price."
    )


def test_an_answer_too_long_for_every_window_names_the_length_that_would_fit():
    small = model("small", context_window=8_000, max_output_tokens=None)
    with pytest.raises(NoEligibleModel) as refused:
        # A thousand of our tokens are 1010 of a model whose tokenizer is not known.
        rank(prepare([small]), task(input_tokens=1_000), Constraints(max_tokens=10_000), 0.5, HERE)
    (field,) = refused.value.fields
    assert (field.path, field.problem.rpartition(": ")[2]) == ("constraints.max_tokens", "6950")


def test_a_prompt_too_long_for_every_window_is_no_matter_of_constraints():
    with pytest.raises(NoEligibleModel, match="whatever its constraints"):
        rank(prepare([model("small", context_window=8_000)]), task(input_tokens=9_000), FREE, 0.5, HERE)
