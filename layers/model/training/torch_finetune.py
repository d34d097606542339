"""`python -m training.torch_finetune`: fine-tunes adapters and heads on labelled prompts.

`--onwards` goes on from weights of before with the averaged epochs alone, and part of the way to where those lead:
enough for prompts that were added.
"""

from __future__ import annotations

import argparse
import copy
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
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
from training.torch_batches import Batches, Example, example, with_failure
from training.torch_course import Course, Plan, average, part_way, train
from training.torch_export import read_adapters, read_heads, write_adapters, write_heads
from training.torch_network import Model, Shape
from training.torch_predict import DEVICE, predict


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
    options = _options()
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

    def tell(each: Model) -> None:
        report(each, batches, development)

    course = Course(model, batches, examples, predict(model, batches, examples).embedding, plan)
    if options.onwards is None:
        train(course, tell)
    else:
        read_adapters(model.encoder, options.onwards / "adapters.npz")
        read_heads(model.heads, options.onwards / "heads.npz")
    before = copy.deepcopy(model)
    if plan.averaged:
        model = average(course, tell)
    if options.onwards is not None:
        model = part_way(before, model)
        tell(model)
    if folder:
        report_failures(model, batches, development_outcomes(folder))
    options.output.mkdir(parents=True, exist_ok=True)
    write_adapters(model.encoder, options.output / "adapters.npz")
    write_heads(model.heads, options.output / "heads.npz")
    print(f"trained in {time.perf_counter() - started:.0f} s")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ARTIFACTS)
    parser.add_argument("--onwards", type=Path, metavar="FOLDER", help="with the weights to go on from")
    for name, default in Plan.__dataclass_fields__.items():
        parser.add_argument(f"--{name}", type=type(default.default), default=default.default)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
