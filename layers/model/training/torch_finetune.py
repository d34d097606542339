"""`python -m training.torch_finetune`: fine-tunes adapters and heads on labelled prompts."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from classifier.encoder import ARTIFACTS
from classifier.fusion import CATEGORIES
from classifier.heads import WIDTHS
from classifier.rules import RuleBook
from classifier.tokens import Tokeniser
from training.build.glosses import glossed_tokeniser
from training.build.source import obtain_source
from training.build.weights import glossed_weights
from training.evaluation.metrics import spearman
from training.labelled import Labelled, own_prompts
from training.outcomes import Outcome, development_outcomes, training_outcomes
from training.sources import data_dir, public_rows
from training.topics import topic_names
from training.torch_batches import UNKNOWN, Batch, Batches, Example, example, with_failure
from training.torch_export import write_adapters, write_heads
from training.torch_network import Found, Model, Shape

DIFFICULTIES_COUNT, SCORES_COUNT, TOPICS_COUNT = 0.3, 0.5, 0.7
"""What the losses of the difficulty, of each score and of the topic weigh beside the category's. Chosen by hand."""

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run. `preserve` weighs how far the embedding may stray from the base model's."""

    epochs: int = 3
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


@torch.no_grad()
def predict(model: Model, batches: Batches, examples: Sequence[Example]) -> Found:
    """What the model finds, a row an example in the order of their places."""
    model.eval()
    places, found = [], []
    for batch in batches.in_order(examples):
        places.append(batch.places)
        found.append(run(model, batch.to(DEVICE)))
    order = torch.argsort(torch.cat(places))
    logits = {name: torch.cat([each.logits[name] for each in found]).cpu()[order] for name in found[0].logits}
    embedding, topics = ([each.embedding for each in found], [each.topics for each in found])
    return Found(logits, *(torch.cat(some).cpu()[order] for some in (embedding, topics)))


def run(model: Model, batch: Batch) -> Found:
    """One pass, on a GPU in bfloat16, which on a CPU takes half as long again; its results in float32."""
    with torch.autocast(DEVICE.type, dtype=torch.bfloat16, enabled=DEVICE.type == "cuda"):
        logits, embedding, topics = model(batch.ids, batch.mask)
    return Found({name: values.float() for name, values in logits.items()}, embedding.float(), topics.float())


def train(
    model: Model, batches: Batches, examples: Sequence[Example], development: Sequence[Example], plan: Plan
) -> None:
    """Change the model in place; prints the development figures after each epoch."""
    before = predict(model, batches, examples).embedding
    heads = [*model.heads.parameters(), *model.topics.parameters()]
    body = list(model.encoder.parameters())
    matrices, others = [p for p in body if p.dim() > 1], [p for p in body if p.dim() == 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": matrices, "lr": plan.rate, "weight_decay": 0.01},
            {"params": others, "lr": plan.rate, "weight_decay": 0.0},
            {"params": heads, "lr": plan.head_rate, "weight_decay": 0.01},
        ]
    )
    total = plan.epochs * math.ceil(len(examples) / plan.size)
    warm = total // 10
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.02, (total - step) / (total - warm)))
    )
    started = time.perf_counter()
    for epoch in range(plan.epochs):
        model.train()
        for step, batch in enumerate(batches.epoch(examples, plan.seed + epoch)):
            on = batch.to(DEVICE)
            loss = loss_of(run(model, on), on, before[batch.places].to(DEVICE), plan)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
            optimiser.step()
            schedule.step()
            if step % 50 == 0:
                print(
                    f"epoch {epoch + 1} step {step} loss {loss.item():.3f} {time.perf_counter() - started:.0f} s",
                    flush=True,
                )
        report(model, batches, development)


def report(model: Model, batches: Batches, development: Sequence[Example]) -> None:
    """Print accuracy and log-loss on the development prompts."""
    found = predict(model, batches, development)
    labels = torch.tensor([each.category for each in development])
    logits = found.logits["category"]
    right = logits.argmax(dim=1) == labels
    loss = functional.cross_entropy(logits, labels)
    per = (f"{name} {right[labels == place].float().mean():.2f}" for place, name in enumerate(CATEGORIES))
    print(f"development: accuracy {right.float().mean():.4f} log-loss {loss:.4f}  {' '.join(per)}", flush=True)


def report_failures(model: Model, batches: Batches, outcomes: Sequence[Outcome]) -> None:
    """Print, for outcomes not trained on, the mean rank correlation within each task: between tasks it is easy."""
    found = predict(model, batches, examples_of((), outcomes))
    failed, tasks = np.array([each.failed for each in outcomes]), np.array([each.task for each in outcomes])
    for head in ("complexity", "failure"):
        guessed = found.logits[head][:, 0].numpy().astype(np.float64)
        each = {name: spearman(guessed[tasks == name], failed[tasks == name]) for name in sorted(set(tasks))}
        known = {name: value for name, value in each.items() if not math.isnan(value)}
        listed = " ".join(f"{name} {value:.2f}" for name, value in known.items())
        print(f"{head}: {sum(known.values()) / len(known):.3f} within tasks  {listed}", flush=True)


def examples_of(rows: Sequence[Labelled], outcomes: Sequence[Outcome] = ()) -> list[Example]:
    """Rows, then prompts of which only the share of failing models is known."""
    found = [example(row, place) for place, row in enumerate(rows)]
    return found + [with_failure(Example(each.prompt, len(found) + k), each.failed) for k, each in enumerate(outcomes)]


def main() -> int:
    """Train and write `adapters.npz` and `heads.npz`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ARTIFACTS)
    for name, default in Plan.__dataclass_fields__.items():
        parser.add_argument(f"--{name}", type=type(default.default), default=default.default)
    options = parser.parse_args()
    plan = Plan(**{name: getattr(options, name) for name in Plan.__dataclass_fields__})
    started = time.perf_counter()
    torch.manual_seed(plan.seed)
    torch.set_num_threads(2)
    rows, held = own_prompts("train"), own_prompts("development")
    folder = data_dir()
    outcomes = training_outcomes(folder) if folder else []
    rows += public_rows(folder) if folder else []
    examples, development = examples_of(rows, outcomes), examples_of(held)
    source = obtain_source()
    model = Model(glossed_weights(source), Shape(rank=plan.rank), WIDTHS, len(topic_names())).to(DEVICE)
    batches = Batches(Tokeniser(glossed_tokeniser(source)), RuleBook.load(), plan.size, plan.perturbed)
    print(f"{len(rows)} prompts, {len(outcomes)} outcomes, {len(development)} development prompts")
    print(plan, flush=True)
    train(model, batches, examples, development, plan)
    if folder:
        report_failures(model, batches, development_outcomes(folder))
    options.output.mkdir(parents=True, exist_ok=True)
    write_adapters(model.encoder, options.output / "adapters.npz")
    write_heads(model.heads, options.output / "heads.npz")
    print(f"trained in {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
