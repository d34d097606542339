"""What keeps a model out, in which words, and what the request would have to say for it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from llm_router.catalogue.entry import Capability, ModelStatus
from llm_router.ranking.constraints import (
    ASSUMED_WINDOW,
    DROP,
    Prospect,
    Reason,
    Violation,
    out_of_use,
    violations,
)
from llm_router.ranking.task import Constraints, Dearest, Task
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model

TASK = Task({Category.CODING: 1.0}, Difficulty.MEDIUM, 0.5, 100, 400)
ENTRY = {"license": "MIT", "regions": ("eu", "us"), "open_weights": True}


def about(distance: float) -> Any:
    return pytest.approx(distance, abs=1e-4)


def found(
    limits: Constraints = Constraints(),  # noqa: B008
    *,
    task: Task = TASK,
    usd: float | None = 0.01,
    wait_ms: float = 900.0,
    quality: float = 0.8,
    reads: int = 100,
    writes: int = 400,
    **fields: object,
) -> list[Violation]:
    entry = model("one", **(ENTRY | fields))  # type: ignore[arg-type]
    return violations(Prospect(entry, usd, wait_ms, quality, reads, writes), task, limits)


def test_a_model_that_meets_everything_is_not_out():
    limits = Constraints(
        max_tokens=16_000,
        max_cost_usd=0.01,
        max_latency_ms=900,
        min_quality=0.8,
        min_context_tokens=128_000,
        providers=frozenset({"acme"}),
        exclude_models=frozenset({"acme/two"}),
        capabilities=frozenset({Capability.TOOLS}),
        open_weights=True,
        licenses=frozenset({"MIT"}),
        regions=frozenset({"us"}),
    )
    assert found(limits) == []


def test_the_case_of_letters_counts_in_no_name():
    limits = Constraints(providers=("ACME",), licenses=("mit",), regions=("EU",))
    assert found(limits, license="MIT", regions=("Eu", "us")) == []
    assert found(limits, provider="Acme", license="Mit") == []
    assert [each.reason for each in found(Constraints(exclude_models=("ACME/One",)))] == [Reason.EXCLUDED]


def test_what_no_request_could_change_names_no_field():
    assert found(status=ModelStatus.DISABLED) == [Violation(Reason.INACTIVE, "is disabled")]
    assert found(usd=None) == [Violation(Reason.PRICE_UNKNOWN, "has no known price")]
    lacking = Violation(Reason.CAPABILITY, "lacks vision, which the request needs")
    assert found(task=replace(TASK, requires=frozenset({Capability.VISION, Capability.TOOLS}))) == [lacking]
    (both,) = found(task=replace(TASK, requires=frozenset({Capability.VISION, Capability.AUDIO})))
    assert both.detail == "lacks audio, vision, which the request needs"


def test_what_cannot_be_used_here_is_out_for_that_alone_or_for_its_status_first():
    unusable = Violation(Reason.UNUSABLE, "has no key")
    assert out_of_use(model("one"), "has no key") == (unusable,)
    disabled = model("one", status=ModelStatus.DISABLED)
    assert out_of_use(disabled, "has no key") == (Violation(Reason.INACTIVE, "is disabled"), unusable)


LISTS: list[tuple[Constraints, dict[str, object], Violation]] = [
    (
        Constraints(providers=frozenset({"beta"})),
        {},
        Violation(Reason.PROVIDER, "is from acme", "constraints.providers", "add acme"),
    ),
    (
        Constraints(exclude_models=frozenset({"acme/one", "one", "two"})),
        {},
        Violation(Reason.EXCLUDED, "is excluded by the request", "constraints.exclude_models", "drop acme/one and one"),
    ),
    (
        Constraints(exclude_models=("One", "two", "ONE", "One")),
        {},
        Violation(Reason.EXCLUDED, "is excluded by the request", "constraints.exclude_models", "drop ONE and One"),
    ),
    (
        Constraints(exclude_models=("  acme/oNe \n\n\t", "ACME/one", "acme/oNe")),
        {},
        Violation(
            Reason.EXCLUDED, "is excluded by the request", "constraints.exclude_models", "drop ACME/one and acme/oNe"
        ),
    ),
    (
        Constraints(capabilities=frozenset({Capability.VISION, Capability.AUDIO, Capability.TOOLS})),
        {},
        Violation(Reason.CAPABILITY, "lacks audio, vision", "constraints.capabilities", "do without audio, vision", 2),
    ),
    (
        Constraints(open_weights=False),
        {},
        Violation(Reason.OPEN_WEIGHTS, "has open weights", "constraints.open_weights", DROP),
    ),
    (
        Constraints(open_weights=True),
        {"open_weights": False},
        Violation(Reason.OPEN_WEIGHTS, "has closed weights", "constraints.open_weights", DROP),
    ),
    (
        Constraints(open_weights=True),
        {"open_weights": None},
        Violation(Reason.OPEN_WEIGHTS, "is not known to have open weights", "constraints.open_weights", DROP),
    ),
    (
        Constraints(licenses=frozenset({"Apache-2.0"})),
        {},
        Violation(Reason.LICENSE, "licence is MIT", "constraints.licenses", "add MIT"),
    ),
    (
        Constraints(licenses=frozenset({"MIT"})),
        {"license": None},
        Violation(Reason.LICENSE, "licence is not known", "constraints.licenses", DROP),
    ),
    (
        Constraints(regions=frozenset({"asia"})),
        {},
        Violation(Reason.REGION, "is served in eu, us", "constraints.regions", "add eu"),
    ),
    (
        Constraints(regions=frozenset({"eu"})),
        {"regions": ()},
        Violation(Reason.REGION, "is served in no known region", "constraints.regions", DROP),
    ),
]


@pytest.mark.parametrize(("limits", "fields", "expected"), LISTS)
def test_a_demand_on_a_list_tells_what_would_let_the_model_in(limits, fields, expected: Violation):
    assert found(limits, **fields) == [expected]


def test_a_number_that_is_passed_tells_the_next_that_would_do_and_how_far_it_is():
    assert found(Constraints(max_cost_usd=0.0025), usd=0.0100004) == [
        Violation(
            Reason.COST,
            "would cost about $0.010",
            "constraints.max_cost_usd",
            "0.0101",
            about(2),
        )
    ]
    guessed = replace(TASK, dearest=Dearest(assumed="files billed as long ones"))
    assert found(Constraints(max_cost_usd=0.0025), task=guessed, usd=0.01)[0].detail == (
        "would cost about $0.010, with files billed as long ones"
    )
    assert found(Constraints(max_latency_ms=450), wait_ms=899.2) == [
        Violation(
            Reason.LATENCY,
            "would take about 899 ms",
            "constraints.max_latency_ms",
            "899",
            about(math.log2(899.2 / 450)),
        )
    ]
    assert found(Constraints(min_quality=0.8), quality=0.4007) == [
        Violation(
            Reason.QUALITY,
            "expected quality is 0.401",
            "constraints.min_quality",
            "0.400",
            about(math.log2(0.8 / 0.4007)),
        )
    ]
    assert found(Constraints(max_cost_usd=0.0), usd=0.01)[0].distance == math.inf
    assert found(Constraints(min_quality=0.8), quality=0.0)[0].distance == about(math.log2(800))


@pytest.mark.parametrize("most", [1e-313, 1e-315, 5e-324])
def test_of_a_bound_next_to_nothing_the_cheaper_model_is_nearer(most: float):
    near, far = (found(Constraints(max_cost_usd=most), usd=usd)[0].distance for usd in (5.2e-6, 5.02e-5))
    assert near < far < math.inf


def test_the_prompt_and_its_answer_must_fit_the_window():
    assert found(reads=127_600, writes=400) == []
    assert found(reads=127_601, writes=400) == [
        Violation(
            Reason.CONTEXT_WINDOW,
            "needs 128001, has 128000",
            None,
            "128000",
            about(math.log2(128_001 / 128_000)),
        )
    ]
    assert found(Constraints(min_context_tokens=256_000)) == [
        Violation(Reason.CONTEXT_WINDOW, "needs 256000, has 128000", "constraints.min_context_tokens", "128000", 1.0)
    ]
    (short,) = found(Constraints(max_tokens=1000, min_context_tokens=200_000), writes=300_000)
    assert short.detail == "needs 200000, has 128000", "so long an answer is not wanted"
    unknown = Violation(
        Reason.CONTEXT_WINDOW, "needs 1, has not known", "constraints.min_context_tokens", DROP, math.inf
    )
    assert found(Constraints(min_context_tokens=1), context_window=None, reads=0, writes=0) == [unknown]
    assert found(context_window=None, reads=ASSUMED_WINDOW, writes=0) == []
    assert found(context_window=None, reads=ASSUMED_WINDOW, writes=1)[0].path is None


def test_the_longest_answer_that_is_wanted_must_fit_what_the_model_writes_and_what_the_prompt_leaves():
    assert found(Constraints(max_tokens=16_000)) == []
    too_long = Violation(
        Reason.MAX_OUTPUT, "writes at most 16000 tokens, 64000 wanted", "constraints.max_tokens", "16000", 2.0
    )
    assert found(Constraints(max_tokens=64_000)) == found(Constraints(max_tokens=64_000), reads=112_000) == [too_long]
    assert found(Constraints(max_tokens=16_000), reads=120_000) == [
        Violation(Reason.CONTEXT_WINDOW, "needs 136000, has 128000", "constraints.max_tokens", "8000", 1.0)
    ]
    assert found(Constraints(max_tokens=1), reads=128_000)[0].path is None
    assert found(Constraints(max_tokens=2), reads=127_999)[0].path == "constraints.max_tokens"
    assert found(Constraints(max_tokens=127_900), max_output_tokens=None) == []
