"""The encoder in torch, with low-rank adapters and heads: what fine-tuning changes and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.build.network import (
    EMBEDDING_NORM,
    EPSILON,
    HEADS,
    LAYERS,
    PLACES,
    SEGMENTS,
    TOPIC_LAYER,
    WIDTH,
    WORDS,
    Weights,
    attention,
    attention_norm,
    attention_output,
    narrowing,
    output_norm,
    widening,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How much may change: the adapters' rank, at least 1, on every linear layer and on the word table."""

    rank: int = 32
    words_rank: int = 8
    dropout: float = 0.1


TOPIC_SCALE = 8.0
"""The length a topic is given before its head: of length one, it would take long to become sure. Chosen by hand."""


class Dropout(nn.Module):
    """Dropout whose masks are stretches of one long row of draws: to draw each anew took a CPU a fifth of all time."""

    def __init__(self, share: float, length: int = 1 << 23) -> None:
        super().__init__()
        row = (torch.rand(length) >= share) / (1 - share)
        self.register_buffer("row", row.bfloat16(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        start = int(torch.randint(len(self.row) - x.numel(), ()))
        return x * self.row[start : start + x.numel()].view_as(x)


class Adapted(nn.Module):
    """A linear layer whose weight moves by `B @ A`; its bias moves freely."""

    def __init__(self, weight: Tensor, bias: Tensor, shape: Shape, dropout: Dropout) -> None:
        super().__init__()
        self.dropout = dropout
        self.register_buffer("weight", weight.clone())
        self.register_buffer("bias_before", bias.clone())
        self.bias = nn.Parameter(bias.clone())
        self.down = nn.Parameter(torch.randn(shape.rank, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], shape.rank))

    def forward(self, x: Tensor) -> Tensor:
        out = functional.linear(x, self.weight, self.bias)
        return out + functional.linear(functional.linear(self.dropout(x), self.down), self.up)


class Norm(nn.Module):
    """LayerNorm whose scale and shift move freely."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight_before", weight.clone())
        self.register_buffer("bias_before", bias.clone())
        self.weight, self.bias = nn.Parameter(weight.clone()), nn.Parameter(bias.clone())

    def forward(self, x: Tensor) -> Tensor:
        return functional.layer_norm(x, (WIDTH,), self.weight, self.bias, EPSILON)


class Encoder(nn.Module):
    """all-MiniLM-L6-v2 from its parameters; gives the tokens behind the last layer and those of the topic."""

    def __init__(self, weights: Weights, shape: Shape) -> None:
        super().__init__()
        self.dropout = Dropout(shape.dropout)
        tensors = {name: torch.from_numpy(values.copy()) for name, values in weights.items()}
        self.register_buffer("words", tensors[WORDS])
        self.register_buffer("places", tensors[PLACES] + tensors[SEGMENTS][0])
        self.words_down = nn.Parameter(torch.randn(shape.words_rank, WIDTH) / WIDTH**0.5)
        self.words_up = nn.Parameter(torch.zeros(tensors[WORDS].shape[0], shape.words_rank))
        self.norms = nn.ModuleDict()
        self.linears = nn.ModuleDict()
        names = [EMBEDDING_NORM, *(f(k) for k in range(LAYERS) for f in (attention_norm, output_norm))]
        for name in names:
            self.norms[_key(name)] = Norm(tensors[f"{name}.weight"], tensors[f"{name}.bias"])
        for name in linear_names():
            self.linears[_key(name)] = Adapted(tensors[f"{name}.weight"], tensors[f"{name}.bias"], shape, self.dropout)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """`ids` and `mask` (True for a token) `[batch, length]` to the tokens behind the last layer and those behind
        that of the topic, `[batch, length, 384]` each."""
        words = functional.embedding(ids, self.words) + functional.embedding(ids, self.words_up) @ self.words_down
        x = self._norm(EMBEDDING_NORM, words + self.places[: ids.shape[1]])
        x = self.dropout(x)
        hidden = ~mask[:, None, None, :]
        for layer in range(LAYERS):
            q, k, v = (self._by_head(self._linear(attention(layer, part), x)) for part in ("query", "key", "value"))
            # Written out, since on a CPU the library's own takes several times as long back through texts this short.
            scores = (q @ k.transpose(2, 3) / q.shape[3] ** 0.5).masked_fill(hidden, -math.inf)
            context = scores.softmax(dim=3).to(v.dtype) @ v
            context = self._linear(attention_output(layer), context.transpose(1, 2).flatten(2))
            x = self._norm(attention_norm(layer), x + self.dropout(context))
            inner = self._linear(narrowing(layer), functional.gelu(self._linear(widening(layer), x)))
            x = self._norm(output_norm(layer), x + self.dropout(inner))
            if layer + 1 == TOPIC_LAYER:
                early = x
        return x, early

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return self.linears[_key(name)](x)

    def _norm(self, name: str, x: Tensor) -> Tensor:
        return self.norms[_key(name)](x)

    def _by_head(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (HEADS, -1)).transpose(1, 2)


def linear_names() -> Iterator[str]:
    """The prefixes of all linear layers."""
    for layer in range(LAYERS):
        yield from (attention(layer, part) for part in ("query", "key", "value"))
        yield from (attention_output(layer), widening(layer), narrowing(layer))


def _key(name: str) -> str:
    return name.replace(".", "/")


class Heads(nn.Module):
    """One hidden layer on the pooled tokens, then what is asked for."""

    def __init__(self, widths: dict[str, int], hidden: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.hidden = nn.ModuleDict({name: nn.Linear(2 * WIDTH, hidden) for name in widths})
        self.last = nn.ModuleDict({name: nn.Linear(hidden, width) for name, width in widths.items()})

    def forward(self, pooled: Tensor) -> dict[str, Tensor]:
        """Logits of each head for `mean+cls` `[batch, 768]`."""
        out = {}
        for name, hidden in self.hidden.items():
            inner = functional.gelu(hidden(functional.dropout(pooled, self.dropout, self.training)))
            out[name] = self.last[name](functional.dropout(inner, self.dropout, self.training))
        return out


class Found(NamedTuple):
    """Each head's logits, the embedding `[batch, 384]` of length one, and the logits of the topics."""

    logits: dict[str, Tensor]
    embedding: Tensor
    topics: Tensor


class Model(nn.Module):
    """Encoder, pooling and heads; that of the topics is for training alone."""

    def __init__(self, weights: Weights, shape: Shape, widths: dict[str, int], topics: int, hidden: int = 48) -> None:
        super().__init__()
        self.encoder = Encoder(weights, shape)
        self.heads = Heads(widths, hidden, shape.dropout)
        self.topics = nn.Linear(WIDTH, topics)

    def forward(self, ids: Tensor, mask: Tensor) -> Found:
        """One batch of token ids and masks `[batch, length]`."""
        tokens, early = (each.float() for each in self.encoder(ids, mask))
        share = mask.float().unsqueeze(2)
        mean, topic = ((each * share).sum(dim=1) / share.sum(dim=1) for each in (tokens, early))
        return Found(
            logits=self.heads(torch.cat([mean, tokens[:, 0]], dim=1)),
            embedding=functional.normalize(mean, dim=1),
            # As far as its direction tells, since nothing else of it is served.
            topics=self.topics(TOPIC_SCALE * functional.normalize(topic, dim=1)),
        )
