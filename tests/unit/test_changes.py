"""What is left of a text that a prompt wants changed: as much as there was, or far less."""

from __future__ import annotations

import itertools
import tomllib

import pytest

from classifier.answers import ANSWERS, AnswerLengths
from classifier.asides import read_request
from classifier.left import Left
from classifier.rules import RULES, RuleBook
from llm_router.taxonomy import Category, Difficulty

LENGTHS, BOOK = AnswerLengths.load(), RuleBook.load()
MINUTES = "Anna said the roof leaks again and the builder wants money. Ben will ring him. " * 20

CONDENSING = [
    "Summarise the following minutes",
    "Please summarize this for my boss",
    "tl;dr",
    "TLDR please",
    "Give me the key points of this",
    "Turn these notes into action items",
    "Pull out every date",
    "Extract all names",
    "Classify each sentence",
    "Grade this",
    "Résume ce compte rendu",
    "Résume-moi ce texte",
    "Resúmeme esto",
    "Extrae las fechas",
    "Resuma este texto",
    "Fasse das zusammen",
    "Riassumi questo testo",
    "Кратко изложи текст",
    "Streść ten tekst",
    "Vat dit samen",
    "Aşağıdaki metni özetle",
    "请总结下面的内容",
    "次の文章を要約して",
    "다음 글을 요약해줘",
    "इसका सारांश दो",
    "لخص النص التالي",
    "Ringkas teks ini",
    "Tóm tắt văn bản sau",
]
KEEPING = [
    "Proofread the key points below",
    "Rewrite this in a formal tone",
    "Correct the grammar",
    "Corrige este texto",
    "Make this sound more professional",
    "Make it more formal",
    "Polish this and make it friendlier",
]


def estimated(prompt: str, tokens: int) -> int:
    _, asked = read_request(BOOK, prompt)
    return LENGTHS.estimate(Category.GENERAL, Difficulty.EASY, asked, tokens)


@pytest.mark.parametrize("request_", CONDENSING)
def test_what_condenses_a_text_leaves_a_small_part_of_it(request_: str):
    for prompt in (f"{request_}:\n\n{MINUTES}", f"{MINUTES}\n\n{request_}"):
        assert estimated(prompt, 2000) <= 260
        assert estimated(prompt, 20_000) <= 800


@pytest.mark.parametrize("request_", KEEPING)
def test_what_changes_a_text_leaves_about_as_much_of_it(request_: str):
    for prompt in (f"{request_}:\n\n{MINUTES}", f"{MINUTES}\n\n{request_}"):
        assert estimated(prompt, 2000) == 2000


@pytest.mark.parametrize(
    ("request_", "tokens"),
    [
        ("Rate this translation and correct it", 2000),
        ("Grade my essay, then improve it", 2000),
        ("Rate this translation", 260),
        ("Grade this and say whether the price is correct", 260),
        ("Summarise this and fix the dates", 260),
    ],
)
def test_a_rating_with_the_mended_text_behind_it_is_as_long_as_that(request_: str, tokens: int):
    assert estimated(f"{request_}:\n\n{MINUTES}", 2000) == tokens


def test_a_summary_grows_with_its_text_and_is_never_longer():
    lengths = [estimated(f"Summarise this:\n\n{MINUTES}", tokens) for tokens in (60, 130, 400, 2000, 9000, 90_000)]
    assert lengths == sorted(lengths)
    assert lengths[0] < 60
    assert lengths[-1] == 800


def test_a_detailed_summary_is_longer_and_a_brief_one_shorter():
    plain, detailed, brief = (
        estimated(f"Summarise this{how}:\n\n{MINUTES}", 3000) for how in ("", " in detail", " briefly")
    )
    assert brief < plain < detailed < 3000


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        (
            f"Translate into Welsh:\n\n{MINUTES} We will summarise the key points. In short, a long day. Extract it.",
            2200,
        ),
        (f"Translate into Welsh: please summarise this and extract the key points. {MINUTES}", 2200),
        (f"Here is what I translated:\n\n{MINUTES}\n\nSummarise it", 260),
        (f"Agreement (extract)\n\n{MINUTES}\n\nTranslate it into Welsh", 2200),
    ],
)
def test_what_the_text_itself_says_is_no_request(prompt: str, tokens: int):
    assert estimated(prompt, 2000) == tokens


