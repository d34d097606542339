"""A ranking in words, to the letter: what people read is what was reckoned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.catalogue.entry import Capability
from llm_router.ranking.columns import prepare
from llm_router.ranking.cost import Price
from llm_router.ranking.explanation import explain, reasons
from llm_router.ranking.latency import Wait
from llm_router.ranking.quality import Grounds, Quality
from llm_router.ranking.rank import Ranking, rank
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.ranking.told import usd
from llm_router.taxonomy import Category, Difficulty
from tests.support.candidates import candidate, said
from tests.support.models import model, quality, task
from tests.support.tasks import classification

THINKER = frozenset({Capability.REASONING})


def test_a_candidate_is_told_by_its_quality_its_price_and_its_wait():
    assert reasons(candidate()) == [
        "does 80% of such prompts well (72% to 88%)",
        "$0.0020 for 120 tokens in, 340 out",
        "about 4.3 s",
    ]


def test_what_speaks_against_a_candidate_is_told_too():
    against = candidate(quality=0.4, mean=0.5)._replace(
        quality=Quality(0.4, 0.5, 0.05, Grounds.OTHER_WORK),
        price=Price(0.002, 120, 100, 340, 800, 340, 340, 800),
        wait=Wait(1000.0, measured=False),
    )
    assert reasons(against) == [
        "does 40% of such prompts well (40% to 58%)",
        "50% on average, lowered because the prompt is demanding",
        "inferred from other work or from its predecessor, not measured for this kind of work",
        "more likely to fail than to do well, so ranked after all that will do",
        "$0.0020 for 120 tokens in (100 likely cached), 340 out and 800 of thinking",
        "about 1.0 s, speed assumed, not measured",
    ]


def test_of_what_nothing_is_known_no_more_is_said_than_that_and_where_it_ranks():
    unknown = candidate(quality=0.5)._replace(quality=Quality(0.5, 0.5, 0.25, Grounds.NOTHING))
    unknown = unknown._replace(standing=unknown.standing._replace(will_not_do=True))
    assert reasons(unknown)[1:-2] == [
        "no evidence of its quality for this kind of work, so ranked after all that will do"
    ]


def test_an_answer_that_will_be_cut_short_is_told_with_what_was_wanted():
    of = task(output_tokens=6750)
    assert cut(of, max_output_tokens=4096) == [
        "writes at most 4096 of about 6750 tokens; ranked by what all would cost"
    ]
    assert cut(of, max_output_tokens=5400) == []
    assert cut(of, max_output_tokens=4096, capabilities=THINKER) == [
        "writes at most 4096 of about 7550 tokens with its thinking; ranked by what all would cost"
    ]


@pytest.mark.parametrize("limits", [Constraints(max_tokens=200), Constraints()])
def test_a_limit_that_is_clearly_shorter_than_the_answer_is_told_and_one_that_is_close_to_it_is_not(
    limits: Constraints,
):
    def of(expected: int) -> Task:
        return replace(task(output_tokens=expected), longest=None if limits.max_tokens else 200)

    assert cut(of(251), limits) == ["the answer is cut off at 200 tokens, about 251 are expected"]
    assert cut(of(250), limits) == []
    assert cut(of(100), limits) == []


def test_what_thinking_leaves_of_the_answer_is_told_where_that_is_clearly_too_little():
    of = task(output_tokens=350)
    assert cut(of, Constraints(max_tokens=1000), capabilities=THINKER) == [
        "thinks about 800 tokens first, so the answer is cut off at 200 of about 350; ranked by what all would cost"
    ]
    assert cut(of, Constraints(max_tokens=800 + 280), capabilities=THINKER) == []
    assert cut(of, Constraints(max_tokens=2000), capabilities=THINKER) == []


def test_a_model_whose_thoughts_leave_less_than_half_of_the_answer_is_told_so_there_and_in_the_explanation():
    of, silent = task(difficulty=Difficulty.HARD), prepare([model("m", capabilities=THINKER)])
    ranking = rank(silent, of, Constraints(max_tokens=100), 1.0, Surroundings())
    (found,) = ranking.candidates
    words = reasons(found)
    assert words[0].startswith("would, with room to answer, do ")
    assert words[-3:-1] == [
        "needs about 3000 tokens to think first and is cut off at 100, before half of its answer, so ranked after all "
        "that have room to answer",
        f"{usd(found.usd)} for {found.price.input_tokens} tokens in, 0 out and 100 of thinking",
    ]
    said = explain(ranking, classification(), 1.0)
    assert said.endswith(" It is likely to be cut off before half of its answer, as is all that may be used.")
    assert "M from acme is the best, at preference 1: " in said


def cut(of: Task, limits: Constraints = Constraints(), **fields: object) -> list[str]:  # noqa: B008
    """What is told between the quality and the price of a model of which nothing else is to be told."""
    models = prepare([model("m", sd=0.0, **fields)])  # type: ignore[arg-type]
    return reasons(rank(models, of, limits, 0.5, Surroundings()).candidates[0])[1:-2]


def test_a_model_that_was_measured_with_text_alone_is_told_so_where_there_are_pictures():
    models = prepare([model("m", capabilities=frozenset({Capability.VISION}), sd=0.0)])
    seen = replace(task(difficulty=Difficulty.EASY, complexity=0.2), requires=frozenset({Capability.VISION}))
    (found,) = rank(models, seen, Constraints(), 0.5, Surroundings()).candidates
    assert reasons(found)[:-2] == [
        "does 86% of such prompts well (77% to 100%)",
        "90% on average with text, lowered because nothing was measured with pictures",
    ]
    (read,) = rank(models, replace(seen, requires=frozenset()), Constraints(), 0.5, Surroundings()).candidates
    assert reasons(read)[:-2] == ["does 90% of such prompts well (90% to 90%)"]
    unknown = prepare([model("m", capabilities=frozenset({Capability.VISION}), quality={})])
    (guess,) = rank(unknown, seen, Constraints(), 0.5, Surroundings()).candidates
    assert reasons(guess)[1:-2] == [
        "no evidence of its quality for this kind of work, so ranked after all that will do"
    ]


def test_a_single_token_is_told_as_one():
    one = candidate()._replace(price=Price(0.000016, 1, 0, 34, 0, 34, 34, 0))
    assert reasons(one)[-2] == "$0.000016 for 1 token in, 34 out"


def test_caution_of_half_a_point_is_not_worth_a_word():
    assert len(reasons(candidate(quality=0.8, mean=0.8049))) == 3
    assert len(reasons(candidate(quality=0.8, mean=0.806))) == 4
    assert len(reasons(candidate(quality=0.946, mean=0.954))) == 3


def test_the_winner_is_told_with_the_task_and_the_preference():
    assert said(candidate("first")) == (
        "Creative writing, hard (99% sure). "
        "First from acme has the best balance at preference 0.25: 80% expected quality for $0.0020."
    )


@pytest.mark.parametrize(
    ("preference", "quality", "won"),
    [
        (0.0, 0.8, "is the cheapest that will do, at preference 0"),
        (0.0, 0.4, "is the cheapest, at preference 0"),
        (1.0, 0.8, "is the best that will do, at preference 1"),
        (1.0, 0.4, "is the best, at preference 1"),
        (0.01, 0.4, "has the best balance at preference 0.01"),
    ],
)
def test_at_either_end_of_the_preference_nothing_is_balanced(preference: float, quality: float, won: str):
    first = candidate("first", quality=quality)
    assert f" First from acme {won}: " in explain(Ranking((first,), 1, ()), classification(), preference)


def test_what_costs_least_in_full_is_not_called_the_cheapest_where_another_that_will_do_is_billed_less():
    of = task(difficulty=Difficulty.HARD, output_tokens=400)
    both = prepare([model("plain", usd_out=4.1), model("thinker", usd_out=4.0, capabilities=THINKER)])
    cut = rank(both, of, Constraints(max_tokens=3300), 0.0, Surroundings())
    assert cut.candidates[0].model.api_alias == "plain"
    assert "Plain from acme is the cheapest that will do, at" in explain(cut, classification(), 0.0)
    short = prepare([model("short", usd_out=4.1, max_output_tokens=200), model("whole", usd_out=4.0)])
    whole = rank(short, of, Constraints(), 0.0, Surroundings())
    said = explain(whole, classification(), 0.0)
    assert " Whole from acme costs least for a whole answer of all that will do, at preference 0: " in said
    assert "is the best that will do" in explain(whole, classification(), 1.0)


def test_what_is_billed_less_and_will_not_do_does_not_keep_the_first_from_being_the_cheapest_that_will():
    both = (candidate("first"), candidate("worse", quality=0.4, cost=0.001, score=0.1))
    assert " is the cheapest that will do, at" in explain(Ranking(both, 2, ()), classification(), 0.0)


def test_what_costs_least_with_its_conversation_alone_is_told_so():
    both = (candidate("first"), candidate("second", cost=0.001, score=0.4))
    words = explain(Ranking(both, 2, ()), classification(), 0.0)
    assert " First from acme costs least with its conversation of all that will do, at preference 0: " in words
    bad = (candidate("first", quality=0.4), candidate("second", quality=0.4, cost=0.001, score=0.4))
    assert " costs least with its conversation, at" in explain(Ranking(bad, 2, ()), classification(), 0.0)


@pytest.mark.parametrize(("preference", "alone"), [(0.0, "cost"), (0.5, "balance"), (1.0, "quality")])
def test_what_alone_would_decide_without_the_conversation_is_called_what_it_is(preference: float, alone: str):
    both = (candidate("mine"), candidate("better", quality=0.9, score=0.6))
    words = explain(Ranking(both, 2, ()), classification(), preference)
    assert f" By {alone} alone, at preference {preference:g}, it would be Better from acme" in words


@pytest.mark.parametrize(
    ("quality", "cost", "compared"),
    [
        (0.81, 0.004, "1 point more quality for 2.0 times the money"),
        (0.79, 0.001, "1 point less quality at 50% of the cost"),
        (0.70, 0.002, "10 points less quality for the same money"),
        (0.92, 0.00209, "12 points more quality for the same money"),
        (0.80, 0.0022, "the same quality for 1.1 times the money"),
        (0.804, 0.0019, "the same quality at 95% of the cost"),
        (0.80, 0.0, "the same quality for $0.00"),
        (0.80, 0.0000101, "the same quality at 1% of the cost"),
        (0.80, 0.0000099, "the same quality at less than 1% of the cost"),
    ],
)
def test_the_runner_up_is_told_beside_the_winner(quality: float, cost: float, compared: str):
    words = said(candidate("first"), candidate("second", quality=quality, cost=cost, score=0.4), candidate("third"))
    assert words.endswith(f" Next is Second from acme, with {compared}.")


def test_a_model_that_stays_with_its_conversation_is_told_as_such_beside_the_one_that_balance_would_take():
    words = said(candidate("mine"), candidate("better", quality=0.9, score=0.6))
    assert words.endswith(
        "Mine from acme is kept with its conversation: 80% expected quality for $0.0020. By balance alone, at "
        "preference 0.25, it would be Better from acme, with 10 points more quality for the same money."
    )
    assert "best balance" not in words


def test_beside_a_winner_that_costs_nothing_there_is_no_ratio():
    assert said(candidate("first", cost=0.0), candidate("second")).endswith("with the same quality for $0.0020.")


def test_the_words_of_a_real_ranking_agree_with_its_numbers():
    ranking = rank(prepare([model("a"), model("b", usd_in=9.0)]), task(), Constraints(), 0.5, Surroundings())
    first = ranking.candidates[0]
    assert reasons(first)[0].startswith(f"does {first.quality.expected:.0%} of such prompts well")
    assert usd(first.usd) in explain(ranking, classification(), 0.5)


def test_a_quality_that_was_measured_for_no_such_work_is_told_as_inferred():
    guessed = {level: replace(cell, imputed=True) for level, cell in quality(0.9, 0.8, 0.6)[Category.CODING].items()}
    partly = {**quality(0.9, 0.8, 0.6)[Category.CODING], Difficulty.EASY: guessed[Difficulty.EASY]}
    heir, half = model("heir", quality={Category.CODING: guessed}), model("half", quality={Category.CODING: partly})

    def told(of: Task) -> dict[str | None, list[str]]:
        found = rank(prepare([heir, half]), of, Constraints(), 0.5, Surroundings()).candidates
        return {each.model.api_alias: [word for word in reasons(each) if "inferred" in word] for each in found}

    inferred = "inferred from other work or from its predecessor, not measured for this kind of work"
    beside = "inferred from this kind of work at another difficulty, not measured at this one"
    assert told(task()) == {"heir": [inferred], "half": []}
    assert told(task(difficulty=Difficulty.EASY, complexity=0.2)) == {"heir": [inferred], "half": [beside]}
