"""Passes of the model in training: on this machine's GPU or its processors."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from training.torch_batches import Batch, Batches, Example
from training.torch_network import Found, Model

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


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
