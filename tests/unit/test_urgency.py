"""How urgent a prompt is, from what its writer says of it."""

import pytest

from classifier.manner import urgency
from classifier.normalise import normalise
from classifier.rules import RuleBook

RULES = RuleBook.load()
CALM, HURRIED, UNHURRIED = 0.1, 0.775, 0.02
QUOTED = "\n\n> On Monday Bob wrote:\n> "
PASTED = "The committee met and went home. " * 12


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("tell me about trains", CALM),
        ("tell me about trains asap", HURRIED),
        ("tell me about trains, no rush", UNHURRIED),
        ("it's not urgent, tell me about trains", UNHURRIED),
        ("there is no rush right now, tell me about trains", UNHURRIED),
    ],
)
def test_what_the_writer_says_counts(prompt: str, expected: float):
    assert urgency(RULES.read(normalise(prompt))) == pytest.approx(expected)


@pytest.mark.parametrize("said", ["no rush on the upgrade", "it is urgent"])
@pytest.mark.parametrize(("request_for", "expected"), [("fix my nginx config", CALM), ("asap: fix nginx", HURRIED)])
def test_what_stands_in_a_quoted_message_does_not(said: str, request_for: str, expected: float):
    assert urgency(RULES.read(normalise(f"{request_for}{QUOTED}{said}"))) == pytest.approx(expected)


@pytest.mark.parametrize("said", ["No rush. ", "It is urgent. "])
def test_what_stands_in_the_middle_of_a_long_text_does_not(said: str):
    prompt = f"Summarise this. {PASTED}{said}{PASTED}"
    assert urgency(RULES.read(normalise(prompt))) == pytest.approx(CALM)


def test_who_says_both_is_in_a_hurry():
    prompt = "Someday I will learn. But this is urgent, asap, my essay is due today"
    assert urgency(RULES.read(normalise(prompt))) == pytest.approx(HURRIED)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("What time is it in Tokyo right now?", CALM),
        ("hi, who's the president of Peru right now", CALM),
        ("I need help with my form right now", HURRIED),
        ("I don't know what to do. Help me right now!", HURRIED),
    ],
)
def test_right_now_in_a_question_means_at_present(prompt: str, expected: float):
    assert urgency(RULES.read(normalise(prompt))) == pytest.approx(expected)
