"""What the ranking promises, as properties over any catalogue, task and constraints."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from llm_router.outcomes import Observed, Tally
from llm_router.ranking.columns import prepare
from llm_router.ranking.constraints import Reason
from llm_router.ranking.rank import rank
from llm_router.ranking.told import told_ms, told_quality, told_usd
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model, scenes, task
from tests.support.ranked import FREE, HERE, ranked

preferences = st.floats(0, 1)


@given(scenes, preferences, st.randoms(use_true_random=False))
def test_the_order_of_the_catalogue_changes_nothing(scene, preference, random):
    models, of, limits = scene.models, scene.task, scene.demands
    shuffled = list(models)
    random.shuffle(shuffled)
    assert ranked(models, of, limits, preference) == ranked(shuffled, of, limits, preference)


@given(scenes, preferences, preferences)
def test_raising_preference_never_lowers_quality_and_lowering_it_never_raises_cost(scene, one, other):
    models, of, limits = scene.models, scene.task, scene.demands
    low, high = sorted((one, other))
    thrifty, generous = ranked(models, of, limits, low), ranked(models, of, limits, high)
    assume(thrifty is not None)
    assert thrifty
    assert generous
    assert generous.candidates[0].quality.expected >= thrifty.candidates[0].quality.expected - 1e-9
    assert thrifty.candidates[0].standing.usd <= generous.candidates[0].standing.usd * (1 + 1e-9) + 1e-12


@given(scenes, preferences)
def test_every_candidate_meets_every_constraint(scene, preference):
    limits = scene.demands
    found = ranked(scene.models, scene.task, limits, preference)
    assume(found is not None)
    assert found
    for candidate in found.candidates:
        entry = candidate.model
        assert entry.active
        assert entry.input_usd_per_mtok is not None
        assert limits.max_cost_usd is None or told_usd(candidate.usd) <= limits.max_cost_usd
        assert limits.max_latency_ms is None or told_ms(candidate.wait.ms) <= limits.max_latency_ms
        assert limits.min_quality is None or told_quality(candidate.quality.expected) >= limits.min_quality
        assert not limits.providers or entry.provider in limits.providers
        assert not {entry.id, entry.api_alias}.intersection(limits.exclude_models)
        assert limits.capabilities <= entry.capabilities
        assert limits.open_weights is None or entry.open_weights is limits.open_weights
        assert limits.min_context_tokens is None or (entry.context_window or 0) >= limits.min_context_tokens
        assert not limits.licenses or entry.license in limits.licenses
        assert not limits.regions or set(entry.regions).intersection(limits.regions)
        if limits.max_tokens is not None:
            assert entry.max_output_tokens is None or entry.max_output_tokens >= limits.max_tokens
            assert candidate.price.output_tokens + candidate.price.thinking_tokens <= limits.max_tokens
        if entry.context_window is not None:
            assert entry.context_window >= candidate.price.input_tokens + candidate.price.output_tokens


@given(scenes, preferences)
def test_every_model_is_either_ranked_or_excluded_with_a_reason(scene, preference):
    models, of, limits = scene.models, scene.task, scene.demands
    found = ranked(models, of, limits, preference)
    assume(found is not None)
    assert found
    names = [candidate.model.id for candidate in found.candidates] + [out.model.id for out in found.excluded]
    assert sorted(names) == sorted(entry.id for entry in models)
    assert all(out.violations for out in found.excluded)


@given(scenes, preferences, st.data())
def test_removing_a_loser_keeps_the_winner(scene, preference, data):
    models, of, limits = scene.models, scene.task, scene.demands
    found = ranked(models, of, limits, preference)
    assume(found is not None)
    assert found
    winner = found.candidates[0].model.id
    loser = data.draw(st.sampled_from(models))
    assume(loser.id != winner)
    left = ranked([entry for entry in models if entry is not loser], of, limits, preference)
    assert left
    assert left.candidates[0].model.id == winner


@given(scenes, preferences)
def test_a_dominated_model_never_wins(scene, preference):
    models, of = scene.models, scene.task
    found = ranked(models, of, FREE, preference)
    assume(found is not None)
    assert found
    first = found.candidates[0]
    for other in found.candidates[1:]:
        better = other.quality.expected >= first.quality.expected and other.standing.usd <= first.standing.usd
        same = other.quality.expected == first.quality.expected and other.standing.usd == first.standing.usd
        assert same or not better


@given(scenes, preferences)
def test_the_first_reason_of_an_exclusion_is_one_that_the_request_names(scene, preference):
    found = ranked(scene.models, scene.task, scene.demands, preference)
    assume(found is not None)
    assert found
    for exclusion in found.excluded:
        for violation in exclusion.violations:
            if violation.path is not None and violation.reason is not Reason.MAX_OUTPUT:
                assert getattr(scene.demands, violation.path.removeprefix("constraints.")) not in (None, frozenset())


@given(scenes, preferences, st.integers(0, 200), st.floats(0, 1))
def test_what_is_judged_well_never_loses_by_it(scene, preference, n, share):
    """More success at every kind of work leaves a winner the winner."""
    found = ranked(scene.models, scene.task, FREE, preference)
    assume(found is not None)
    assert found
    first = found.candidates[0].model
    means = [cell.mean for levels in first.quality.values() for cell in levels.values()]
    good = max(means) + share * (1 - max(means))
    tally = {category: dict.fromkeys(Difficulty, Tally(float(n), n * good)) for category in Category}
    seen = {first.id: Observed(tally, tries=5, answered=5)}
    easy = replace(scene.task, difficulty=Difficulty.EASY, complexity=0.0)
    before = rank(prepare(scene.models), easy, FREE, preference, HERE)
    assume(before.candidates[0].model.id == first.id)
    after = rank(prepare(scene.models, seen), easy, FREE, preference, HERE)
    assert after.candidates[0].model.id == first.id


def test_a_model_whose_price_is_not_known_is_never_chosen():
    found = rank(prepare([model("priced"), model("unpriced", usd_in=None)]), task(), FREE, 0.5, HERE)
    assert [candidate.model.api_alias for candidate in found.candidates] == ["priced"]
    assert found.excluded[0].violations[0].reason == "price_unknown"


def test_preference_zero_takes_the_cheapest_that_will_do_not_the_cheapest():
    useless = model("useless", usd_in=0.01, usd_out=0.01, chances=(0.2, 0.1, 0.05))
    decent = model("decent", usd_in=0.1, usd_out=0.4, chances=(0.9, 0.8, 0.7))
    strong = model("strong", usd_in=5, usd_out=25, chances=(0.98, 0.95, 0.9))
    first = rank(prepare([useless, decent, strong]), task(), FREE, 0, HERE).candidates[0]
    assert first.model is decent


def test_a_model_of_which_nothing_is_known_comes_after_all_that_will_do():
    unknown = model("unknown", usd_in=0.0, usd_out=0.0, quality={})
    decent = model("decent", chances=(0.9, 0.7, 0.55), usd_in=5.0, usd_out=20.0)
    for of in (task(difficulty=Difficulty.EASY, complexity=0.05), task()):
        found = rank(prepare([unknown, decent]), of, FREE, 0, HERE).candidates
        assert [candidate.model for candidate in found] == [decent, unknown]
        assert found[1].standing.will_not_do
        (alone,) = rank(prepare([unknown]), of, FREE, 0, HERE).candidates
        assert alone.model is unknown


def test_preference_one_takes_the_best_whatever_it_costs():
    decent, strong = model("decent", usd_in=0.1), model("strong", usd_in=50, usd_out=250, chances=(0.98, 0.95, 0.9))
    assert rank(prepare([decent, strong]), task(), FREE, 1, HERE).candidates[0].model is strong


def test_models_of_equal_quality_share_one_curve_and_others_do_not():
    columns = prepare([model("one"), model("same"), model("other", chances=(0.9, 0.8, 0.5))])
    one, same, other = columns.rows
    assert one.curves is same.curves
    assert one.curves is not other.curves
    assert columns.curve.tolist() == [0, 0, 1]
