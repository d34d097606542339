"""How much longer or shorter a text comes back, by what is to be made of it."""

from __future__ import annotations

import pytest

from classifier.answers import AnswerLengths
from classifier.asides import read_request
from classifier.rules import RuleBook
from llm_router.taxonomy import Category, Difficulty

LENGTHS, BOOK = AnswerLengths.load(), RuleBook.load()
ARTICLE = "The council met on Tuesday to speak of the old station, which has stood empty for nine years. " * 20
NOTE = "hey boss cant come in today, got the flu"

SHORTENING = [
    "Make this shorter",
    "Shorten this",
    "Make it half as long",
    "Make this article shorter",
    "Rewrite this in half the length",
    "Trim this down",
    "Acorta este texto",
    "Hazlo más corto",
    "Raccourcis ce texte",
    "Kürze diesen Text",
    "Accorcia questo testo",
    "Encurte este texto",
    "Сократи этот текст",
    "Skróć ten tekst",
    "Kort deze tekst in",
    "Bu metni kısalt",
    "缩短这篇文章",
    "この文章を短くして",
    "이 글을 줄여줘",
    "اختصر هذا النص",
    "Persingkat teks ini",
]
LENGTHENING = [
    "Expand this into a longer article",
    "Lengthen this article",
    "Make this longer",
    "Rewrite it so that it is twice as long",
    "Flesh this out",
    "Alarga este texto",
    "Rallonge ce texte",
    "Verlängere diesen Artikel",
    "Allunga questo testo",
    "Расширь этот текст",
    "扩写这篇文章",
    "이 글을 길게 늘려줘",
]
TITLING = [
    "Give me the title of this article, nothing else",
    "Suggest a headline for this",
    "Donne le titre de cet article",
    "给这篇文章起个标题",
    "给这篇文章取一个标题",
    "Придумай заголовок для этого текста",
]

TRANSLATING = [
    "Translate this summary of the meeting into French",
    "Переведи заголовок и текст на немецкий",
    "翻译标题和正文成德文",
    "Translate this into French",
    "Translate this extract into French",
    "Traduis ce texte en allemand",
    "Переведи на французский",
    "把下面的总结翻译成法文",
    "次の要約を翻訳して",
    "다음 글을 번역해줘",
    "ترجم النص التالي",
    "Terjemahkan teks ini",
]
INTO_ENGLISH = [
    "翻译标题和正文成英文",
    "Переведи заголовок и текст на английский",
    "Translate this into plain English",
    "Traduis ce texte en anglais",
    "Übersetze das ins Englische",
    "Переведи на английский",
    "把下面的总结翻译成英文",
    "次の要約を英語に翻訳して",
    "Translate the following German text to English",
]


def estimated(prompt: str, tokens: int, category: Category = Category.GENERAL) -> int:
    _, asked = read_request(BOOK, prompt)
    return LENGTHS.estimate(category, Difficulty.EASY, asked, tokens)


@pytest.mark.parametrize(
    ("request_", "tokens"),
    [
        *((request_, 1000) for request_ in SHORTENING),
        *((request_, 3000) for request_ in LENGTHENING),
        *((request_, 2200) for request_ in TRANSLATING),
        *((request_, 1600) for request_ in INTO_ENGLISH),
        *((request_, 24) for request_ in TITLING),
    ],
)
def test_a_text_comes_back_as_long_as_it_is_wanted(request_: str, tokens: int):
    for prompt in (f"{request_}:\n\n{ARTICLE}", f"{ARTICLE}\n\n{request_}"):
        assert estimated(prompt, 2000) == tokens


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        (f"Make this sound more professional: {NOTE}", 24),
        (f"Make this more polite: {NOTE}", 24),
        (f"Make this shorter: {NOTE}", 24),
        (f"Translate to French, Spanish and German: {NOTE}", 53),
    ],
)
def test_a_short_text_comes_back_short(prompt: str, tokens: int):
    assert estimated(prompt, 16) == tokens


def test_a_note_that_is_to_be_made_longer_takes_what_a_text_takes():
    assert estimated(f"Expand this: {NOTE}", 16) == estimated("Tell me about trains", 16)


