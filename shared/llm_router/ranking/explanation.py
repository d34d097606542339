"""A ranking in words: what speaks for each model, why the first one won, and what would have changed it."""

from __future__ import annotations

from collections.abc import Sequence

from llm_router.catalogue.entry import ModelEntry
from llm_router.ranking.quality import Grounds, Quality
from llm_router.ranking.rank import Candidate, Ranking
from llm_router.ranking.told import usd
from llm_router.taxonomy import Classification

REPRICES = "constraints.max_tokens"
"""Another value of it makes every model's answer shorter and cheaper, so this ranking cannot tell who would win."""


LEAST_TOLD = 0.005
"""A share below this would be told as 0%, and as little taken off a quality is not worth a word."""

CLEARLY = 1.25
"""How many times what will come an answer must be expected to take before it is told as cut off: how long answers are
is known only roughly, so that one about as long as its limit may well fit."""

SLOWER = 1.25
"""How many times as long one of two that are alike must be expected to take before it is told: speeds are known only
roughly."""

_GROUNDS = {
    Grounds.OTHER_DIFFICULTY: "inferred from this kind of work at another difficulty, not measured at this one",
    Grounds.OTHER_WORK: "inferred from other work or from its predecessor, not measured for this kind of work",
    Grounds.NOTHING: "no evidence of its quality for this kind of work, so ranked after all that will do",
}


_SOUGHT = {0.0: "cost", 1.0: "quality"}
"""What alone decides at either end of the preference."""


def reasons(candidate: Candidate) -> list[str]:
    """What speaks for and against one candidate, each in a phrase with its number."""
    price, wait = candidate.price, candidate.wait
    words = _of_quality(candidate)
    if (cut := _cut(candidate)) is not None:
        words.append(cut)
    thinking = f" and {price.thinking_tokens} of thinking" if price.thinking_tokens else ""
    cached = f" ({price.cached_tokens} likely cached)" if price.cached_tokens else ""
    read = f"{price.input_tokens} token{'' if price.input_tokens == 1 else 's'} in{cached}"
    words.append(f"{usd(candidate.usd)} for {read}, {price.output_tokens} out{thinking}")
    words.append(f"about {wait.ms / 1000:.1f} s" + ("" if wait.measured else ", speed assumed, not measured"))
    return words


def _of_quality(candidate: Candidate) -> list[str]:
    quality = candidate.quality
    low, high = quality.interval
    does = "would, with room to answer, do" if candidate.standing.will_not_answer else "does"
    words = [f"{does} {quality.expected:.0%} of such prompts well ({low:.0%} to {high:.0%})"]
    mean = f"{quality.mean:.0%}"
    if quality.unmeasured:
        if quality.evidenced:
            words.append(f"{mean} on average with text, lowered because nothing was measured with {quality.unmeasured}")
    elif quality.mean - quality.expected > LEAST_TOLD and mean != f"{quality.expected:.0%}":
        words.append(f"{mean} on average, lowered because the prompt is demanding")
    words.extend(_of_judgements(quality))
    words.extend(_of_attempts(quality))
    known_before = quality.before is None or quality.before.evidenced or not quality.evidenced
    if known_before and (inferred := _GROUNDS.get(quality.grounds)) is not None:
        words.append(inferred)
    if quality.evidenced and candidate.standing.will_not_do:
        words.append("more likely to fail than to do well, so ranked after all that will do")
    return words


def _of_judgements(quality: Quality) -> list[str]:
    """What judgements made here have done to it; nothing where it reads the same without them."""
    before = quality.before
    if before is None or not quality.evidenced:
        return []
    if not before.evidenced:
        return ["known from judgements made here alone"]
    was, now = f"{before.expected:.0%}", f"{quality.expected:.0%}"
    drawn = "lowered" if quality.expected < before.expected else "raised"
    return [] if was == now else [f"{drawn} from {was} by judgements made here"]


def _of_attempts(quality: Quality) -> list[str]:
    """What attempts that went unanswered here have done to it; nothing where it reads the same without them."""
    before = quality.if_answered
    if before is None or not quality.evidenced:
        return []
    was, now = f"{before.expected:.0%}", f"{quality.expected:.0%}"
    share = f"{min(quality.answered, 0.99):.0%}"
    return [] if was == now else [f"answered {share} of attempts here of late, so lowered from {was}"]


