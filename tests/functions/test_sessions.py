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
    first, second = say(api, session, HARD, preference=1), say(api, session, "go on")
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


def in_messages(api: Service, *asked: str) -> dict:
    reply = api.post("/route", {"messages": [{"role": "user", "content": each} for each in asked]})
    assert reply.status == 200
    return reply.json


def test_what_clearly_asks_for_something_else_is_a_new_task_even_after_a_yes(api: Service):
    assert task(in_messages(api, "Hi", "Yes, prove the spectral theorem for compact operators"))[0] == "math"
    assert task(in_messages(api, "Hi", "Ja, schreibe einen Lisp-Interpreter in Rust"))[0] == "coding"
    for asked in ("Show me a recipe for pancakes", "No worries, what is the capital of Peru?"):
        assert task(in_messages(api, HARD, asked))[1] == "easy"
    for asked in ("yes, do that", "no, shorter", "and in French?", "now in Rust"):
        assert task(in_messages(api, HARD, asked)) == ("math", "hard")


def test_every_complaint_in_messages_asks_for_more_until_the_best_model_is_reached(api: Service):
    poem = "Write a haiku about autumn"
    chosen = [in_messages(api, poem, *["that is wrong"] * times) for times in range(5)]
    ids = [answer["recommended_model"]["id"] for answer in chosen]
    assert ids[0] != ids[1]
    preferences = [answer["preference"] for answer in chosen]
    assert preferences == sorted(preferences)
    assert preferences[-1] == 1
    for before, answer in itertools.pairwise(chosen):
        same = answer["recommended_model"] == before["recommended_model"]
        assert ("none better than the model before" in answer["explanation"]) is same
        assert ("a stronger one was looked for" in answer["explanation"]) is not same


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


@pytest.mark.parametrize(
    ("before", "after"),
    [({"constraints": {"min_quality": 0.85}}, {}), ({"preference": 1}, {"preference": 0.5}), ({"picture": True}, {})],
    ids=["a demand that is dropped", "less preference", "a picture"],
)
def test_a_complaint_is_never_answered_with_a_weaker_model(api: Service, before: dict, after: dict):
    session, fields = next(names), dict(before)
    seen = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    asked = [{"role": "user", "content": [{"type": "text", "text": HARD}, seen]}]
    said = {"messages": asked} if fields.pop("picture", False) else {"prompt": HARD}
    first = api.post("/route", {**said, **fields, "session_id": session}).json["ranking"][0]
    answer = say(api, session, "that is wrong", **after)
    known = next((row for row in answer["ranking"] if row["id"] == first["id"]), first)
    same = answer["recommended_model"]["id"] == first["id"]
    assert same or answer["ranking"][0]["expected_quality"] > known["expected_quality"]
    assert ("a stronger one was looked for" in answer["explanation"]) is not same


def test_a_second_failure_in_a_row_escalates(api: Service):
    session = next(names)
    say(api, session, HARD, preference=0.2)
    assert not say(api, session, "try again", preference=0.2)["session"]["escalated"]
    assert say(api, session, "try again", preference=0.2)["session"]["escalated"]


def judge(api: Service, answer: dict, *, success: bool) -> None:
    reply = api.post("/feedback", {"decision_id": answer["decision_id"], "success": success})
    assert reply.status == 200


def test_what_is_judged_late_of_a_model_that_was_left_escalates_nothing(api: Service):
    session = next(names)
    answers = [say(api, session, said, preference=0.2) for said in (HARD, "continue", "wrong")]
    for answer, success in zip(answers, (False, False, True), strict=True):
        judge(api, answer, success=success)
    after = say(api, session, "continue", preference=0.2)
    assert not after["session"]["escalated"]
    assert after["recommended_model"] == answers[-1]["recommended_model"]


def test_praise_ends_a_row_of_failures(api: Service):
    session = next(names)
    judge(api, say(api, session, HARD, preference=0.2), success=False)
    judge(api, say(api, session, "go on", preference=0.2), success=True)
    judge(api, say(api, session, "go on", preference=0.2), success=False)
    assert not say(api, session, "go on", preference=0.2)["session"]["escalated"]


def test_one_answer_that_is_judged_poor_and_asked_for_again_is_one_failure(api: Service):
    session = next(names)
    judge(api, say(api, session, HARD, preference=0.2), success=False)
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


def test_the_conversation_before_a_lone_prompt_must_fit_the_window(api: Service):
    session = next(names)
    report = "Summarize this report:\n" + "The committee reviewed the annual budget of each department. " * 12_000
    for _ in range(2):
        assert say(api, session, report)["session"]["turn"]
    answer = say(api, session, "Write a haiku about autumn")
    windows = {entry["id"]: entry["context_window"] for entry in api.get("/models").json["models"]}
    assert windows[answer["recommended_model"]["id"]] > 250_000
    assert {"context_window"} <= {out["reason"] for out in answer["excluded"]}


def test_a_conversation_that_had_to_be_shortened_is_counted_anew(api: Service):
    session, narrow = next(names), {"providers": ["cerebras", "groq"]}
    report = "Summarize this report:\n" + "The committee reviewed the annual budget of each department. " * 5_000
    too_long = ["it has to be shortened" in say(api, session, report, constraints=narrow)["explanation"] for _ in "123"]
    assert too_long == [False, False, True]
    assert "shortened" not in say(api, session, "Write a haiku about autumn", constraints=narrow)["explanation"]


def test_a_follow_up_keeps_a_model_beyond_the_best_and_tells_when_it_cannot(api: Service):
    session, coding = next(names), "Write a Python function to sort a list"
    first = say(api, session, coding, constraints={"providers": ["anthropic"]})["recommended_model"]
    assert first["id"] not in {each["id"] for each in say(api, next(names), coding)["ranking"]}
    second = say(api, session, "continue")
    assert (second["recommended_model"], second["session"]["kept"]) == (first, True)
    third = say(api, session, "continue", constraints={"exclude_models": [first["id"]]})
    assert f"{first['display_name']}, the model before, cannot be kept" in third["explanation"]


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
