"""What a session does to a choice: the provider's prompt cache is part of the price of a switch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from llm_router.errors import NoEligibleModel, StoreUnavailable
from llm_router.ranking.columns import prepare
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.ranking.explanation import counterfactual, explain
from llm_router.ranking.rank import Ranking, rank
from llm_router.ranking.task import Constraints, HeldPrompt, Surroundings
from llm_router.sessions.book import Session, SessionBook, session_key
from llm_router.sessions.choice import Wanted, choose
from llm_router.sessions.continuing import OpenedSession
from llm_router.sessions.telling import session_words
from llm_router.sessions.turn import CACHE_FROM_TOKENS, CACHE_LIVES_S, SessionTurn, held
from llm_router.taxonomy import Difficulty
from tests.support.clock import FakeClock
from tests.support.models import model, scenes, task
from tests.support.tasks import classification

FREE = Constraints()
HERE = Surroundings()
STEADY = model("steady", usd_in=2.0, usd_out=8.0, cached_input_usd_per_mtok=0.1)
RIVAL = model("rival", usd_in=1.9, usd_out=7.9)
"""A little cheaper and just as good: it wins, unless a switch to it means reading a long session anew."""


def chosen(taken: SessionTurn, incumbent: str | None = STEADY.id):
    wanted = Wanted(task(input_tokens=100), FREE, 0.5, HERE)
    return choose(prepare([STEADY, RIVAL]), wanted, taken, incumbent)


def winner(ranking: Ranking) -> str:
    return ranking.candidates[0].model.id


def test_a_new_task_goes_to_the_better_model_when_nothing_is_lost_by_a_switch():
    assert winner(chosen(SessionTurn(classification())).ranking) == RIVAL.id


def test_a_new_task_stays_where_the_session_is_cached_when_the_gain_is_less_than_its_price():
    found = chosen(SessionTurn(classification(), held=HeldPrompt(STEADY.id, history_tokens=50_000)))
    assert winner(found.ranking) == STEADY.id
    assert found.kept


def test_the_price_of_the_request_itself_is_not_that_of_the_session():
    (first, *_) = chosen(
        SessionTurn(classification(), held=HeldPrompt(STEADY.id, history_tokens=50_000))
    ).ranking.candidates
    (alone, *_) = chosen(SessionTurn(classification()), None).ranking.candidates
    assert first.usd == pytest.approx(alone.usd, rel=0.1)
    assert first.standing.usd > first.usd


def test_of_a_model_that_a_follow_up_keeps_nobody_says_that_it_is_best_or_what_else_would_have_won():
    best = model("best", chances=(0.99, 0.99, 0.99))
    wanted = Wanted(task(input_tokens=100), Constraints(exclude_models=frozenset({best.id})), 0.5, HERE)
    models = prepare([STEADY, RIVAL, best])
    kept = choose(models, wanted, SessionTurn(classification(), inherited=True), STEADY.id)
    assert (winner(kept.ranking), kept.kept) == (STEADY.id, True)
    assert counterfactual(kept.ranking) is None
    assert f"it would be {RIVAL.display_name}" in explain(kept.ranking, kept.classification, 0.5)
    free = choose(models, wanted, SessionTurn(classification(), inherited=True), RIVAL.id)
    assert "best balance" in explain(free.ranking, free.classification, 0.5)
    assert f"it would be {best.display_name}" in (counterfactual(free.ranking) or "")


def test_a_follow_up_does_not_stay_with_a_model_that_is_cut_off_before_half_of_its_answer_where_others_answer():
    thinker, follow_up = replace(STEADY, thinks=True), SessionTurn(classification(), inherited=True)
    for thinking, models in ((THINKING_TOKENS[Difficulty.MEDIUM], [thinker, RIVAL]), (0, [thinker])):
        short = Wanted(replace(task(), longest=thinking or 1), FREE, 0.5, HERE)
        found = choose(prepare(models), short, follow_up, thinker.id)
        assert (winner(found.ranking), found.kept) == (models[-1].id, False)
    both = prepare([thinker, replace(RIVAL, thinks=True)])
    assert winner(choose(both, short, follow_up, thinker.id).ranking) == thinker.id
    roomy = Wanted(
        replace(task(), longest=THINKING_TOKENS[Difficulty.MEDIUM] + task().output_tokens // 2), FREE, 0.5, HERE
    )
    assert winner(choose(prepare([thinker, RIVAL]), roomy, follow_up, thinker.id).ranking) == thinker.id


def test_a_switch_is_made_when_its_gain_exceeds_the_lost_cache():
    strong = replace(RIVAL, quality=model("x", chances=(0.99, 0.99, 0.99)).quality)
    weak = replace(STEADY, quality=model("x", chances=(0.6, 0.55, 0.5)).quality)
    wanted = Wanted(task(input_tokens=100), FREE, 0.9, HERE)
    found = choose(
        prepare([weak, strong]), wanted, SessionTurn(classification(), held=HeldPrompt(weak.id, 0, 2_000)), weak.id
    )
    assert winner(found.ranking) == strong.id
    assert not found.kept


def test_cached_input_is_priced_as_such_where_the_whole_conversation_is_sent():
    long = replace(task(input_tokens=10_000), held=HeldPrompt(STEADY.id, cached_tokens=9_000))
    with_cache = rank(prepare([STEADY]), long, FREE, 0.5, HERE).candidates[0]
    without = rank(prepare([STEADY]), replace(long, held=None), FREE, 0.5, HERE).candidates[0]
    assert without.usd - with_cache.usd == pytest.approx(9_000 * 1.05 * (2.0 - 0.1) / 1e6)
    assert with_cache.price.cached_tokens == 9450


def test_a_bound_on_the_price_is_kept_if_the_cache_has_forgotten_the_session():
    long = replace(task(input_tokens=10_000), held=HeldPrompt(STEADY.id, cached_tokens=9_000))
    usd = rank(prepare([STEADY]), long, FREE, 0.5, HERE).candidates[0].usd
    with pytest.raises(NoEligibleModel) as refused:
        rank(prepare([STEADY]), long, Constraints(max_cost_usd=usd * 2), 0.5, HERE)
    nearest = float(refused.value.fields[0].problem.rpartition(" ")[2])
    (kept,) = rank(prepare([STEADY]), long, Constraints(max_cost_usd=nearest), 0.5, HERE).candidates
    assert kept.usd == usd


def words(taken: SessionTurn) -> str:
    session = Session(classification(), STEADY.id, tokens=100, at=0.0, lift=taken.lift)
    return " ".join(session_words(OpenedSession(session, taken), chosen(taken)))


def test_an_inherited_task_is_told_as_it_was_and_as_what_the_message_makes_it():
    harder = SessionTurn(classification(), inherited=True, made_harder=Difficulty.EASY)
    assert "it inherits its task: coding, easy, which this message makes medium." in words(harder)


def test_what_an_earlier_answer_asked_for_is_told_as_long_as_it_is_asked_for():
    easy = replace(classification(), difficulty=Difficulty.EASY)
    after = words(SessionTurn(easy, inherited=True, lift=1))
    assert "it inherits its task: coding, easy." in after
    assert (
        "More is still asked for, since an earlier answer was no good: preference 0.75 and difficulty medium." in after
    )
    assert after.endswith("Steady is kept, since the task is the same.")
    assert "still" not in words(SessionTurn(easy, inherited=True))
    assert "The answer before was no good" in (
        escalated := words(SessionTurn(easy, inherited=True, escalated=True, lift=1))
    )
    assert "still" not in escalated


@given(scenes, st.floats(0, 1), st.integers(0, 200_000), st.data())
def test_a_cache_never_turns_a_choice_away_from_the_model_that_holds_it(scene, preference, tokens, data):
    models, limits = prepare(scene.models), scene.demands
    try:
        before = rank(models, scene.task, limits, preference, HERE)
    except NoEligibleModel:
        assume(False)
    first = winner(before)
    holds = replace(scene.task, held=HeldPrompt(first, cached_tokens=min(tokens, scene.task.input_tokens)))
    assert winner(rank(models, holds, limits, preference, HERE)) == first


@given(scenes, st.floats(0, 1), st.integers(0, 3), st.booleans(), st.booleans(), st.data())
def test_whatever_a_session_says_its_choice_meets_the_constraints(scene, preference, lift, inherited, escalated, data):
    incumbent = data.draw(st.sampled_from(scene.models)).id
    taken = SessionTurn(classification(), inherited=inherited, escalated=inherited and escalated, lift=lift)
    wanted = Wanted(scene.task, scene.demands, preference, HERE)
    try:
        found = choose(prepare(scene.models), wanted, taken, incumbent)
    except NoEligibleModel:
        assume(False)
    allowed = {out.model.id for out in found.ranking.excluded}
    assert winner(found.ranking) not in allowed
    assert len({each.model.id for each in found.ranking.candidates}) == len(found.ranking.candidates)


@pytest.mark.parametrize(("better", "expected"), [(2, "better0"), (1, "best")])
def test_an_escalation_takes_the_next_better_model_unless_few_are_left_to_fall_back_on(better: int, expected: str):
    usual = model("usual", usd_out=0.1, chances=(0.95, 0.9, 0.7))
    some = [model(f"better{n}", usd_out=0.5, chances=(0.96, 0.91, 0.75)) for n in range(better)]
    best = model("best", usd_out=20.0, chances=(0.99, 0.98, 0.97))
    wanted = Wanted(task(difficulty=Difficulty.EASY, input_tokens=100), FREE, 0.5, HERE)
    taken = SessionTurn(classification(difficulty=Difficulty.EASY), inherited=True, escalated=True, lift=1)
    found = choose(prepare([usual, *some, best]), wanted, taken, usual.id)
    assert found.stronger
    assert found.ranking.candidates[0].model.api_alias == expected


def test_a_cache_is_believed_in_for_its_time_and_from_its_least_length():
    session = Session(classification(), STEADY.id, tokens=5_000, at=1000.0)
    assert held(session, now=1000 + CACHE_LIVES_S, earlier_tokens=0, alone=True) == HeldPrompt(STEADY.id, 0, 5_000)
    assert held(session, now=1000 + CACHE_LIVES_S, earlier_tokens=3_000, alone=False) == HeldPrompt(STEADY.id, 3_000, 0)
    assert held(session, now=1001 + CACHE_LIVES_S, earlier_tokens=3_000, alone=False) is None
    short = replace(session, tokens=CACHE_FROM_TOKENS - 1)
    assert held(short, now=1000, earlier_tokens=9_000, alone=False) is None


class Down:
    """A record store that never answers."""

    def __getattr__(self, name: str):
        def refuse(*_args: object, **_named: object):
            raise StoreUnavailable("down")

        return refuse


def test_a_store_that_is_down_costs_nothing_but_the_session():
    from llm_router.conversation import of_prompt
    from llm_router.sessions.continuing import Sessions

    said: list[str] = []
    sessions = Sessions(SessionBook(Down(), FakeClock(), 60), FakeClock(), said.append)
    opened = sessions.open("k", of_prompt("yes"), classification(), lambda _: pytest.fail("nothing to classify"))
    assert opened.turn == SessionTurn(classification())
    sessions.close("k", opened, decision="d", model_id="m", tokens=1, lift=0, adds=True)
    sessions.judged("k", "d", good=False)
    assert len(said) == 2, "a store that has just failed is not written to"


def test_two_callers_and_two_ids_have_four_sessions():
    keys = {session_key(tenant, name) for tenant in ("key a", "key b") for name in ("1", "2")}
    assert len(keys) == 4
