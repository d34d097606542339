"""A conversation over several requests: what a follow-up inherits, which model is kept, and when more is asked for."""

from __future__ import annotations

import itertools

import pytest

from tests.support.service import ADMIN_KEY, Service, service

HARD = "Prove that every bounded sequence of real numbers has a convergent subsequence, and give the full argument."
SMALL_TALK = "hello, how are you today?"
names = (f"session-{number}" for number in itertools.count())


def say(api: Service, session: str, prompt: str, **fields: object) -> dict:
    reply = api.post("/route", {"prompt": prompt, "session_id": session, **fields})
    assert reply.status == 200
    return reply.json


def task(answer: dict) -> tuple[str, str]:
    return answer["classification"]["category"], answer["classification"]["difficulty"]


@pytest.mark.parametrize(
    "follow_up", ["yes", "Go on.", "fix it", "continue", "ja, mach weiter", "sí", "是的", "try again", "да, продолжай"]
)
def test_a_follow_up_inherits_the_task_and_its_model(api: Service, follow_up: str):
    session = next(names)
    first, second = say(api, session, HARD), say(api, session, follow_up)
    assert task(second) == task(first) == ("math", "hard")
    assert second["recommended_model"] == first["recommended_model"]
    assert second["session"] == {"turn": 2, "inherited": True, "kept": False, "escalated": False}
    assert "follow-up" in second["explanation"]


def test_a_follow_up_keeps_its_model_though_another_would_lead_by_now(api: Service):
    session = next(names)
    first, second = say(api, session, HARD, preference=0.7), say(api, session, "go on")
    anew = say(api, next(names), HARD)
    assert second["recommended_model"] == first["recommended_model"] != anew["recommended_model"]
    assert second["session"] == {"turn": 2, "inherited": True, "kept": True, "escalated": False}
    assert "is kept" in second["explanation"]


def test_without_a_session_there_is_nothing_to_inherit(api: Service):
    answer = api.post("/route", {"prompt": "yes"}).json
    assert task(answer) != ("math", "hard")
    assert "session" not in answer


def test_a_new_task_in_the_same_session_is_taken_for_what_it_is(api: Service):
    session = next(names)
    say(api, session, HARD)
    answer = say(api, session, SMALL_TALK)
    assert answer["classification"]["category"] == "chat"
    assert answer["session"] == {"turn": 2, "inherited": False, "kept": False, "escalated": False}


def test_a_follow_up_in_messages_inherits_from_what_was_asked_before_without_any_session(api: Service):
    turns = [
        {"role": "user", "content": HARD},
        {"role": "assistant", "content": "Shall I go on?"},
        {"role": "user", "content": "yes, please"},
    ]
    answer = api.post("/route", {"messages": turns}).json
    assert task(answer) == ("math", "hard")
    assert "follow-up" in answer["explanation"]


def test_a_complaint_escalates_until_the_best_model_is_reached(api: Service):
    session = next(names)
    first = say(api, session, HARD, preference=0.2)
    chosen = [first]
    for complaint in ("That's wrong, try harder!", "still wrong", "try harder"):
        chosen.append(say(api, session, complaint, preference=0.2))
        assert chosen[-1]["session"]["escalated"]
        assert "no good" in chosen[-1]["explanation"]
    assert chosen[1]["recommended_model"] != first["recommended_model"]
    preferences = [answer["preference"] for answer in chosen]
    assert preferences == sorted(preferences)
    assert preferences[-1] == 1
    best = say(api, next(names), HARD, preference=1)
    assert chosen[-1]["recommended_model"] == best["recommended_model"]
    after = say(api, session, "go on", preference=0.2)
    assert after["recommended_model"] == chosen[-1]["recommended_model"]


def test_a_second_failure_in_a_row_escalates(api: Service):
    session = next(names)
    say(api, session, HARD, preference=0.2)
    assert not say(api, session, "try again", preference=0.2)["session"]["escalated"]
    assert say(api, session, "try again", preference=0.2)["session"]["escalated"]


def test_failures_that_feedback_tells_of_count_as_well(api: Service):
    session = next(names)
    for _ in range(2):
        decision = say(api, session, HARD if _ == 0 else "go on", preference=0.2)["decision_id"]
        assert api.post("/feedback", {"decision_id": decision, "success": False}).status == 200
    assert say(api, session, "go on", preference=0.2)["session"]["escalated"]


def test_an_escalation_never_makes_a_request_infeasible(api: Service):
    session = next(names)
    answer = say(api, session, "What is the capital of France?")
    floor = {"min_quality": answer["ranking"][0]["expected_quality"] - 0.01}
    assert say(api, session, "that is wrong, try harder", constraints=floor)["session"]["escalated"]


def test_a_kept_model_still_meets_the_constraints(api: Service):
    session = next(names)
    first = say(api, session, HARD)["recommended_model"]["id"]
    answer = say(api, session, "yes", constraints={"exclude_models": [first]})
    assert answer["recommended_model"]["id"] != first
    assert task(answer) == ("math", "hard")


def test_callers_with_the_same_session_id_share_nothing(api: Service):
    session = next(names)
    say(api, session, HARD)
    other = api.post("/route", {"prompt": "yes", "session_id": session}, authorization=f"Bearer {ADMIN_KEY}").json
    assert other["session"]["turn"] == 1
    assert task(other) != ("math", "hard")


def test_a_session_is_over_after_its_time(tmp_path):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path), SESSION_TTL="0.001") as brief:
        say(brief, "s", HARD)
        assert say(brief, "s", "yes")["session"]["turn"] == 1


def test_a_session_keeps_nothing_of_what_was_said(tmp_path):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as running:
        say(running, "tyrannosaurus", "Write a poem about a brontosaurus")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"saurus" not in kept
