"""How often the category flips when a prompt is typed, put, translated or steered differently."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier import HybridClassifier
from training.augment import abbreviated, bare, lower, typos, upper
from training.labelled import own_prompts

REWORDINGS = Path(__file__).with_name("rewordings.toml")
SEED = 5
WRAPPINGS = Path(__file__).with_name("wrappings.toml")


@dataclass(frozen=True, slots=True)
class Flips:
    """One kind of change: how many changed prompts, and how many of them fell into another category."""

    kind: str
    changed: int
    flipped: int

    @property
    def share(self) -> float:
        """Of the changed prompts, those that flipped."""
        return self.flipped / max(1, self.changed)


def measure_flips(classifier: HybridClassifier) -> list[Flips]:
    """Every kind: changes made here, of the committed requests and our held-out prompts, then committed rewordings."""
    requests = tomllib.loads(REWORDINGS.read_text(encoding="utf-8"))["request"]
    originals = [str(request["prompt"]) for request in requests]
    prompts = originals + [row.prompt for row in own_prompts("heldout")]
    chance = random.Random(SEED)  # noqa: S311 - an order, not a secret
    wrappings = tomllib.loads(WRAPPINGS.read_text(encoding="utf-8"))
    around = {place: [str(each["text"]) for each in some] for place, some in wrappings.items()}
    forms: dict[str, Callable[[str], str]] = {
        "typos": lambda text: typos(text, chance),
        "lower case": lambda text: lower(text, chance),
        "upper case": lambda text: upper(text, chance),
        "missing punctuation": lambda text: bare(text, chance),
        "polite padding before": lambda text: chance.choice(around["before"]) + text,
        "polite padding after": lambda text: text + chance.choice(around["after"]),
        "abbreviations": lambda text: abbreviated(text, chance),
        "trick before": lambda text: chance.choice(around["tricks_before"]) + text,
        "trick after": lambda text: text + chance.choice(around["tricks_after"]),
    }
    flips = [_flips(classifier, kind, [(p, change(p)) for p in prompts]) for kind, change in forms.items()]
    for kind in ("paraphrases", "translations"):
        pairs = [(str(request["prompt"]), str(other)) for request in requests for other in request[kind]]
        flips.append(_flips(classifier, kind, pairs))
    return flips


def _flips(classifier: HybridClassifier, kind: str, pairs: Sequence[tuple[str, str]]) -> Flips:
    changed = [(before, after) for before, after in pairs if before != after]
    flipped = sum(classifier.classify(a).category != classifier.classify(b).category for a, b in changed)
    return Flips(kind, len(changed), flipped)
