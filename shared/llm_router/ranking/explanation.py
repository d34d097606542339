"""A ranking in words: what speaks for each model, why the first one won, and what would have changed it."""

from __future__ import annotations

from collections.abc import Sequence

from llm_router.catalogue.entry import ModelEntry
from llm_router.ranking.rank import Candidate, Ranking
from llm_router.ranking.told import usd
from llm_router.taxonomy import Classification

REPRICES = "constraints.max_tokens"
"""Another value of it makes every model's answer shorter and cheaper, so this ranking cannot tell who would win."""


LEAST_TOLD = 0.005
"""A share below this would be told as 0%."""


def reasons(candidate: Candidate) -> list[str]:
    """What speaks for and against one candidate, each in a phrase with its number."""
    quality, price, wait, cost = candidate.quality, candidate.price, candidate.wait, candidate.usd
    low, high = quality.interval
    words = [f"does {quality.expected:.0%} of such prompts well ({low:.0%} to {high:.0%})"]
    if quality.mean - quality.expected > 0.005:
        words.append(f"{quality.mean:.0%} on average, less caution because the prompt is demanding")
    if not quality.evidenced:
        words.append("no evidence of its quality for this kind of work, so ranked after all that will do")
    elif not quality.measured:
        words.append("inferred from other work or from its predecessor, not measured for this kind of work")
    if quality.evidenced and candidate.standing.will_not_do:
        words.append("more likely to fail than to do well, so ranked after all that will do")
    if price.output_tokens < price.output_wanted:
        words.append(
            f"writes at most {price.output_tokens} of about {price.output_wanted} tokens; ranked by what all would cost"
        )
    if price.thinking_tokens < price.thinking_needed:
        words.append(
            f"needs about {price.thinking_needed} tokens to think first, more than max_tokens leaves; ranked by what "
            "that would cost"
        )
    thinking = f" and {price.thinking_tokens} of thinking" if price.thinking_tokens else ""
    cached = f" ({price.cached_tokens} likely cached)" if price.cached_tokens else ""
    words.append(f"{usd(cost)} for {price.input_tokens} tokens in{cached}, {price.output_tokens} out{thinking}")
    words.append(f"about {wait.ms / 1000:.1f} s" + ("" if wait.measured else ", speed assumed, not measured"))
    return words


def explain(ranking: Ranking, task: Classification, preference: float) -> str:
    """Two or three sentences: the task, the winner, the runner-up; where a conversation's model stays although another
    stands better, which one that is."""
    first, *others = ranking.candidates[:2]
    stays = _stays(ranking)
    names = _names([candidate.model for candidate in ranking.candidates[:2]])
    balance = "is kept with its conversation" if stays else f"has the best balance at preference {preference:g}"
    said = [
        f"{task.category.replace('_', ' ').capitalize()}, {task.difficulty} ({min(task.confidence, 0.99):.0%} sure).",
        f"{names[0]} {balance}: {first.quality.expected:.0%} expected quality for {usd(first.usd)}.",
    ]
    if others:
        place = f"By balance alone, at preference {preference:g}, it would be" if stays else "Next is"
        said.append(f"{place} {names[1]}, with {_compared(others[0], first)}.")
    return " ".join(said)


def counterfactual(ranking: Ranking) -> str | None:
    """The smallest change of one constraint with which another model would have won; None when there is none.

    None, too, where the first stays with its conversation: no constraint keeps the others from its place.
    """
    if _stays(ranking):
        return None
    won = ranking.candidates[0].standing
    rivals = [
        (exclusion.violations[0], exclusion.place, exclusion.model)
        for exclusion in ranking.excluded
        if len(exclusion.violations) == 1
        and exclusion.violations[0].path not in (None, REPRICES)
        and exclusion.place is not None
        and exclusion.place < won
    ]
    if not rivals:
        return None
    nearest, _, _ = min(rivals, key=lambda row: (row[0].distance, row[1]))
    # The same change lets in every model that needs no other; the best of them would win.
    let_in = [row for row in rivals if (row[0].path, row[0].relaxed) == (nearest.path, nearest.relaxed)]
    _, _, rival = min(let_in, key=lambda row: row[1])
    change = f"at {nearest.relaxed}" if nearest.relaxed[0].isdigit() else f"({nearest.relaxed})"
    named = _names([rival, *(candidate.model for candidate in ranking.candidates[:2])])[0]
    return f"With {nearest.path} {change} it would be {named}."


def _stays(ranking: Ranking) -> bool:
    """Whether the first was put there for its conversation's sake: those behind it are in their order."""
    first, *others = ranking.candidates[:2]
    return any(other.standing < first.standing for other in others)


def _names(models: Sequence[ModelEntry]) -> list[str]:
    """What to call models that are told of together: with their ids where they would else be called alike."""
    names = [f"{model.display_name} from {model.provider}" for model in models]
    return [
        f"{name} ({model.id})" if names.count(name) > 1 else name for name, model in zip(names, models, strict=True)
    ]


def _compared(other: Candidate, first: Candidate) -> str:
    points = round((other.quality.expected - first.quality.expected) * 100)
    unit = "point" if abs(points) == 1 else "points"
    quality = f"{abs(points)} {unit} {'more' if points > 0 else 'less'} quality" if points else "the same quality"
    if first.usd <= 0 or other.usd <= 0:
        return f"{quality} for {usd(other.usd)}"
    ratio = other.usd / first.usd
    if 0.95 < ratio < 1.05:
        return f"{quality} for the same money"
    if ratio > 1:
        return f"{quality} for {ratio:.1f} times the money"
    return f"{quality} at {ratio:.0%} of the cost" if ratio >= LEAST_TOLD else f"{quality} at less than 1% of the cost"
