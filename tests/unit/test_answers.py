"""How long an answer is taken to be: as the prompt says, where it says so."""

from __future__ import annotations

import tomllib
import unicodedata

import pytest

from classifier.answers import ANSWERS, AnswerLengths
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import Category, Difficulty

RAW = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))
NAMES = {name: RAW["units"][unit] for unit, names in RAW["words"].items() for name in names}
LENGTHS, RULES = AnswerLengths.load(), RuleBook.load()


def estimated(prompt: str) -> int:
    reading = RULES.read(normalise(prompt))
    return LENGTHS.estimate(Category.GENERAL, Difficulty.EASY, reading, 10)


USUAL = estimated("Tell me about trains")


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Write 3 short funny paragraphs on bees", 330),
        ("Write a 1,000 word essay on France", 1350),
        ("Ein Aufsatz mit 1.500 Wörtern", 2025),
        ("Écris un texte de 1 000 mots sur Paris", 1350),
        ("Write a 20 page report on climate change", 8000),
        ("Summarise this 2000 word article in one sentence: the economy grew", 24),
        ("写一篇200字作文", 270),
        ("用三句话解释引力", 72),
        ("写一篇300个字的作文", 405),
        ("写三个段落", 330),
        ("八百字作文", 1080),
        *((f"{numeral}千字作文", round(min(8000, 1350 * n))) for n, numeral in enumerate("一二三四五六七八九", 1)),
        ("5千字作文", 6750),
        ("写 5 千字", 6750),
        ("5百字作文", 675),
        ("一千五百字作文", 2025),
        ("3千2百字作文", 4320),
        ("一千零五十字作文", 1418),
        ("两三百字作文", 405),
        ("一百一十字作文", 148),
        ("给我四十个名字", 1400),
        ("二十三句", 552),
        ("十五句", 360),
        ("十句", 240),
        ("百字作文", 135),
        ("一万字论文", 8000),
        ("写两三句", 72),
        ("三百五十字以内でまとめて", 473),
        ("写一百字，分三段", 330),
        ("400文字以内で説明して", 540),
        ("3ページのレポート", 1650),
        ("５ﾍﾟｰｼﾞのレポート", 2750),
        ("3つの段落で書いて", 330),
        ("3문장으로 요약해줘", 72),
        ("2단락으로 써줘", 220),
        ("5페이지 보고서", 2750),
        ("5가지 방법 알려줘", 175),
        ("Напиши десять предложений о море", 240),
        ("Napisz 500 słów o morzu", 675),
        ("Explain gravity in nine sentences", 216),
    ],
)
def test_a_length_that_the_prompt_names_is_taken(prompt: str, tokens: int):
    assert estimated(prompt) == tokens


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_of_a_unit_is_understood_as_it_is_typed(name: str):
    typed = {name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))}
    assert {estimated(f"Give me at most 40 {each}") for each in typed} == {round(min(8000, 40 * NAMES[name]))}


