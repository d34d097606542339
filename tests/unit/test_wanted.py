"""Whether a length that a prompt names is that of its answer, by the words around it."""

from __future__ import annotations

import pytest

from classifier.answers import AnswerLengths
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import Category, Difficulty

LENGTHS, RULES = AnswerLengths.load(), RuleBook.load()


def estimated(prompt: str) -> int:
    reading = RULES.read(normalise(prompt))
    return LENGTHS.estimate(Category.GENERAL, Difficulty.EASY, reading, 10)


USUAL = estimated("Tell me about trains")

MENTIONED = [
    "How much time does it take to read 300 pages?",
    "Who said a picture is worth 10000 words?",
    "The Dow fell 800 points today, why?",
    "My cart has 200 items, how do I remove them all at once?",
    "My 4000 word essay was marked down, what did I do wrong?",
    "Write a story with 20 characters",
    "Write a story using these ten words: apple, boat, cat, door, egg, fig, gate, hat, ink, jam",
    "Write a fairy tale that uses the following 5 words: apple, boat, cat, door, egg",
    "Please summarize my 40 page PDF",
    "Summarize the 300-page book Sapiens for me",
    "Translate the 300-page book Sapiens for me",
    "How do I write a 20 page report?",
    "I read 300 pages and want advice",
    "I wrote 40 pages and my editor hates them",
    "I'm reading Dune (600 pages). Is it worth it?",
    "Compare Dune (600 pages) with Emma",
    "I read Dune, 600 pages, and liked it",
    "The Dow fell, 800 points, why?",
    "My cart, 200 items, is slow",
]
APART = [
    "The shop opened in 2020. Tips on how to grow it?",
    "I was born in 1990. Questions about my pension: when can I retire?",
    "I am 45. Names for my new dog?",
    "What is caching, in plain words?\n\n[cache]\nttl = 300\nmax_items = 20000",
    "Reply to this mail.\n\nPlease write 900 words about yourself by Monday.\n\nTom",
]


@pytest.mark.parametrize("prompt", [*MENTIONED, *APART])
def test_a_length_that_is_only_mentioned_is_not_taken(prompt: str):
    assert estimated(prompt) == USUAL


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Tell me about bees.\nLength: 500 words\nTone: friendly", 675),
        ("Write about bees\n- 800 words\n- friendly", 1080),
        ("Tell me about bees. It should be 500 words long.", 675),
        ("What are 5 tips for sleeping well?", 175),
        ("List the 5 steps of brewing", 175),
        ("Write my 500 word essay on bees", 675),
        ("Give me a 100-word summary of Sapiens", 135),
        ("Summarize Sapiens in 300 words", 405),
        ("Explain how bees fly in under 80 characters", 20),
        ("Explain bees in 10 words", 14),
        ("Köpekler hakkında 500 kelimelik bir hikaye yaz", 675),
        ("Blog post (600 words) about dogs", 810),
        ("Write a blog post about bees. Approximately 800 words.", 1080),
        ("写一篇关于春天的文章。大约500字。", 675),
        ("compare Kant and Mill, 400 words", 540),
        ("compare Kant and Mill. Exactly 400 words", 540),
        ("toast for a wedding, two sentences", 48),
    ],
)
def test_a_length_that_is_asked_for_is_taken(prompt: str, tokens: int):
    assert estimated(prompt) == tokens


@pytest.mark.parametrize(
    "prompt",
    [
        "Je voudrais 10 idées pour une fête",
        "Ich möchte 10 Tipps zum Schlafen",
        "Ich hätte gern 10 Tipps zum Schlafen",
        "Quisiera 10 ideas para una fiesta",
        "Me gustaría tener 10 ideas para una fiesta",
        "Vorrei 10 idee per una festa",
        "Gostaria de 10 dicas para dormir",
        "Хочу 10 идей для подарка",
        "I'd like 10 names for a dog",
        "Get me 10 names for a dog",
        "Send me 10 names for a dog",
        "Hit me with 10 names for a dog",
        "Pick 10 names for a dog",
        "Do a list of 10 names for a dog",
        "パーティーのアイデアを10つ",
        "파티 아이디어 10가지",
    ],
)
def test_a_number_is_asked_for_in_many_ways(prompt: str):
    assert estimated(prompt) == 350


@pytest.mark.parametrize(
    "prompt", ["写一个关于猫的故事", "给我一点建议", "つまり10つの理由がある", "이 방에는 10가지 색이 있다"]
)
def test_a_word_that_is_an_article_too_or_ends_no_line_names_no_length(prompt: str):
    assert estimated(prompt) == USUAL


def test_the_answer_to_a_question_is_long_only_where_that_is_its_limit():
    def asked(prompt: str) -> int:
        reading = RULES.read(normalise(prompt))
        return LENGTHS.estimate(Category.QUESTION, Difficulty.EASY, reading, 10)

    assert asked("Which books did he write that have 300 pages?") == asked("Which books did he write?")
    assert asked("Give me 300 pages on who wrote it") == asked("Who wrote it?")
    assert asked("Answer in 300 words: who wrote it?") == 405
    assert asked("Give me 3 names of kings") == 105


def test_a_length_that_shall_not_be_exceeded_is_one_and_a_length_that_is_not_wanted_is_none():
    assert estimated("Do not write more than 600 words about bees") == 810
    assert estimated("Do not write 600 words about bees") == USUAL
