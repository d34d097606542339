"""A length that is a limit because more is refused, in a prompt and in instructions; and what only sounds like one."""

from __future__ import annotations

import pytest

from classifier.answers import AnswerLengths
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import AnswerLimit, Category, Difficulty

LENGTHS, RULES = AnswerLengths.load(), RuleBook.load()
ASKED = "Explain how vaccines work."


def estimated(prompt: str, category: Category = Category.GENERAL) -> int:
    return LENGTHS.estimate(category, Difficulty.EASY, RULES.read(normalise(prompt)), 20)


def limit(told: str) -> AnswerLimit:
    return LENGTHS.limit(RULES.read(normalise(told)))


USUAL = estimated(ASKED)

REFUSED = [
    "Do not exceed 50 words.",
    "Don't exceed 50 words.",
    "Don’t exceed 50 words.",
    "Dont exceed 50 words",
    "DO NOT EXCEED 50 WORDS",
    "Please do not exceed 50 words.",
    "Please don't exceed 50 words!",
    "And please don't exceed fifty words.",
    "Do not write more than 50 words.",
    "Don't write more than 50 words.",
    "Please do not write more than 50 words.",
    "Please, do not write more than 50 words.",
    "Kindly do not write more than 50 words.",
    "Don't go over 50 words.",
    "Please don't go over the 50-word limit.",
    "Do not go above 50 words.",
    "Do not go beyond 50 words.",
    "Don't go past 50 words.",
    "Do not use more than 50 words.",
    "Please do not use more than 50 words.",
    "Never use more than 50 words.",
    "Never exceed 50 words.",
    "You may not use more than 50 words.",
    "You can't use more than 50 words.",
    "You are not allowed to exceed 50 words.",
    "Your answer can't exceed 50 words.",
    "Your answer should not exceed 50 words.",
    "It can't be longer than 50 words.",
    "It cannot be over 50 words.",
    "I do not want more than 50 words.",
    "I don't want to read more than 50 words.",
    "Don't give me more than 50 words.",
    "Don't make it longer than 50 words.",
    "Don't let it exceed 50 words.",
    "Don't spend more than 50 words on it.",
    "Avoid going over 50 words.",
    "Without exceeding 50 words.",
    "Not over 50 words.",
    "Nothing over 50 words.",
    "No answer longer than 50 words.",
    "Try not to go over 50 words.",
    "Be careful not to exceed 50 words.",
    "Keep in mind not to exceed 50 words.",
    "Make sure it does not exceed 50 words.",
    "Ensure it isn't longer than 50 words.",
    "Do not surpass about 50 words.",
    "Do not exceed a total of 50 words.",
    "Do not exceed 50 words or it is rejected.",
    "Don't exceed 50 words or 4 sentences.",
    "Use no lists and don't go over 50 words.",
    "Use examples but don't go over 50 words.",
    "Don't use lists or exceed 50 words.",
    "No uses más de 50 palabras.",
    "Por favor, no excedas las 50 palabras.",
    "No superes las 50 palabras.",
    "Ne dépasse pas les 50 mots.",
    "N'utilise pas plus de 50 mots.",
    "Sans dépasser 50 mots.",
    "Überschreite nicht 50 Wörter.",
    "Überschreite die 50 Wörter nicht.",
    "Bitte schreib nicht mehr als 50 Wörter.",
    "Keine Antwort länger als 50 Wörter.",
    "Non superare le 50 parole.",
    "Non usare più di 50 parole.",
    "Não ultrapasse 50 palavras.",
    "Não use mais de 50 palavras.",
    "Не превышай 50 слов.",
    "Не пиши больше 50 слов.",
    "Gebruik niet meer dan 50 woorden.",
    "Overschrijd de 50 woorden niet.",
    "Nie przekraczaj 50 słów.",
    "Nie pisz więcej niż 50 słów.",
    "不要超过50字。",
    "请不要超过50个字。",
    "Jangan melebihi 50 kata.",
]
WELCOME = [
    "Do not hesitate to write more than 50 words.",
    "Don't hesitate to exceed 50 words.",
    "Don't be afraid to write more than 50 words.",
    "Do not be shy to go over 50 words.",
    "Don't refuse to write more than 50 words.",
    "I don't mind more than 50 words.",
    "Do not limit your answer to 50 words.",
    "Don't limit it to 50 words.",
    "Your answer is not limited to 50 words.",
    "Answers that do not exceed 50 words are rejected.",
    "Essays of no more than 50 words are not accepted.",
    "N'hésite pas à écrire plus de 50 mots.",
    "No dudes en usar más de 50 palabras.",
]
OF_ELSE = [
    "Do not write 50 words.",
    "Don't write 50 words.",
    "Please do not write 50 words.",
    "Do not use more than 20 words per sentence.",
    "Never use sentences longer than 20 words.",
    "No label longer than 40 words.",
    "Don't use more than 5 words in the title.",
    "Do not use more than 2 examples.",
    "She can't exceed 50 words, what now?",
    "My boss does not read more than 50 words.",
    "I do not write more than 50 words a day.",
    "Mine are never longer than 50 words, why?",
    "Why is a tweet not longer than 280 characters?",
    "It is not over 300 pages.",
]


