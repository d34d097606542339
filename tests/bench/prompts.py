"""Prompts that were never sent before, so that no cache knows them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

OPENINGS = ("how do I", "write a short", "what is the", "please compare", "can you explain", "calculate the", "fix my")
WORDS = (
    *("report", "garden", "budget", "python", "train", "invoice", "story", "river", "market", "engine", "window"),
    *("teacher", "kitchen", "network", "holiday", "contract", "server", "battery", "recipe", "science", "language"),
    *("history", "music", "planet", "doctor", "meeting", "email", "weather", "project"),
)


def new_prompts(seed: int) -> Iterator[str]:
    """Prompts of 8 to 30 words, each another one."""
    chance = random.Random(seed)
    while True:
        count = chance.randint(6, 27)
        yield f"{chance.choice(OPENINGS)} {' '.join(chance.choices(WORDS, k=count))}"


def of_tokens(tokens: int) -> Iterator[str]:
    """Prompts of so many tokens, [CLS] and [SEP] counted; each word is one token, the first a number of its own."""
    for number in itertools.count(1):
        yield f"{number % 1000} " + " ".join(WORDS[place % len(WORDS)] for place in range(tokens - 3))