@pytest.mark.parametrize(
    ("request_", "languages"),
    [
        ("Translate this into Spanish, French and German", 3),
        ("Translate to French as well as Welsh", 2),
        ("Translate this from Polish into German", 1),
        ("Translate the French text below to Italian", 1),
        ("Translate this into Brazilian Portuguese", 1),
        ("Traduis ce texte en italien et en espagnol", 2),
        ("Übersetze das ins Französische und Spanische", 2),
        ("Translate this for my Dutch friend", 1),
        ("Translate into Latin American Spanish", 1),
        ("Translate this into Spanish in the style of a Latin poet", 1),
        ("Translate this into Spanish in the style of a French poet", 1),
        ("Traduce este texto en inglés al español", 1),
        ("Übersetze diesen Text auf Englisch ins Deutsche", 1),
        ("Traduci il testo in inglese in italiano", 1),
        ("Translate this into Welsh and into Irish", 2),
        ("Vertaal dit naar Frans", 1),
    ],
)
def test_a_text_takes_its_length_in_every_language_it_is_translated_into(request_: str, languages: int):
    assert estimated(f"{request_}:\n\n{ARTICLE}", 1000) == 1100 * languages


@pytest.mark.parametrize(
    ("request_", "tokens"),
    [
        ("Translate this into English and German", 1900),
        ("Translate this text in French to English and Polish", 1900),
        ("Translate this to English please, it is in Spanish", 800),
    ],
)
def test_english_takes_fewer_tokens_among_several_languages(request_: str, tokens: int):
    assert estimated(f"{request_}:\n\n{ARTICLE}", 1000) == tokens


def test_a_given_text_that_comes_back_has_no_bound_but_its_own_length():
    assert estimated(f"把下面的文章翻译成英文：\n\n{'春天来了。' * 400}", 400_000) == 320_000
    assert estimated(f"Proofread this:\n\n{ARTICLE}", 50_000) == 50_000
    assert estimated(f"Summarise this:\n\n{ARTICLE}", 400_000) == 800


@pytest.mark.parametrize(
    ("request_", "tokens"),
    [
        ("Rewrite this in shorter sentences", 2000),
        ("Rewrite this with a shorter introduction", 2000),
        ("Correct the mistakes and answer in JSON", 2000),
        ("Translate this to Spanish and make it shorter", 1100),
        ("Translate the title of this article into French", 24),
        ("Исправь ошибки в тексте о Сократе", 2000),
        ("Shorter please", 1000),
        ("Translate and summarize this article in Spanish", 260),
        ("Traduis et résume cet article", 260),
        ("Übersetze und fasse zusammen", 260),
        ("Traduce y resume este texto", 260),
        ("Переведи и кратко изложи текст", 80),
        ("翻译并总结这篇文章", 260),
        ("Dịch văn bản này sang tiếng Anh", 2200),
    ],
)
def test_a_word_of_length_counts_where_it_is_the_texts(request_: str, tokens: int):
    for prompt in (f"{request_}:\n\n{ARTICLE}", f"{ARTICLE}\n\n{request_}"):
        assert estimated(prompt, 2000) == tokens


@pytest.mark.parametrize(
    "request_",
    [
        "Expand the acronyms in this text",
        "Expand the abbreviations in this text",
        "Expand this acronym",
        "Expand on the second point",
        "Replace the title of this article with a better one and return the whole text",
        "Какое расширение у этих файлов?",
    ],
)
def test_what_is_done_to_a_part_is_no_change_of_the_text(request_: str):
    usual = estimated("Tell me about trains", 12)
    for prompt in (f"{request_}:\n\n{ARTICLE}", f"{ARTICLE}\n\n{request_}"):
        assert usual <= estimated(prompt, 2000) <= 1.8 * usual


@pytest.mark.parametrize(
    "request_",
    [
        "Напиши ответ на это письмо. В заголовок вынеси номер счёта.",
        "Напиши пост для блога по этому тексту, придумай заголовок",
        "Write a press release about this. Put the title of the project in the first line.",
        "Write an email to the author about the title of the article below",
        "请修改下面的文章,标题也要改",
        "校对下面的文章,标题不用改",
        "次の記事のタイトルと本文を校正してください",
        "Answer this email. Subject line: title of the project.",
    ],
)
def test_a_title_that_is_merely_mentioned_is_not_all_that_is_wanted(request_: str):
    for prompt in (f"{request_}:\n\n{ARTICLE}", f"{ARTICLE}\n\n{request_}"):
        assert estimated(prompt, 2000) >= estimated("Tell me about trains", 12)


def test_a_title_beside_something_else_is_part_of_what_a_text_is_condensed_to():
    assert estimated(f"Make a table of contents and a headline:\n\n{ARTICLE}", 2000) == 260


@pytest.mark.parametrize("request_", ["Bitte dich, kurz zu antworten", "Ich bitte dich um Rat"])
def test_a_german_pronoun_translates_nothing(request_: str):
    usual = estimated("Tell me about trains", 12)
    assert estimated(f"{request_}:\n\n{ARTICLE}", 2000) <= usual