@pytest.mark.parametrize("refusal", REFUSED)
def test_a_length_beyond_which_nothing_is_wanted_is_the_answers(refusal: str):
    assert estimated(f"{ASKED} {refusal}") == estimated(f"{refusal}\n{ASKED}") == 68


def test_such_a_limit_is_one_for_the_answer_to_a_question_too():
    assert estimated("Who built Rome? Don't go over 300 words.", Category.QUESTION) == 405


@pytest.mark.parametrize("words", [*WELCOME, *OF_ELSE])
def test_a_length_that_may_be_exceeded_or_that_others_have_is_not(words: str):
    assert estimated(f"{ASKED} {words}") == USUAL


@pytest.mark.parametrize(
    "prompt",
    [
        "Do not use headings, write 300 words on bees.",
        "Don't use headings, write 300 words on bees.",
        "Do not use headings and write 300 words on bees.",
        "Do not forget to write 300 words on bees.",
        "Don't forget to write more than 300 words on bees.",
        "Write more than 300 words on bees without fluff.",
    ],
)
def test_a_length_beside_what_is_refused_is_still_asked_for(prompt: str):
    assert estimated(prompt) == 405


@pytest.mark.parametrize(
    "told",
    [
        "Your answers can't exceed 50 words.",
        "Your answers cannot be longer than 50 words.",
        "Answers never go over 50 words.",
        "Answers must not go beyond 50 words.",
        "Please do not answer in more than 50 words.",
        "Do not exceed 50 words per answer.",
        "Don't let your answers exceed 50 words.",
        "I never want answers of more than 50 words.",
        "Your answers must not exceed 50 words or they will be rejected.",
        "Tus respuestas no deben superar las 50 palabras.",
        "No respondas con más de 50 palabras.",
        "Ne réponds jamais en plus de 50 mots.",
        "Antworte nie mit mehr als 50 Wörtern.",
        "Deine Antworten überschreiten 50 Wörter nicht.",
        "Non rispondere con più di 50 parole.",
        "Não responda com mais de 50 palavras.",
        "Antwoord niet met meer dan 50 woorden.",
        "回答不要超过50字。",
    ],
)
def test_instructions_that_refuse_longer_answers_limit_them(told: str):
    assert limit(told) == AnswerLimit(most=67.5)


@pytest.mark.parametrize(
    "told",
    [
        "Do not hesitate to answer in more than 50 words.",
        "Never hesitate to answer in more than 50 words.",
        "Don't be afraid to answer in more than 50 words.",
        "Don't refuse to answer in more than 50 words.",
        "Do not forget to answer in more than 50 words.",
        "Feel free to answer in more than 50 words.",
        "Answers that do not exceed 50 words are rejected.",
        "Answers that don't exceed 50 words are not accepted.",
        "Answers of no more than 50 words will be rejected.",
        "Your answers are not limited to 50 words.",
        "N'hésite pas à répondre en plus de 50 mots.",
        "No dudes en responder con más de 50 palabras.",
    ],
)
def test_instructions_that_welcome_longer_answers_limit_none(told: str):
    assert limit(told) == AnswerLimit()