def _cut(candidate: Candidate) -> str | None:
    """What is clearly missing from the answer, by the model's limit or by the request's; None for a whole one."""
    price, most = candidate.price, candidate.model.max_output_tokens
    comes, needed = price.output_tokens + price.thinking_tokens, price.output_wanted + price.thinking_needed
    if candidate.standing.will_not_answer:
        return (
            f"needs about {price.thinking_needed} tokens to think first and is cut off at {comes}, before half of its "
            "answer, so ranked after all that have room to answer"
        )
    if comes == most and comes * CLEARLY < needed:
        whole = "tokens with its thinking" if price.thinking_needed else "tokens"
        return f"writes at most {most} of about {needed} {whole}; ranked by what all would cost"
    if price.output_tokens * CLEARLY < price.output_wanted:
        return (
            f"thinks about {price.thinking_tokens} tokens first, so the answer is cut off at {price.output_tokens} of "
            f"about {price.output_wanted}; ranked by what all would cost"
        )
    if price.output_wanted * CLEARLY < price.output_expected:
        return f"the answer is cut off at {price.output_wanted} tokens, about {price.output_expected} are expected"
    return None


def explain(ranking: Ranking, task: Classification, preference: float) -> str:
    """A few sentences: the task, the winner, the runner-up; where a conversation's model stays although another stands
    better, which one that is; and that no answer is to be expected where that is so."""
    first, *others = ranking.candidates[:2]
    stays = _stays(ranking)
    names = _names([candidate.model for candidate in ranking.candidates[:2]])
    won = "is kept with its conversation" if stays else _won(ranking.candidates, preference)
    said = [
        f"{task.category.replace('_', ' ').capitalize()}, {task.difficulty} ({min(task.confidence, 0.99):.0%} sure).",
        f"{names[0]} {won}: {first.quality.expected:.0%} expected quality for {usd(first.usd)}.",
    ]
    if first.standing.will_not_answer:
        said.append("It is likely to be cut off before half of its answer, as is all that may be used.")
    if others:
        place = f"By {_SOUGHT.get(preference, 'balance')} alone, at preference {preference:g}, it would be"
        said.append(f"{place if stays else 'Next is'} {names[1]}, with {_compared(others[0], first)}.")
    return " ".join(said)


def _won(candidates: Sequence[Candidate], preference: float) -> str:
    """At either end of the scale there is nothing to balance.

    Places go by the cost of the whole answer with its conversation: a model behind the first may be billed less.
    """
    first = candidates[0]
    sought = _SOUGHT.get(preference)
    if sought is None:
        return f"has the best balance at preference {preference:g}"
    will_do = "" if first.standing.will_not_do or first.standing.will_not_answer else " that will do"
    billed_less = [each for each in candidates if each.usd < first.usd and each.standing[:2] == first.standing[:2]]
    if sought == "cost" and billed_less:
        what = "for a whole answer" if any(map(_is_cut, billed_less)) else "with its conversation"
        return f"costs least {what}{will_do and f' of all{will_do}'}, at preference {preference:g}"
    return f"is the {'cheapest' if sought == 'cost' else 'best'}{will_do}, at preference {preference:g}"


def _is_cut(candidate: Candidate) -> bool:
    price = candidate.price
    return price.output_tokens + price.thinking_tokens < price.output_wanted + price.thinking_needed


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
        return f"{quality} for the same money" + ("" if points else _in_time(other.wait.ms, first.wait.ms))
    if ratio > 1:
        return f"{quality} for {ratio:.1f} times the money"
    return f"{quality} at {ratio:.0%} of the cost" if ratio >= LEAST_TOLD else f"{quality} at less than 1% of the cost"


def _in_time(other_ms: float, first_ms: float) -> str:
    """What tells apart two that are alike in quality and cost; empty where they take about as long."""
    if min(other_ms, first_ms) <= 0 or 1 / SLOWER < other_ms / first_ms < SLOWER:
        return ""
    ratio = other_ms / first_ms
    return f" in {ratio:.1f} times the time" if ratio > 1 else f" in {max(ratio, 0.01):.0%} of the time"
