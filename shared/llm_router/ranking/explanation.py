"""A ranking in words: what speaks for each model, why the first one won, and what would have changed it."""

from __future__ import annotations

import math

from llm_router.ranking.objective import WILL_DO
from llm_router.ranking.rank import Candidate, Ranking
from llm_router.taxonomy import Classification

REPRICES = "constraints.max_tokens"
"""Another value of it makes every model's answer shorter and cheaper, so this ranking cannot tell who would win."""


def usd(amount: float) -> str:
    """Dollars to two significant digits, however small."""
    if amount >= 0.01 or amount <= 0:
        return f"${amount:.2f}"
    return f"${amount:.{1 - math.floor(math.log10(amount))}f}"


def reasons(candidate: Candidate) -> list[str]:
    """What speaks for and against one candidate, each in a phrase with its number."""
    quality, price, wait, cost = candidate.quality, candidate.price, candidate.wait, candidate.usd
    low, high = quality.interval
    words = [f"does {quality.expected:.0%} of such prompts well ({low:.0%} to {high:.0%})"]
    if quality.mean - quality.expected > 0.005:
        words.append(f"{quality.mean:.0%} on average, less caution because the prompt is demanding")
    if not quality.evidenced:
        words.append("no evidence of its quality for this kind of work")
    if candidate.standing.quality < WILL_DO:
        words.append("more likely to fail than to do well, so ranked after all that will do")
    thinking = f" and {price.thinking_tokens} of thinking" if price.thinking_tokens else ""
    cached = f" ({price.cached_tokens} likely cached)" if price.cached_tokens else ""
    words.append(f"{usd(cost)} for {price.input_tokens} tokens in{cached}, {price.output_tokens} out{thinking}")
    words.append(f"about {wait.ms / 1000:.1f} s" + ("" if wait.measured else ", speed assumed, not measured"))
    return words


def explain(ranking: Ranking, task: Classification, preference: float) -> str:
    """Two or three sentences: the task, the winner, the runner-up; where a conversation's model stays although another
    stands better, which one that is."""
    first = ranking.candidates[0]
    stays = _stays(ranking)
    balance = "is kept with its conversation" if stays else f"has the best balance at preference {preference:g}"
    said = [
        f"{task.category.replace('_', ' ').capitalize()}, {task.difficulty} ({min(task.confidence, 0.99):.0%} sure).",
        f"{_named(first)} {balance}: {first.quality.expected:.0%} expected quality for {usd(first.usd)}.",
    ]
    if len(ranking.candidates) > 1:
        second = ranking.candidates[1]
        place = f"By balance alone, at preference {preference:g}, it would be" if stays else "Next is"
        said.append(f"{place} {_named(second)}, with {_compared(second, first)}.")
    return " ".join(said)


def counterfactual(ranking: Ranking) -> str | None:
    """The smallest change of one constraint with which another model would have won; None when there is none.

    None, too, where the first stays with its conversation: no constraint keeps the others from its place.
    """
    if _stays(ranking):
        return None
    won = ranking.candidates[0].standing
    rivals = [
        (exclusion.violations[0].distance, exclusion.standing, exclusion)
        for exclusion in ranking.excluded
        if len(exclusion.violations) == 1
        and exclusion.violations[0].path not in (None, REPRICES)
        and exclusion.standing is not None
        and exclusion.standing < won
    ]
    if not rivals:
        return None
    nearest = min(rivals, key=lambda row: row[:2])[2].violations[0]
    # The same change lets in every model that needs no other; the best of them would win.
    let_in = [row for row in rivals if (row[2].violations[0].path, row[2].violations[0].relaxed) == nearest[2:4]]
    _, _, rival = min(let_in, key=lambda row: row[1])
    binding = rival.violations[0]
    change = f"at {binding.relaxed}" if binding.relaxed[0].isdigit() else f"({binding.relaxed})"
    return f"With {binding.path} {change} it would be {rival.model.display_name} from {rival.model.provider}."


def _stays(ranking: Ranking) -> bool:
    """Whether the first was put there for its conversation's sake: those behind it are in their order."""
    first, *others = ranking.candidates[:2]
    return any(other.standing < first.standing for other in others)


def _named(candidate: Candidate) -> str:
    return f"{candidate.model.display_name} from {candidate.model.provider}"


def _compared(other: Candidate, first: Candidate) -> str:
    points = round((other.quality.expected - first.quality.expected) * 100)
    unit = "point" if abs(points) == 1 else "points"
    quality = f"{abs(points)} {unit} {'more' if points > 0 else 'less'} quality" if points else "the same quality"
    if first.usd <= 0 or other.usd <= 0:
        return f"{quality} for {usd(other.usd)}"
    ratio = other.usd / first.usd
    if 0.95 < ratio < 1.05:
        return f"{quality} for the same money"
    return f"{quality} for {ratio:.1f} times the money" if ratio > 1 else f"{quality} at {ratio:.0%} of the cost"
