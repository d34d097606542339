"""What some of our training prompts are about: a task beside the others, for categories that operators add.

Most such categories are a topic. Learning to tell a hundred of them has the encoder keep what the seven categories
would have it forget.
"""

from __future__ import annotations

from functools import cache

from training.labelled import PROMPTS

TOPICS = PROMPTS / "topics.tsv"
"""A prompt's id and its topic a line, of our training prompts; read for this alone."""


@cache
def topics() -> dict[str, str]:
    """The topic of each prompt that has one, by its id."""
    found = {}
    for line in TOPICS.read_text(encoding="utf-8").splitlines():
        key, topic = line.split("\t")
        found[key] = topic
    return found


@cache
def topic_names() -> tuple[str, ...]:
    """Every topic, in the order of the head's outputs."""
    return tuple(sorted(set(topics().values())))
