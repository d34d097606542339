"""What is said in a session beside its task, and what a complaint makes of it, through the service."""

from __future__ import annotations

import itertools

import pytest

from tests.support.service import Service

HARD = "Prove that every bounded sequence of real numbers has a convergent subsequence, and give the full argument."
names = (f"talk-{number}" for number in itertools.count())


def ask(api: Service, **body: object) -> dict:
    reply = api.post("/route", body)
    assert reply.status == 200
    return reply.json


def task(answer: dict) -> tuple[str, str]:
    return answer["classification"]["category"], answer["classification"]["difficulty"]


@pytest.mark.parametrize(("beside", "after"), [("great, thanks!", "continue"), ("hello?", "go on")])
def test_a_courtesy_is_answered_as_such_and_leaves_the_task_with_its_model(api: Service, beside: str, after: str):
    session = next(names)
    first, polite, third = (ask(api, prompt=said, session_id=session, preference=0.9) for said in (HARD, beside, after))
    assert task(polite) == ("chat", "easy")
    assert polite["session"] == {"turn": 2, "inherited": False, "kept": False, "escalated": False}
    assert (task(third), third["session"]["turn"]) == (task(first), 3)
    assert third["recommended_model"] == first["recommended_model"]
    messages = [{"role": "user", "content": said} for said in (HARD, beside, after)]
    assert task(ask(api, messages=messages)) == ("math", "hard")


def test_a_complaint_that_says_more_makes_its_task_harder_by_what_escalates_it_alone(api: Service):
    session = next(names)
    first = ask(api, session_id=session, prompt="Write a Python function to sort a list")
    second = ask(api, session_id=session, prompt="that is wrong, it loses duplicates")
    assert (task(first), second["session"]["escalated"]) == (("coding", "easy"), True)
    assert "inherits its task: coding, easy." in second["explanation"]
