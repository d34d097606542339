"""What instructions make of the length that is expected of every answer."""

from __future__ import annotations

import pytest

from classifier.answers import AnswerLengths
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import AnswerLimit

LENGTHS, RULES = AnswerLengths.load(), RuleBook.load()
BRIEF = AnswerLimit(0.4, 80)


def limit(told: str) -> AnswerLimit:
    return LENGTHS.limit(RULES.read(normalise(told)))


@pytest.mark.parametrize(
    ("told", "most"),
    [
        ("Keep every answer under 50 words.", 67.5),
        ("Réponds en moins de 50 mots.", 67.5),
        ("You are an editor.\nAnswers may be of at most 2000 words.", 2700),
        ("Never give answers of no more than that, but reply in no more than 3 sentences", 72),
        ("Speak French, and reply in at most 3 sentences", 72),
        ("Reply in no more than 2 paragraphs.", 220),
        ("Answer concisely but fully in at most 50 words.", 67.5),
        ("Never answer in more than 100 words.", 135),
        ("Do not answer with more than 50 words.", 67.5),
        ("Your answer must not exceed 50 words.", 67.5),
        ("Your answers must never exceed 50 words.", 67.5),
        ("Answers must not be longer than 3 sentences.", 72),
        ("Your reply should not be more than 2 sentences.", 48),
        ("Never answer in more than about 100 words.", 135),
        ("Не отвечай более чем в 50 слов.", 67.5),
    ],
)
def test_a_limit_counts_in_a_clause_that_names_answers(told: str, most: float):
    assert limit(told) == AnswerLimit(most=most)


@pytest.mark.parametrize(
    "told",
    [
        "You are a terse assistant. Answer in one word.",
        "Be brief.",
        "You know all about bees. Keep it short.",
        "Antworte kurz.",
        "请简短回答。",
        "Отвечай кратко.",
        "Don't use markdown, be concise",
        "Just the answer. No explanations.",
    ],
)
def test_answers_that_shall_be_short_are_expected_to_be(told: str):
    assert limit(told) == BRIEF


def test_a_short_answer_of_a_named_length_has_both_limits():
    assert limit("请用一句话回答。") == AnswerLimit(0.4, 24)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "You are an SEO editor. Titles must be under 60 characters.",
        "When asked for a title, answer in at most 10 words.",
        "Do not be brief. Write long, detailed answers.",
        "Avoid one word answers.",
        "Don't be concise.",
        "Never answer in one sentence.",
        "Never answer in one word.",
        "Never answer in one word, more is better.",
        "Do not answer in one sentence; be thorough.",
        "Never answer more complex questions in one sentence.",
        "Never answer longer questions in one word.",
        "Never answer in less than 100 words.",
        "Do not be brief; answer in more than 100 words.",
        "Don't be more concise than needed.",
        "If the user asks yes or no questions, explain at length",
        "Commit messages: subject of at most 50 characters, then a full body",
        "Start every answer with a one sentence summary.",
        "Answer in one sentence, then explain it.",
        "Answer in at least 500 words.",
        "You write concise emails for a bank.",
        "Functions shall be one line each.",
        "Write posts of at most 40 words when asked for one. Answer anything else freely.",
        "Give detailed answers. Keep it short for greetings.",
        "Give no explanations.",
        "Translate the text to English. No explanations.",
        "Reply only with the corrected text. No explanations.",
        "Respond in valid JSON only. No explanation.",
        "Respond in JSON, no explanation.",
        "Be concise but complete.",
        "Be concise, but give every step.",
        "Be concise and complete.",
        "Be concise in prose.",
        "Be concise and cite your sources.",
        "Be concise, and mention the risks.",
        "Be concise, include a disclaimer.",
        "Answers contain a disclaimer of at most 20 words.",
        "In your answers keep paragraphs short, of at most 40 words.",
        "Отвечай на русском, кратко объяснять не нужно.",
    ],
)
def test_what_is_said_of_a_part_or_of_some_answers_or_not_wanted_limits_none(told: str):
    assert limit(told) == AnswerLimit()