def test_a_change_that_only_the_middle_speaks_of_is_not_asked_for():
    usual = estimated("Draft a reply to him", 12)
    assert estimated(f"Draft a reply to him.\n{MINUTES}They rewrite it.\n{MINUTES}", 2000) == usual


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Shorten to max 120 words:\n\nWithin 2 pages you have to say why. " + MINUTES, 162),
        ("Summarise this in 5 bullets for the director:\n\nLine 3 stood still for 90 lines. " + MINUTES, 150),
        (MINUTES + "On 40 pages.\n\nsummarise it in 3 sentences", 72),
        ("A summary of 3 sentences.\n\n" + MINUTES + "\n\nSummarise it", 72),
    ],
)
def test_lengths_that_a_text_names_are_not_those_of_the_answer(prompt: str, tokens: int):
    assert estimated(prompt, 2000) == tokens


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Translate 'cat' into Danish", 24),
        ('Translate "cat" into Danish', 24),
        ("Traduis en anglais : « chat »", 24),
        ("翻译成英文：猫", 24),
        ("Correct this: he go home", 24),
        ("Translate into German: I wrote 500 words today", 24),
    ],
)
def test_a_short_text_is_changed_into_a_short_one(prompt: str, tokens: int):
    assert estimated(prompt, 12) == tokens


@pytest.mark.parametrize(
    "prompt",
    [
        "Summarise the plot of Macbeth",
        "Rewrite the ending of Titanic",
        "Turn this into a report: pipe burst",
        "Write a bio for me:\n- translated a book",
    ],
)
def test_without_a_text_to_change_an_answer_has_its_usual_length(prompt: str):
    assert estimated(prompt, 12) == estimated("Tell me about trains", 12)


REQUEST = "Translate to English: il pleut depuis trois jours et la rivière monte encore dans la vallée"


@pytest.mark.parametrize(
    "prompt",
    [
        REQUEST,
        f"\n{REQUEST}",
        f"User: {REQUEST}",
        f"# Task\n{REQUEST}",
        f"You are a translator.\n{REQUEST}",
        f"You are a translator.\n\n{REQUEST}",
        f"You are a helpful, world-class translator\n{REQUEST}",
        f'"{REQUEST}"',
        f'{{"prompt": "{REQUEST}"}}',
        f'[{{"role": "user", "content": "{REQUEST}"}}]',
        f"prompt: {REQUEST}",
        f"<prompt>{REQUEST}</prompt>",
        f"[INST] {REQUEST} [/INST]",
        f"```\n{REQUEST}\n```",
        f"```text\n{REQUEST}\n```",
    ],
)
def test_what_stands_before_a_request_to_change_a_text_is_none_of_the_text(prompt: str):
    assert estimated(prompt, 31) == 25


@pytest.mark.parametrize(
    "line",
    [
        "You are a translator. Translate to German",
        "You are a helpful assistant. Summarize the text below",
        "Du bist Lektor. Korrigiere den Text",
        "Act as an editor, please fix the grammar",
        "User: Act as an editor, fix the grammar",
        "Act as a translator and translate this to English",
        "You are to summarise the text below",
    ],
)
def test_a_line_on_who_shall_answer_that_asks_for_the_change_too_is_the_request(line: str):
    prompt = f"{line}\nPlease send us a report of 20 pages until Friday, we need it for the board."
    assert estimated(prompt, 31) <= estimated("Tell me about trains", 12)


@pytest.mark.parametrize("label", ["Text: ", "User: "])
def test_a_length_in_the_text_before_its_request_is_not_that_of_the_answer(label: str):
    prompt = f"{label}Please write 900 words about yourself by Monday.\nTranslate to German"
    assert estimated(prompt, 22) <= estimated("Tell me about trains", 12)


def test_more_text_never_makes_a_given_one_much_shorter():
    prompt = f"User: Translate to German: {MINUTES}"
    lengths = [estimated(prompt, tokens) for tokens in range(20, 400, 16)]
    assert lengths == sorted(lengths)


def test_without_a_text_set_apart_the_length_goes_over_into_that_of_the_text_without_a_step():
    prompt = f"I would like to have my text translated to German and it goes like this {MINUTES}"
    lengths = [estimated(prompt, tokens) for tokens in range(20, 400)]
    assert max(abs(more - less) for less, more in itertools.pairwise(lengths)) <= 3


def test_how_much_is_left_of_a_text_is_no_feature():
    """The phrases that tell it are no group of the rules, each of which the fitted words read as a feature."""
    groups = tomllib.loads(RULES.read_text(encoding="utf-8"))["groups"]
    assert set(groups).isdisjoint(set(Left))
    phrases = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))["changes"]
    assert set(phrases) == set(Left)
    whole, _ = read_request(BOOK, "tl;dr of the gist, a headline for it, shorter")
    assert set(whole.found) <= set(groups)
