"""Whether pasted code comes back whole, and is then as long as it was."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace

import pytest

from classifier.answers import ANSWERS, AnswerLengths
from classifier.asides import read_request
from classifier.code_changes import CodeChanges
from classifier.left import Left
from classifier.phrases import Found
from classifier.rules import Reading, RuleBook
from llm_router.taxonomy import Category, Difficulty

LENGTHS, BOOK = AnswerLengths.load(), RuleBook.load()
CODE = (
    """import os

def total(rows):
    # Convert to cents, as the till does.
    return sum(row["amount"] for row in rows)

def in_cents(rows):
    return [round(100 * row["amount"]) for row in rows]

def report(path):
    \"\"\"Return the full path.\"\"\"
    return os.path.abspath(path)
"""
    + "\n\ndef again(value):\n    return value + 1\n" * 40
)
TABLE = "id,date,amount\n" + "\n".join(f"{row},2024-01-02,{row * 7}" for row in range(90))

WHOLE = [
    "Port this file to Go, complete",
    "Refactor this file and return it in full",
    "Add type hints to this",
    "Add docstrings to every function",
    "Add comments to the code",
    "Fix the bug and give me the full corrected code",
    "It's not working, give me the whole file",
    "Find the bug and return the complete file",
    "Convert this to TypeScript",
    "Translate all comments to German and return the whole file",
    "Please rewrite this in Rust",
    "Can you optimise this function",
    "Take this module and port it to Go",
    "Convierte este código a Java",
    "Convertis ce code en Java",
    "Schreibe das in Java um",
    "Gib mir den vollständigen Code ohne den Fehler zurück",
    "Riscrivi questo in Go",
    "Перепиши это на Go",
    "Przepisz to na Go",
    "把这段代码改写成Go",
    "修复这个错误并给出完整代码",
    "このコードをGoに書き換えて",
    "이 코드를 Go로 변환해줘",
    "Rewrite this in Go, only the code, no explanation",
    "Refactor this so that errors are returned in JSON",
    "Refactor this so that it returns a list of names",
    "Rewrite this in line with our style guide",
    "Rewrite this so that in_cents is gone",
    "Rewrite this using in_cents instead of again()",
    "It fails in in_cents. Please give me the full corrected code",
    "Port this to make_it_so",
    "How does this fail? Give me the whole file",
    "Could you refactor this?",
    "Rewrite this in Rust. Make sure in_cents() handles empty files.",
    "Translate this code to Go. Name in_cents InCents.",
    "Add type hints to this code. in_cents returns a list of numbers.",
    "Add docstrings to every function. For in_cents mention the limit.",
    "Add docstrings to every function, for in_cents mention the limit",
    "Port this module to TypeScript. in_cents() must stay async.",
    "Rewrite this code in full, in_cents is broken when the file is empty.",
]
ELSE = [
    "Fix the bug",
    "Why does this fail?",
    "Explain this code",
    "What does the whole file do?",
    "How would you refactor this?",
    "Should I rewrite this in Rust?",
    "Write unit tests for this",
    "Review this code, don't give me the whole code, only hints",
    "Name the function that is slowest",
    "この変換処理は何をしていますか？",
    "为什么要重构这段代码？",
    "이 코드에서 변환이 왜 실패하나요?",
    "変換エラーの原因を教えて",
    "这段代码需要重构吗",
    "Зачем ты конвертируй назвал?",
    "Rewrite just the regex",
    "Convert this route so that it returns a JSON response",
    "Document this function's parameters",
    "Translate this message",
    "Add comments to compute_5 only",
    "Add comments to compute_5",
    "Refactor this. Only return the diff.",
    "Fix the bug. Return only the corrected function.",
    "Write a unit test for the whole class",
    "Write a README for the complete program",
    "I want to know what the full program prints",
    "Show the complexity of the entire code",
    "Rewrite the commit message for this diff",
    "Rewrite this function in_cents with the csv module",
    "Перепиши функцию in_cents через csv",
    "Преобразуй in_cents в генератор",
    "Przepisz funkcję in_cents",
    "重构in_cents函数",
    "把in_cents改写成生成器",
    "Ajoute des commentaires à in_cents",
    "Füge Kommentare in in_cents ein",
    "Convert this for loop into a list comprehension: in in_cents",
    "Rewrite this function again() in one pass",
    "Rewrite this function in_cents in full",
    "Rewrite this function in_cents. Keep in_cents short.",
    "Give me the full code of in_cents",
    "Correct in_cents and return the complete function",
    "How do I print the whole file?",
    "¿Cómo me devuelve el código completo?",
    "Refactor this? What would you change first",
    "Convert this class to a dataclass? Pros and cons please",
    "Document it: how would a user call this?",
    "Convert this into a list of its functions",
    "Rewrite this as a guide",
    "Convert this to a formula",
    "Comment this, review style",
    "Optimise this, above all that function at the end",
]
SHORTER = [
    "Translate this error into plain English",
    "Refactoring ideas for this code, in 5 bullet points",
    "Document this function's parameters in one line",
    "这段代码需要重构吗？请简要说明",
]


def estimated(prompt: str, tokens: int) -> int:
    _, asked = read_request(BOOK, prompt)
    return LENGTHS.estimate(Category.CODING, Difficulty.EASY, asked, tokens)


USUAL = estimated("Write a parser", 9)


def around(request_: str) -> list[str]:
    return [
        f"{request_}:\n\n{CODE}",
        f"{CODE}\n\n{request_}",
        f"{request_}:\n```python\n{CODE}\n```",
        f"```python\n{CODE}\n```\n{request_}",
        f"This is our till.\n\n{request_}:\n\n```\n{CODE}```",
    ]


@pytest.mark.parametrize("request_", WHOLE)
def test_code_that_shall_come_back_whole_is_as_long_as_it_was(request_: str):
    assert [estimated(prompt, 16_000) for prompt in around(request_)] == [16_000] * 5


@pytest.mark.parametrize("request_", ELSE)
def test_what_is_only_said_about_code_has_its_usual_length(request_: str):
    assert [estimated(prompt, 16_000) for prompt in around(request_)] == [USUAL] * 5


@pytest.mark.parametrize("request_", SHORTER)
def test_what_is_short_or_something_else_is_not_the_code(request_: str):
    assert max(estimated(prompt, 16_000) for prompt in around(request_)) <= USUAL


@pytest.mark.parametrize("request_", ["Convert this so that it returns a JSON response", "Turn this into JSON"])
def test_code_that_is_no_table_does_not_become_longer(request_: str):
    assert max(estimated(prompt, 16_000) for prompt in around(request_)) <= 16_000


def test_names_of_the_code_in_its_own_lines_are_no_part_that_is_meant():
    assert estimated(f"Port this to Go:\ndef in_all(rows):\n    pass\n\n{CODE}\nin_all([])\n", 16_000) == 16_000


class Unread(CodeChanges):
    def read(self, reading: Reading, short: Iterable[Found]) -> Left | None:
        raise AssertionError("no length of it could count")


def test_code_that_cannot_be_longer_than_the_usual_answer_is_not_read():
    _, asked = read_request(BOOK, f"Convert this to Go:\n\n{CODE}")
    lengths = replace(LENGTHS, code=Unread(tomllib.loads(ANSWERS.read_text("utf-8"))["code"] | {Left.UNFOLDED: []}))
    assert lengths.estimate(Category.CODING, Difficulty.EASY, asked, USUAL // 2) == USUAL


def test_a_little_code_takes_no_less_than_any_answer():
    assert estimated("Convert this to Go:\n\nprint(1)", 12) == USUAL


def test_without_code_the_words_ask_for_something_else():
    assert estimated("Refactor and port the whole of it to Go", 9000) == USUAL


@pytest.mark.parametrize("request_", ["Convert this CSV to JSON", "Turn this into JSON", "Convert this to XML"])
@pytest.mark.parametrize("category", [Category.CODING, Category.GENERAL])
def test_a_table_whose_values_are_all_to_be_named_becomes_twice_as_long(request_: str, category: Category):
    for prompt in (f"{request_}:\n\n{TABLE}", f"{TABLE}\n\n{request_}"):
        _, asked = read_request(BOOK, prompt)
        assert LENGTHS.estimate(category, Difficulty.EASY, asked, 900) == 1800
