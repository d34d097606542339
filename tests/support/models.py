"""Catalogue entries for tests, and hypothesis strategies for whole catalogues of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

from llm_router.catalogue.entry import (
    Capability,
    Latency,
    LongPrompt,
    ModelEntry,
    ModelStatus,
    QualityEstimate,
    QualityTable,
)
from llm_router.ranking.columns import Columns, prepare
from llm_router.ranking.cost import Price
from llm_router.ranking.estimates import estimated
from llm_router.ranking.prepared import Prepared
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.taxonomy import Category, Difficulty

T = TypeVar("T")


def quality(easy: float, medium: float, hard: float, sd: float = 0.05) -> QualityTable:
    """The same three chances in every category."""
    row = {
        level: QualityEstimate(mean, sd, 20, "test", "2026-01-01", imputed=False)
        for level, mean in zip(Difficulty, (easy, medium, hard), strict=True)
    }
    return dict.fromkeys(Category, row)


def model(
    name: str,
    *,
    provider: str = "acme",
    usd_in: float | None = 1.0,
    usd_out: float | None = 4.0,
    chances: tuple[float, float, float] = (0.9, 0.8, 0.6),
    sd: float = 0.05,
    **fields: object,
) -> ModelEntry:
    """An ordinary active model; `fields` replace those of the entry."""
    settings: dict[str, object] = {
        "id": f"{provider}/{name}",
        "provider": provider,
        "display_name": name.title(),
        "api_alias": name,
        "context_window": 128_000,
        "max_output_tokens": 16_000,
        "input_usd_per_mtok": usd_in,
        "output_usd_per_mtok": usd_out,
        "capabilities": frozenset({Capability.TOOLS, Capability.JSON}),
        "open_weights": False,
        "latency": Latency(500, 80),
        "quality": quality(*chances, sd=sd),
    }
    return ModelEntry(**(settings | fields))  # type: ignore[arg-type]


def ready(**fields: object) -> Prepared:
    """One model, prepared to be ranked."""
    (prepared,) = prepare([model("m", **fields)]).rows  # type: ignore[arg-type]
    return prepared


def task(
    category: Category = Category.CODING,
    difficulty: Difficulty = Difficulty.MEDIUM,
    complexity: float = 0.5,
    input_tokens: int = 100,
    output_tokens: int = 400,
) -> Task:
    """A task that is surely of one category."""
    return Task({category: 1.0}, difficulty, complexity, input_tokens, output_tokens)


def expected_price(prepared: Prepared, of: Task, max_tokens: int | None = None) -> Price:
    """The price of a task at one model."""
    found = estimated(Columns.of([prepared]), of, Constraints(max_tokens=max_tokens), Surroundings())
    return found.prices(np.array([0]))[0]


def billed_tokens(prepared: Prepared, of: Task, max_tokens: int | None) -> tuple[int, int]:
    """The output and the thinking that a price rests on."""
    price = expected_price(prepared, of, max_tokens)
    return price.output_tokens, price.thinking_tokens


@dataclass(frozen=True)
class Scene:
    """A catalogue, a task and demands, all drawn from one seed: whole catalogues are too large to draw part by part."""

    seed: int

    def __post_init__(self) -> None:
        random = Random(self.seed)
        tiers = Random(~self.seed)
        models = [_with_tier(tiers, _entry(random, index)) for index in range(random.randint(2, 12))]
        object.__setattr__(self, "models", models)
        object.__setattr__(self, "task", _task(random))
        object.__setattr__(self, "demands", _demands(random))

    models: list[ModelEntry] = field(init=False, repr=False)
    task: Task = field(init=False, repr=False)
    demands: Constraints = field(init=False, repr=False)


scenes = st.builds(Scene, st.integers(0, 2**32))


def _maybe(random: Random, value: T, chance: float = 0.8) -> T | None:
    return value if random.random() < chance else None


def _entry(random: Random, index: int) -> ModelEntry:
    easy, medium, hard = sorted((random.uniform(0.02, 0.98) for _ in range(3)), reverse=True)
    return model(
        f"m{index}",
        provider=random.choice(["acme", "beta", "corp"]),
        usd_in=_maybe(random, random.choice([0.0, random.uniform(0, 1), random.uniform(0, 100)]), 0.9),
        usd_out=random.choice([0.0, random.uniform(0, 5), random.uniform(0, 500)]),
        chances=(easy, medium, hard),
        sd=random.uniform(0.01, 0.3),
        status=random.choice([ModelStatus.ACTIVE] * 8 + [ModelStatus.DEPRECATED, ModelStatus.DISABLED]),
        context_window=_maybe(random, random.randint(1_000, 2_000_000), 0.9),
        max_output_tokens=_maybe(random, random.randint(500, 100_000)),
        open_weights=_maybe(random, random.random() < 0.5),
        license=_maybe(random, random.choice(["MIT", "Apache-2.0"])),
        regions=tuple(random.sample(["eu", "us"], random.randint(0, 2))),
        capabilities=frozenset(random.sample(list(Capability), random.randint(2, len(Capability)))),
        latency=Latency(_maybe(random, random.uniform(50, 5000)), _maybe(random, random.uniform(5, 500))),
    )


def _with_tier(random: Random, entry: ModelEntry) -> ModelEntry:
    """Now and then dearer for long prompts."""
    usd_in, usd_out = entry.input_usd_per_mtok or 0.0, entry.output_usd_per_mtok or 0.0
    tier = LongPrompt(random.randint(100, 100_000), usd_in * 2, usd_out * 1.5, _maybe(random, usd_in / 4))
    return replace(entry, long_prompt=_maybe(random, tier, 0.3))


def _task(random: Random) -> Task:
    return Task(
        {category: random.uniform(0.01, 1) for category in random.sample(list(Category), random.randint(1, 7))},
        random.choice(list(Difficulty)),
        random.random(),
        random.choice([random.randint(1, 2_000), random.randint(1, 200_000)]),
        random.randint(1, 5_000),
    )


def _demands(random: Random) -> Constraints:
    rarely = 0.2
    return Constraints(
        max_tokens=_maybe(random, random.randint(1, 20_000), rarely),
        max_cost_usd=_maybe(random, 10 ** random.uniform(-6, 0), rarely),
        max_latency_ms=_maybe(random, random.uniform(1, 60_000), rarely),
        min_quality=_maybe(random, random.uniform(0, 0.9), rarely),
        min_context_tokens=_maybe(random, random.randint(1, 500_000), rarely),
        providers=frozenset(_maybe(random, ["acme", "beta", "nobody"], rarely) or []),
        exclude_models=frozenset(_maybe(random, ["acme/m0", "m1"], rarely) or []),
        capabilities=frozenset(_maybe(random, [Capability.TOOLS], rarely) or []),
        open_weights=_maybe(random, random.random() < 0.5, 0.1),
        licenses=frozenset(_maybe(random, ["MIT"], 0.1) or []),
        regions=frozenset(_maybe(random, ["eu"], 0.1) or []),
    )
