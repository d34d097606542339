"""Prompts that were never sent before, so that no cache knows them."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from string import ascii_lowercase

from tests.support.running import ROOT

HELD_OUT = ROOT / "layers" / "model" / "training" / "prompts" / "heldout"
"""Prompts that people would type, in thirty languages; no classifier was trained on them."""

WORDS = (
    *("report", "garden", "budget", "python", "train", "invoice", "story", "river", "market", "engine", "window"),
    *("teacher", "kitchen", "network", "holiday", "contract", "server", "battery", "recipe", "science", "language"),
    *("history", "music", "planet", "doctor", "meeting", "email", "weather", "project"),
)


def typed_prompts(seed: int) -> Iterator[str]:
    """Held-out prompts of 8 to 30 words, each once, in an order drawn from the seed."""
    rows = (json.loads(line) for path in sorted(HELD_OUT.glob("*.jsonl")) for line in path.open(encoding="utf-8"))
    prompts = [str(row["prompt"]) for row in rows if 8 <= len(str(row["prompt"]).split()) <= 30]
    random.Random(seed).shuffle(prompts)
    return iter(prompts)


def new_prompts(seed: int) -> Iterator[str]:
    """The same again and again, each with a name that makes it new and that nobody knows: harder than as typed."""
    chance, prompts = random.Random(seed), list(typed_prompts(seed))
    while True:
        chance.shuffle(prompts)
        yield from (f"{prompt} {''.join(chance.choices(ascii_lowercase, k=9)).title()}" for prompt in prompts)


def of_tokens(tokens: int) -> Iterator[str]:
    """Prompts of so many tokens, [CLS] and [SEP] counted; each word is one token, the first a number of its own."""
    for number in itertools.count(1):
        yield f"{number % 1000} " + " ".join(WORDS[place % len(WORDS)] for place in range(tokens - 3))