@pytest.mark.parametrize(
    "prompt",
    [
        "Write about three characters stuck in a lift",
        "How do the two words affect and effect differ",
        "万一写错字怎么办",
        "千万别写字",
        "Write 900000 pages about nothing",
    ],
)
def test_a_number_that_is_no_length_is_not(prompt: str):
    assert estimated(prompt) == USUAL


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Write it as 4 chapters, two pages each", 4400),
        ("One page each, 30 chapters", 8000),
        ("10 tips of two sentences each", 480),
        ("5 sections, 100 words per section", 675),
        ("写五段，每段100字", 675),
        ("Zehn Tipps mit jeweils zwei Sätzen", 480),
        ("10 tips of 4 sentences each, then 3 paragraphs", 960),
        ("4 sentences for each of the 5 topics", 480),
        ("Each chapter should be 2 pages, 5 chapters", 5500),
        ("List each idea in 3 sentences", 72),
        ("2 sentences each", 48),
        ("2 sentences about each of the 3 cats", 144),
        ("3 poems, each of 100 words", 405),
        ("5 párrafos, 100 palabras por párrafo", 675),
        ("Écris 500 mots par chapitre, 10 chapitres", 6750),
        ("4 Abschnitte, 100 Wörter pro Abschnitt", 540),
        ("List 50 activities with a one sentence description each", 1200),
        ("Name 40 countries with a one sentence fact about each", 960),
        ("Write 12 product descriptions with a short paragraph each", 1320),
        ("Write 30 flashcards on the French Revolution, one line each", 420),
        ("Create 15 quiz questions with one sentence explanations", 360),
        ("List 20 birds with a sentence for each of them", 480),
        ("Nenne 40 Länder mit jeweils einem Satz", 960),
        ("Enumera 40 países con una frase cada uno", 960),
        ("Cite 40 pays avec une phrase chacun", 960),
    ],
)
def test_a_length_of_each_thing_counts_as_often_as_there_are_things(prompt: str, tokens: int):
    assert estimated(prompt) == tokens


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Escribe un cuento de 500 palabras por favor sobre 3 gatos", 675),
        ("Escribe 2 párrafos por favor para 20 alumnos", 220),
        ("Écris un poème de 40 lignes par amour pour mes 3 enfants", 560),
        ("Escreva 2 parágrafos pro meu chefe sobre 3 gatos", 220),
        ("3 gatos: un cuento de 500 palabras por", 675),
        ("Write a 500 word story about how each of the 3 cats got home", 675),
        ("Write 500 words where each of the 3 cats gets home", 675),
        ("3 cats: write 500 words for", 675),
        ("3 cats: write 500 words, and each gets home", 675),
        ("3 cats: write 500 words that each can read", 675),
        ("Write a 2 page letter with one paragraph", 1100),
        ("Write an email with one paragraph covering 5 topics", 110),
        ("Draft a letter with a sentence mentioning 30 guests", USUAL),
        ("Create an ad with one line saying 50 percent off", 80),
        ("Answer with one sentence only: what are the 7 wonders?", 24),
        ("Reply with one line saying which of the 12 options is best", 14),
        ("Of these 12 options reply with one line saying which is best", 14),
        ("Write a report with one paragraph discussing 4 risks", 110),
        ("Draft an email with one paragraph explaining the 3 delays", 110),
        ("For 3 friends write an email with one paragraph greetings", 110),
    ],
)
def test_a_word_that_may_mean_each_counts_as_such_only_where_it_does(prompt: str, tokens: int):
    assert estimated(prompt) == tokens


def test_a_number_for_each_unit_is_no_length():
    assert estimated("List the exhibits, one per line") == USUAL


@pytest.mark.parametrize(
    "prompt",
    [
        "Recomiéndame un hotel de 200 euros para dos personas",
        "Quiero un menú de 1500 calorías para bajar de peso",
        "Dame consejos: tengo 65 años, para dormir mejor",
        "Dame 200 para elegir",
        "Bana 200 lira para lazım, nasıl kazanabilirim?",
        "Tôi có 500 đồng thì mua được gì?",
        "J'ai 300 euros, tu me conseilles quoi comme vélo",
        "我家有12个人，怎么安排座位",
        "下午3点开会，帮我写通知",
        "帮我写下午3点开会的通知",
        "写一封信给我的3个孩子",
    ],
)
def test_a_word_that_is_a_unit_in_another_language_is_none(prompt: str):
    assert estimated(prompt) == USUAL


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Write 2 para on my school", 220),
        ("Viết 500 từ về biển", 675),
        ("Viết 4 dòng về biển", 56),
        ("给我起20个名字", 700),
        ("列出5点建议", 150),
        ("写一篇五段的文章", 550),
        ("3行で要約して", 42),
    ],
)
def test_such_a_word_is_a_unit_directly_behind_a_number_that_is_asked_for(prompt: str, tokens: int):
    assert estimated(prompt) == tokens
