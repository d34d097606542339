"""A course of training: what is missed, the steps at a falling rate, and the mean of the weights along a steady one.

Where one run of steps ends is chance; the mean along its way errs less on prompts unlike those trained on (stochastic
weight averaging, Izmailov et al. 2018).
"""

from __future__ import annotations

import copy
import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel

from training.torch_batches import UNKNOWN, Batch, Batches, Example
from training.torch_network import Found, Model
from training.torch_predict import DEVICE, run

DIFFICULTIES_COUNT, SCORES_COUNT, TOPICS_COUNT = 0.3, 0.5, 0.7
"""What the losses of the difficulty, of each score and of the topic weigh beside the category's. Chosen by hand."""

AVERAGED_EVERY = 25
"""Steps between the weights that are averaged: neighbours say the same."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run. `preserve` weighs how far the embedding may stray from the base model's, `steady` is the
    share of the rates at which the `averaged` epochs go on."""

    epochs: int = 3
    averaged: int = 1
    steady: float = 0.5
    size: int = 32
    rate: float = 5e-4
    head_rate: float = 1e-3
    smoothing: float = 0.1
    preserve: float = 0.3
    perturbed: float = 0.5
    rank: int = 32
    seed: int = 12


def loss_of(found: Found, batch: Batch, before: Tensor, plan: Plan) -> Tensor:
    """What the heads miss, and how far the embedding has strayed."""
    strayed = (1 - (found.embedding * before).sum(dim=1)).mean()
    logits = {**found.logits, "topic": found.topics}
    return missed(logits, batch, plan) + plan.preserve * strayed


def missed(logits: dict[str, Tensor], batch: Batch, plan: Plan) -> Tensor:
    """The weighted sum over all tasks; unknown targets do not count."""

    def known(targets: Tensor) -> Tensor:
        return targets != UNKNOWN

    def classes(name: str, targets: Tensor) -> Tensor:
        some = known(targets)
        if not some.any():
            return targets.new_zeros((), dtype=torch.float)
        loss = functional.cross_entropy(
            logits[name][some], targets[some], label_smoothing=plan.smoothing, reduction="sum"
        )
        return loss / len(targets)

    def score(name: str, targets: Tensor) -> Tensor:
        some = known(targets)
        if not some.any():
            return targets.new_zeros((), dtype=torch.float)
        loss = functional.binary_cross_entropy_with_logits(logits[name][some, 0], targets[some], reduction="sum")
        return loss / len(targets)

    return (
        classes("category", batch.category)
        + DIFFICULTIES_COUNT * classes("difficulty", batch.difficulty)
        + TOPICS_COUNT * classes("topic", batch.topic)
        + SCORES_COUNT * score("complexity", batch.complexity)
        + SCORES_COUNT * score("creativity", batch.creativity)
        + SCORES_COUNT * score("failure", batch.failure)
    )


@dataclass(frozen=True, slots=True)
class Course:
    """What is trained on what; `before` is each example's embedding by the base model."""

    model: Model
    batches: Batches
    examples: Sequence[Example]
    before: Tensor
    plan: Plan

    def epoch_steps(self) -> int:
        return math.ceil(len(self.examples) / self.plan.size)

    def optimiser(self, share: float) -> torch.optim.AdamW:
        """At a share of the plan's rates; what drives the topics' head, which is not kept, is the last group."""
        plan, body = self.plan, list(self.model.encoder.parameters())
        matrices, others = [p for p in body if p.dim() > 1], [p for p in body if p.dim() == 1]
        return torch.optim.AdamW(
            [
                {"params": matrices, "lr": share * plan.rate, "weight_decay": 0.01},
                {"params": others, "lr": share * plan.rate, "weight_decay": 0.0},
                {"params": self.model.heads.parameters(), "lr": share * plan.head_rate, "weight_decay": 0.01},
                {"params": self.model.topics.parameters(), "lr": plan.head_rate, "weight_decay": 0.01},
            ]
        )

    def epoch(self, number: int, optimiser: torch.optim.AdamW, schedule: LambdaLR) -> Iterator[int]:
        """Every example once, in an order of this epoch's own; gives each step when it is done."""
        self.model.train()
        started = time.perf_counter()
        trained = [*self.model.encoder.parameters(), *self.model.heads.parameters(), *self.model.topics.parameters()]
        for step, batch in enumerate(self.batches.epoch(self.examples, self.plan.seed + number)):
            on = batch.to(DEVICE)
            loss = loss_of(run(self.model, on), on, self.before[batch.places].to(DEVICE), self.plan)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
            if step % 50 == 0:
                seconds = time.perf_counter() - started
                print(f"epoch {number + 1} step {step} loss {loss.item():.3f} {seconds:.0f} s", flush=True)
            yield step


def train(course: Course, report: Callable[[Model], None]) -> None:
    """Change the model in place; `report` tells of it after each epoch."""
    total = course.plan.epochs * course.epoch_steps()
    warm = max(1, total // 10)
    optimiser = course.optimiser(1.0)
    schedule = LambdaLR(optimiser, lambda step: min((step + 1) / warm, max(0.02, (total - step) / (total - warm))))
    for number in range(course.plan.epochs):
        deque(course.epoch(number, optimiser, schedule), maxlen=0)
        report(course.model)


def average(course: Course, report: Callable[[Model], None]) -> Model:
    """The mean of the weights along the plan's last epochs, from a third of them on; the model itself changes, too."""
    plan, per_epoch = course.plan, course.epoch_steps()
    warm, first = max(1, per_epoch // 10), plan.averaged * per_epoch // 3
    optimiser = course.optimiser(plan.steady)

    def rising(step: int) -> float:
        return min((step + 1) / warm, 1.0)

    schedule = LambdaLR(optimiser, [rising, rising, rising, lambda _: 1.0])
    mean = AveragedModel(course.model)
    for number in range(plan.averaged):
        for step in course.epoch(plan.epochs + number, optimiser, schedule):
            done = number * per_epoch + step
            if done >= first and (done - first) % AVERAGED_EVERY == 0:
                mean.update_parameters(course.model)
        report(course.model)
    averaged: Model = mean.module
    report(averaged)
    return averaged


ONWARDS = 0.75
"""Of the way to where a course leads that goes on from weights of before. Development's log-loss was lowest there, and
that of its older files lower than at the end."""


def part_way(before: Model, after: Model, share: float = ONWARDS) -> Model:
    """The weights on the way from one model to another that went on from it, as a model of its own.

    It keeps more of what the first one knew and the course hardly asked for (Wortsman et al. 2022).
    """
    middle = copy.deepcopy(after)
    with torch.no_grad():
        for mine, first in zip(middle.parameters(), before.parameters(), strict=True):
            mine.lerp_(first, 1 - share)
    return middle
