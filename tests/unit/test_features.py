"""What the form of a prompt tells, and how the text is cut and normalised."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.features import NUMERIC, Features, _signs, guess_script, read_features
from classifier.fences import holds_code
from classifier.normalise import HEAD_CHARACTERS, MAX_MARKS, TAIL_CHARACTERS, normalise
from classifier.rules import RuleBook
from classifier.words import split_words
from llm_router.taxonomy import Writing

BOOK = RuleBook.load()


def features(text: str) -> Features:
    prompt = normalise(text)
    return read_features(prompt, split_words(prompt.text))


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("what is wrong?\n```\nx = 1\n```", "code_block"),
        ("why is my_list.append() None", "code_like"),
        ("find the integral of $x^2$", "formula"),
        ("12 * 7", "arithmetic"),
        ("is it true?", "question"),
        ("really？", "question"),
        ("hi", "tiny"),
        ("I went home early today.", "statement"),
    ],
)
def test_form_gives_signals(text, signal):
    assert signal in features(text).signals()


@pytest.mark.parametrize(
    "line",
    [
        "from os import path",
        "from django.db.models import Q, F as Field  # fields",
        "from . import views",
        "from .a.b import (",
        "from math import *",
        "import numpy as np",
        "import os, sys",
        "import os.path",
        "import java.util.List;",
        "import static org.junit.Assert.*;",
        "import scala.collection.{Map, Set}",
        "import {x} from 'y'",
        'import React, { useState } from "react";',
        "import * as d3 from 'd3'",
        "import './a.css'",
        'import "fmt"',
        "import (",
        "import Data.List (sortBy)",
        "import qualified Data.Map as M",
        "import           Data.Map qualified as M",
        "import Prelude hiding (lookup)",
        "import os\nimport sys",
        "import csv\n\nwith open('a') as f:",
        "import os; os.remove('a')",
        "import requests\n# fetch it\nr = requests.get(u)",
        "import requests\n\n  # fetch it\n  // twice\n\nr = requests.get(u)",
        *(f"import app\n{line}" for line in ("for a, b in rows:", "while True:", "try:", "\n@app.route('/')", "@main")),
        *(f"import UIKit\n\n{line} {{" for line in ("struct V: View", "class Cell", "enum Suit", "func area()")),
    ],
)
def test_lines_that_import_something_are_code(line: str):
    assert features(line).has_code
    assert features(f"why does this fail?\n{line}\nI have no idea").has_code


@pytest.mark.parametrize(
    "line",
    [
        "from my point of view it is wrong",
        "from Paris to Rome by train",
        "from China import duties rose sharply",
        "from U.S. import taxes to ours",
        "from now on, answer in French",
        "import duties",
        "import duties on cars?",
        "import duties. Why?",
        "import duties (cars)",
        "import cars, trucks and buses from Japan",
        "import data.csv into excel",
        "import 'Alien' subtitles into VLC",
        "import duties\nimport quotas rise",
        "import duties\nwhat about cars (new ones)?",
        "import duties\nfor cars, trucks in Germany: why?",
        "import duties\nwhile we wait: what are they?",
        "import duties\ntry: a summary",
        "import duties\n@bob what are they?",
        "import duties\n# Germany\nthey rise",
    ],
)
def test_prose_that_begins_as_an_import_does_is_not_code(line: str):
    assert not features(line).has_code
    assert not features(f"{line}\n").has_code
    assert not features(f"Hi there!\n{line}").has_code


@pytest.mark.parametrize("follows", ["\n#", "\n \n", " ", "\nfor a in", "\nfor a in " + "{:x" * 99])
def test_what_follows_an_import_is_looked_through_once(follows: str):
    """So much of it that looking through the rest again from each place in it would take hours."""
    text = "import os" + follows * (4_000_000 // len(follows)) + "\nthey rise"
    assert not holds_code(text, prose=True)


def test_features_are_finite_and_named():
    for text in ("", "x", "1" * 3000, "?" * 3000, "\n" * 3000, "漢字" * 800):
        numbers = features(text).numeric()
        assert len(numbers) == len(NUMERIC)
        assert all(math.isfinite(number) for number in numbers)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("hello", Writing.LATIN),
        ("привет", Writing.CYRILLIC),
        ("γειά", Writing.GREEK),
        ("مرحبا", Writing.ARABIC),
        ("नमस्ते", Writing.DEVANAGARI),
        ("வணக்கம்", Writing.INDIC),
        ("你好世界", Writing.HAN),
        ("日本語です", Writing.KANA),
        ("안녕", Writing.HANGUL),
        ("1234 !!", Writing.LATIN),
        ("😀😀", Writing.OTHER),
    ],
)
def test_the_script_is_guessed(text, script):
    assert guess_script(text) is script


def test_a_long_prompt_is_read_at_both_ends():
    prompt = normalise("A" * 1000 + "x" * 900_000 + "Z" * 500)
    assert prompt.is_cut
    assert prompt.text.startswith("A")
    assert prompt.text.endswith("Z")
    assert prompt.length == 901_500


@pytest.mark.parametrize("middle", ["-", "x" * 100_000], ids=["one", "many"])
@pytest.mark.parametrize(
    "head", ["a" * (HEAD_CHARACTERS - 5) + "hello", "\ufb03" * HEAD_CHARACTERS], ids=["as is", "grows"]
)
def test_head_and_tail_of_a_long_prompt_are_joined_by_a_line_break(head: str, middle: str):
    tail = "world" + "b" * (TAIL_CHARACTERS - 5)
    prompt = normalise(head + middle + tail)
    assert prompt.text == unicodedata.normalize("NFKC", head)[:HEAD_CHARACTERS] + "\n" + tail
    assert prompt.span(HEAD_CHARACTERS + 1, len(prompt.text)) == (prompt.length - TAIL_CHARACTERS, prompt.length)


def test_head_and_tail_of_what_grows_too_long_when_read_are_joined_by_a_line_break():
    prompt = normalise("\ufb03" * HEAD_CHARACTERS)
    assert prompt.text == "ffi" * (HEAD_CHARACTERS // 3) + "\n" + ("ffi" * TAIL_CHARACTERS)[-TAIL_CHARACTERS:]
    assert prompt.span(len(prompt.text) - 1, len(prompt.text)) == (HEAD_CHARACTERS - 1, HEAD_CHARACTERS)


def test_invisible_characters_are_not_read():
    assert normalise("po\u200bem\u202e").text == "poem"


@pytest.mark.parametrize(
    ("original", "word"),
    [
        ("un poème, s'il te plaît", "poème"),
        ("le café noir", "café"),
        ("les cafés", "cafés"),
        ("tôi cần giúp", "cần"),
        ("q\u0303 is one letter", "q\u0303"),
        ("한국 음식", "한국"),
        ("ﾍﾟｰｼﾞ ﾊﾟﾝ", "ﾍﾟｰｼﾞ"),
    ],
)
def test_a_span_has_the_marks_of_its_last_letter(original: str, word: str):
    for form in ("NFC", "NFD"):
        text, whole = (unicodedata.normalize(form, each) for each in (original, word))
        prompt = normalise(text)
        sought = normalise(whole).text
        start = prompt.text.index(sought)
        first, last = prompt.span(start, start + len(sought))
        assert text[first:last] == whole
        part = prompt.part(start, start + len(sought))
        assert (part.text, part.span(0, len(sought))) == (sought, (first, last))


def test_a_span_has_marks_that_were_too_many_to_read_and_nothing_invisible_behind_it():
    stack, hidden = "e" + "\u0301" * (MAX_MARKS + 3), "x\u200b y"
    prompt = normalise(f"{stack}{hidden}")
    assert prompt.span(0, prompt.text.index("x")) == (0, len(stack))
    assert prompt.span(prompt.text.index("x"), prompt.text.index(" ")) == (len(stack), len(stack) + 1)


def test_half_width_kana_are_read_as_full_width_ones():
    assert normalise("ﾍﾟｰｼﾞ").text == "ページ"


def test_stacks_of_marks_are_cut():
    assert len(normalise("e" + "\u0301" * 5000).text) <= 2 * (1 + MAX_MARKS)


@given(st.text(max_size=300))
@example("Привет,\nмир — ça va?")
@example("a\u0301\u1100\u1161\ufb01\u00a0\u3000")
def test_what_is_read_at_a_glance_is_read_as_at_a_closer_look(text):
    """A character that is left out brings the closer look, which goes through every character."""
    glance, closer = normalise(text), normalise(f"{text}\u200b")
    assert glance.text == closer.text
    ends = range(len(glance.text))
    assert [glance.span(place, place + 1) for place in ends] == [closer.span(place, place + 1) for place in ends]


@given(st.text(alphabet="abXY ,!?'.\nimportfrom", max_size=40))
def test_plain_prose_is_read_as_all_other_text_is(text: str):
    """Most prompts take a short way past the signs that plain prose cannot hold; the answer is that of the long way."""
    short, full = features(text), _signs(text)
    found = (short.numbers, short.list_lines, short.code_like, short.formulas, short.arithmetic)
    assert found == full


@pytest.mark.parametrize("text", ["see my.py now", "aBc", "Open the file.json please.", "Hi. there", "it is.So be it"])
def test_a_dot_before_a_small_letter_and_a_hump_are_signs_of_code_even_in_prose(text: str):
    assert features(text).code_like == _signs(text).code_like


@pytest.mark.parametrize("script", [each for each in Writing if each is not Writing.ENGLISH])
def test_without_a_tokeniser_a_text_of_any_script_has_tokens(script: Writing):
    found = replace(features("x"), script=script)
    assert found.tokens_of(0) == 1
    assert 200 < found.tokens_of(1000) < 1300
