"""That attempts went unanswered lowers what is expected of a model, and the ranking says so."""

from __future__ import annotations

import pytest

from llm_router.outcomes import Observed, Tally
from llm_router.ranking.columns import prepare
from llm_router.ranking.explanation import reasons
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model, task

ONE, BLANK = model("one", chances=(0.8, 0.7, 0.6)), model("blank", quality={})
EASY = task(difficulty=Difficulty.EASY, complexity=0.2)
POOR = {Category.CODING: {Difficulty.EASY: Tally(20.0, 8.0)}}


def told(seen: Observed, entry=ONE) -> list[str]:
    (found,) = rank(prepare([entry], {entry.id: seen}), EASY, Constraints(), 0.5, Surroundings()).candidates
    return [each for each in reasons(found) if "attempts" in each or "judgements" in each or "such prompts" in each]


@pytest.mark.parametrize(
    ("tries", "answered", "quality", "words"),
    [
        (20.0, 5.0, "50%", "answered 25% of attempts here of late, so lowered from 80%"),
        (9.0, 0.0, "55%", "answered 0% of attempts here of late, so lowered from 80%"),
        (1000.0, 991.0, "79%", "answered 99% of attempts here of late, so lowered from 80%"),
        (1000.0, 999.0, "80%", None),
        (20.0, 20.0, "80%", None),
        (0.0, 0.0, "80%", None),
    ],
)
def test_what_unanswered_attempts_have_done_is_told(tries: float, answered: float, quality: str, words: str | None):
    found, *rest = told(Observed(tries=tries, answered=answered))
    assert found.startswith(f"does {quality} of such prompts well")
    assert rest == ([words] if words else [])


def test_it_is_told_beside_what_judgements_have_done():
    _, judged, answered = told(Observed(POOR, tries=20.0, answered=0.0))
    assert judged == "lowered from 40% by judgements made here"
    before = told(Observed(POOR))[0].removeprefix("does ").split()[0]
    assert answered == f"answered 0% of attempts here of late, so lowered from {before}"


def test_nothing_is_told_of_a_guess():
    assert len(told(Observed(tries=20.0, answered=0.0), BLANK)) == 1
