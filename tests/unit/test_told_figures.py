"""Figures as an answer tells them: sent back as bounds, they let in what they were told of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.catalogue.entry import Latency
from llm_router.errors import NoEligibleModel
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.ranking.tokens import UNSURE, ratios_of
from llm_router.ranking.told import enough_usd, exact_usd, low_quality, told_ms, told_quality, told_usd, usd
from tests.support.models import model, task

HERE = Surroundings()


@given(st.floats(0.1, 0.99), st.floats(1, 100), st.floats(0.1, 500))
def test_a_figure_that_is_told_of_a_model_lets_it_in_as_a_bound(chance, price, speed):
    models = prepare([model("m", chances=(chance,) * 3, usd_out=price, latency=Latency(333.3, speed))])
    (found,) = rank(models, task(), Constraints(), 0.5, HERE).candidates
    told = Constraints(
        max_cost_usd=told_usd(found.usd),
        max_latency_ms=told_ms(found.wait.ms),
        min_quality=told_quality(found.quality.expected),
    )
    assert rank(models, task(), told, 0.5, HERE).eligible == 1


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        *((3e-05, "$0.00003"), (1e-6, "$0.000001"), (0.5, "$0.50"), (5.0, "$5.00"), (0.0125, "$0.0125")),
        *((1e4, "$10000.00"), (1234567.891, "$1234567.89"), (100 / 3, "$33.3333"), (1e-6 / 3, "$0.000000333333")),
    ],
)
def test_what_somebody_has_set_is_told_to_six_digits_and_the_cent(amount: float, told: str):
    assert exact_usd(amount) == told


def test_a_told_cost_of_reading_lets_a_model_in_unless_it_is_to_answer_which_must_cost_no_more_if_it_reads_more():
    models = prepare([model("m", usd_in=0.1, usd_out=0.1)])
    of = task(input_tokens=40_000, output_tokens=80)
    (found,) = rank(models, of, Constraints(), 0.0, HERE).candidates
    told = Constraints(max_cost_usd=told_usd(found.usd))
    assert rank(models, of, told, 0.0, HERE).eligible == 1
    answered = replace(of, generated=True)
    with pytest.raises(NoEligibleModel, match=r"constraints\.max_cost_usd: 0\.00[0-9]+ ") as refused:
        rank(models, answered, told, 0.0, HERE)
    enough = float(refused.value.fields[0].problem.rpartition(" ")[2])
    assert rank(models, answered, Constraints(max_cost_usd=enough), 0.0, HERE).eligible == 1
    assert enough >= told_usd((40_000 * ratios_of(None)[0] * UNSURE + 1) * 0.1 / 1e6)


def test_a_bound_below_what_is_told_binds():
    models = prepare([model("m"), model("other")])
    (found, _) = rank(models, task(), Constraints(), 0.5, HERE).candidates
    for bound in (
        Constraints(max_cost_usd=told_usd(found.usd) - 1e-9),
        Constraints(max_latency_ms=told_ms(found.wait.ms) - 1),
        Constraints(min_quality=told_quality(found.quality.expected) + 1e-5),
    ):
        unbound = prepare([model("m"), model("free", usd_in=0, usd_out=0, chances=(1, 1, 1), latency=Latency(1, 900))])
        (out,) = rank(unbound, task(), bound, 0.5, HERE).excluded
        assert out.model.api_alias == "m"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "$0.00"), (-1, "$-1.00"), (12.345, "$12.35"), (1.239, "$1.24"), (0.999, "$1.00"), (0.1, "$0.10"),
        (0.0149, "$0.015"), (0.01, "$0.010"), (0.00999, "$0.010"), (0.0012345, "$0.0012"), (0.000049, "$0.000049"),
        (4.3e-7, "$0.00000043"),
    ],
)  # fmt: skip
def test_dollars_have_two_significant_digits_however_few(amount: float, said: str):
    assert usd(amount) == said


@pytest.mark.parametrize(
    ("amount", "least"),
    [
        (0, "0"), (0.00123, "0.00123"), (0.0012300004, "0.00124"), (0.1 + 0.2, "0.3"), (50.0000000001, "50.1"),
        (99.95, "100"), (12345, "12400"), (4.3e-7, "0.00000043"), (1e-11, "0"),
    ],
)  # fmt: skip
def test_enough_money_is_the_next_number_of_three_digits_and_no_more(amount: float, least: str):
    assert enough_usd(amount) == least
    assert float(least) >= told_usd(amount)


@given(st.floats(0, 1e4))
def test_enough_money_is_enough(amount: float):
    assert float(enough_usd(amount)) >= told_usd(amount)


@given(st.floats(0, 1))
def test_a_low_quality_is_reached(chance: float):
    assert float(low_quality(chance)) <= told_quality(chance)


def test_the_quality_that_would_do_is_the_one_that_is_told_where_three_digits_tell_it():
    assert [low_quality(each / 1000) for each in range(1000)] == [f"{each / 1000:.3f}" for each in range(1000)]


def test_a_model_whose_price_is_a_round_one_is_let_in_at_that_price():
    models = prepare(
        [replace(model("m"), input_usd_per_mtok=0.0, output_usd_per_mtok=3.075), model("free", usd_in=0, usd_out=0)]
    )
    (out,) = rank(models, task(output_tokens=400), Constraints(max_cost_usd=0.001), 0.5, HERE).excluded
    assert (out.violations[0].relaxed, out.violations[0].detail) == ("0.00123", "would cost about $0.0012")
