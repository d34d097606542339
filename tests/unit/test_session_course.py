"""How a session fares: what is counted against its model, when that is left, and what its conversation must fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import NoEligibleModel
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import MOST_RANKED, rank
from llm_router.ranking.task import Constraints, HeldPrompt, Surroundings
from llm_router.sessions.book import Session, SessionBook
from llm_router.sessions.choice import Choice, Wanted, choose
from llm_router.sessions.continuing import OpenedSession
from llm_router.sessions.telling import session_words
from llm_router.sessions.turn import MOST_LIFT, SessionTurn
from llm_router.taxonomy import Difficulty
from tests.support.clock import FakeClock
from tests.support.models import model, task
from tests.support.tasks import classification

FREE = Constraints()
HERE = Surroundings()
EASY = replace(classification(), difficulty=Difficulty.EASY, complexity=0.2)
LADDER = [
    model("small", usd_in=0.1, usd_out=0.3, chances=(0.8, 0.6, 0.5)),
    model("middle", usd_in=1.0, usd_out=3.0, chances=(0.93, 0.85, 0.7)),
    model("large", usd_in=30.0, usd_out=90.0, chances=(0.97, 0.95, 0.92)),
]
MANY = [model(f"m{number:02}", usd_in=1.0 + number) for number in range(MOST_RANKED + 5)]
LAST = MANY[-1]


def first(choice: Choice) -> str:
    return choice.ranking.candidates[0].model.id


def told(choice: Choice, taken: SessionTurn, *, session: bool = True) -> str:
    held = Session(taken.classification, choice.incumbent or "", tokens=100, at=0.0) if session else None
    return " ".join(session_words(OpenedSession(held, taken), choice))


GOOD, POOR = True, False


@pytest.mark.parametrize(
    ("judgements", "failures", "blamed"),
    [
        ([("last", POOR)], 2, True),
        ([("last", GOOD)], 0, False),
        ([("last", POOR), ("last", GOOD)], 0, False),
        ([("earlier", POOR)], 1, False),
        ([("earlier", GOOD)], 1, False),
    ],
)
def test_a_session_counts_how_its_last_answer_was_judged(judgements, failures: int, blamed: bool):
    clock = FakeClock()
    book = SessionBook(MemoryRecordStore(clock), clock, 60)
    session = Session(EASY, "acme/m", 100, 0.0, failures=1, decision="last")
    book.keep("k", session)
    for decision, good in judgements:
        book.judged("k", decision, good=good)
    assert book.find("k") == replace(session, failures=failures, blamed=blamed)
    book.judged("none", "last", good=False)
    assert book.find("none") is None


def test_a_judgement_makes_no_session_live_longer():
    clock = FakeClock()
    book = SessionBook(MemoryRecordStore(clock), clock, 60)
    book.keep("k", Session(EASY, "acme/m", 100, 0.0, decision="last"))
    clock.pass_seconds(59)
    book.judged("k", "last", good=False)
    assert book.find("k") is not None
    clock.pass_seconds(1)
    assert book.find("k") is None


STRONGER, ANOTHER, NONE_BETTER = (
    "so a stronger one was looked for",
    "so another one was looked for",
    "there is none better than the model before",
)
TWIN = model("a-twin", usd_in=29.0, usd_out=89.0, chances=(0.97, 0.95, 0.92))


def complained(limits: Constraints = FREE, *, of: ModelEntry, preference: float = 0.0) -> tuple[Choice, str]:
    """A complaint about an answer of a model of the ladder or its twin."""
    taken = SessionTurn(EASY, inherited=True, escalated=True, lift=1)
    easy = replace(task(), difficulty=Difficulty.EASY, complexity=0.2)
    choice = choose(prepare([*LADDER, TWIN]), Wanted(easy, limits, preference, HERE), taken, of.id)
    return choice, told(choice, taken)


def test_a_complaint_never_goes_to_a_model_that_is_expected_to_do_no_better():
    small, middle, large = LADDER
    choice, said = complained(of=middle)
    assert (first(choice), choice.kept) == (TWIN.id, False)
    assert STRONGER in said
    choice, said = complained(of=large, preference=1.0)
    assert (first(choice), choice.kept, choice.lift) == (large.id, True, MOST_LIFT)
    assert NONE_BETTER in said
    choice, said = complained(of=TWIN)
    assert (first(choice), choice.kept, choice.lift) == (TWIN.id, False, MOST_LIFT)
    assert NONE_BETTER in said
    choice, said = complained(Constraints(exclude_models=(large.id, TWIN.id)), of=large)
    assert first(choice) in {small.id, middle.id}
    assert ANOTHER in said
    assert "Large, the model before, cannot be kept (is excluded by the request)." in said


def test_without_a_session_each_complaint_leaves_the_model_before_until_the_best():
    models, wanted = (
        prepare(LADDER),
        Wanted(replace(task(), difficulty=Difficulty.EASY, complexity=0.2), Constraints(), 0.5, HERE),
    )
    chosen = [
        choose(models, wanted, SessionTurn(EASY, inherited=True, escalated=bool(lift), lift=lift), None)
        for lift in range(5)
    ]
    assert [first(choice) for choice in chosen[:3]] == [entry.id for entry in LADDER]
    assert [choice.incumbent for choice in chosen[:3]] == [None, LADDER[0].id, LADDER[1].id]
    assert {first(choice) for choice in chosen[2:]} == {LADDER[2].id}
    assert [choice.lift for choice in chosen] == sorted(choice.lift for choice in chosen)
    assert chosen[-1].lift == MOST_LIFT
    for lift, said in ((1, "so a stronger one was looked for"), (4, "there is none better than the model before")):
        taken = SessionTurn(EASY, inherited=True, escalated=True, lift=lift)
        assert said in told(chosen[lift], taken, session=False)
    after = choose(models, wanted, SessionTurn(EASY, inherited=True, lift=1), None)
    assert first(after) == LADDER[1].id
    assert "not kept" not in told(after, SessionTurn(EASY, inherited=True, lift=1), session=False)


def test_where_there_is_but_one_model_no_complaint_is_said_to_find_a_stronger_one():
    taken = SessionTurn(EASY, inherited=True, escalated=True, lift=1)
    found = choose(prepare(LADDER[:1]), Wanted(task(), Constraints(), 0.5, HERE), taken, None)
    assert (first(found), found.lift) == (LADDER[0].id, MOST_LIFT)
    assert "there is none better than the model before" in told(found, taken, session=False)


def followed(limits: Constraints = FREE, models: Sequence[ModelEntry] = MANY) -> tuple[Choice, str]:
    """A follow-up in a session of the last model's."""
    taken = SessionTurn(EASY, inherited=True)
    choice = choose(prepare(models), Wanted(task(), limits, 0.5, HERE), taken, LAST.id)
    return choice, told(choice, taken)


def test_a_follow_up_stays_with_its_model_however_far_behind_the_best_that_stands():
    assert LAST.id not in {each.model.id for each in rank(prepare(MANY), task(), Constraints(), 0.5, HERE).candidates}
    choice, said = followed()
    assert (first(choice), choice.kept, len(choice.ranking.candidates)) == (LAST.id, True, MOST_RANKED)
    assert f"{LAST.display_name} is kept" in said
    others = [each.model.id for each in choice.ranking.candidates[1:]]
    assert others == [entry.id for entry in MANY[: MOST_RANKED - 1]]


def test_a_follow_up_that_leaves_its_model_says_why():
    choice, said = followed(Constraints(exclude_models=(LAST.id,)))
    assert not choice.kept
    assert f"{LAST.display_name}, the model before, cannot be kept (is excluded by the request)." in said
    choice, said = followed(models=MANY[:-1])
    assert "The model before is not in the catalogue any more." in said
    thinker = replace(LAST, thinks=True)
    taken, short = SessionTurn(EASY, inherited=True), Wanted(replace(task(), longest=300), Constraints(), 0.5, HERE)
    choice = choose(prepare([*MANY[:-1], thinker]), short, taken, LAST.id)
    assert first(choice) != LAST.id
    assert f"{LAST.display_name}, the model before, is not kept: it would be cut off" in told(choice, taken)


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        (model("poor", chances=(0.3, 0.27, 0.2)), "it is more likely to fail than to do well"),
        (model("blank", quality={}), "nothing is known of how it does such work"),
    ],
)
def test_a_follow_up_does_not_stay_with_a_model_that_one_tight_turn_led_to_where_others_will_do(
    unfit: ModelEntry, why: str
):
    taken = SessionTurn(EASY, inherited=True)
    for preference in (0.0, 1.0):
        wanted = Wanted(task(), FREE, preference, HERE)
        choice = choose(prepare([*LADDER, unfit]), wanted, taken, unfit.id)
        assert (first(choice) in {each.id for each in LADDER}, choice.kept) == (True, False)
        assert f"{unfit.display_name}, the model before, is not kept: {why}." in told(choice, taken)
    worse = model("worse", chances=(0.1, 0.1, 0.1), usd_in=0.01, usd_out=0.01)
    choice = choose(prepare([unfit, worse]), replace(wanted, preference=0.0), taken, unfit.id)
    assert (first(choice), choice.kept) == (unfit.id, True)


SMALL = model("narrow", usd_in=0.1, usd_out=0.1, context_window=10_000)
WIDE = model("wide", usd_in=9.0, usd_out=9.0, context_window=200_000)


@pytest.mark.parametrize("held", [None, HeldPrompt(SMALL.id, history_tokens=50_000)])
@pytest.mark.parametrize("escalated", [False, True])
@pytest.mark.parametrize("limits", [Constraints(), Constraints(max_tokens=500), Constraints(max_cost_usd=1.0)])
def test_the_conversation_before_a_lone_prompt_must_fit_the_window(
    held: HeldPrompt | None, escalated: bool, limits: Constraints
):
    taken = SessionTurn(EASY, inherited=True, escalated=escalated, lift=int(escalated), held=held, before_tokens=50_000)
    found = choose(prepare([SMALL, WIDE]), Wanted(task(), limits, 0.0, HERE), taken, SMALL.id)
    assert (first(found), found.too_long) == (WIDE.id, False)
    (out,) = found.ranking.excluded
    assert (out.model.id, out.violations[0].reason) == (SMALL.id, "context_window")
    price = found.ranking.candidates[0].price
    assert price.input_tokens < 200, "what is sent along is no part of the request's own price"


def test_a_conversation_too_long_for_every_window_rules_nobody_out_and_says_so():
    taken = SessionTurn(EASY, before_tokens=300_000)
    wanted = Wanted(task(), Constraints(), 0.0, HERE)
    found = choose(prepare([SMALL, WIDE]), wanted, taken, SMALL.id)
    assert (first(found), found.too_long) == (SMALL.id, True)
    assert "of about 300000 tokens, fits no context window that may be used: it has to be shortened." in told(
        found, taken
    )
    with pytest.raises(NoEligibleModel):
        choose(prepare([SMALL]), replace(wanted, limits=Constraints(min_quality=0.99)), taken, SMALL.id)
