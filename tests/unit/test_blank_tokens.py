"""What blanks count beside what the classifier has counted of a text: what is beyond those that prose has."""

from __future__ import annotations

from random import Random

import pytest

from llm_router.ranking.tokens import ratios_of, reading_of

RANDOM = Random(1)
PROSE = "The committee met again on Monday, to hear what had come of its plans for the old harbour. "
NUMBERS = [str(RANDOM.randint(1, 99)) for _ in range(600)]
WORDS = PROSE.split() * 10


@pytest.mark.parametrize(
    ("text", "counted", "o200k"),
    [
        ("Add these up:\n" + "\n".join(NUMBERS), 604, 1203),
        ("x" + " \n\t" * 600 + "x", 2, 602),
        ("a\n\nb\n\n" * 300, 600, 1200),
        ("\t".join(NUMBERS), 600, 1199),
        (" ".join(NUMBERS), 600, 1199),
        ("\n".join(f"{word:<20}|" for word in WORDS[:90]), 200, 350),
    ],
    ids=["lines", "blanks", "paragraphs", "tabs", "figures", "a padded table"],
)
def test_lines_and_blanks_count_beside_what_the_classifier_has_counted(text: str, counted: int, o200k: int):
    assert 0.95 * o200k <= reading_of(text, counted).by(ratios_of("o200k")) <= 1.2 * o200k


def test_the_blanks_between_the_words_of_prose_count_nothing_of_their_own():
    assert reading_of(PROSE * 20, 400).tokens == 400


LISTED = """Rewrite as one paragraph, in plain words:

- the harbour is to be dredged by May
- the old crane goes to the museum
- nobody may park on the quay before then
- the ferry leaves from the north pier

Address it to:
  the mayor
  the harbour master
  everybody with a berth
"""
SUMMED = """Add up each line of these and tell me the largest sum:

5518 470 4583 9926 2673 5348
8877 9371 9325 1706 3460 9397
4376 4669 2039 1040 7898 7922
1451 5638 1092 6726 2471 330
4816 6999 6803 1949 725 9913
737 6190 9608 5423 9026 4573
8281 3866 591 5074 119 1262
1772 9827 8775 515 3234 6684
4778 4316 2560 696 5568 5142
5902 2267 6190 6173 7544 8521
6328 9760 9163 1681 8308 4445
7065 3894 4934 7168 4231 8539"""
CODE = """Why does this return None?

```python
def find(items, wanted):
    \"\"\"The first of the items that is wanted.\"\"\"
    for item in items:
        if item.name == wanted:
            if item.active:
                return item
            else:
                print("inactive:", item.name)
        elif item.children:
            find(item.children, wanted)


def main():
    found = find(load("items.json"), "a")
    print(found.name)
```
"""


@pytest.mark.parametrize(
    ("text", "counted", "o200k", "most"),
    [(LISTED, 57, 67, 1.05), (SUMMED, 170, 220, 1.1), (CODE, 110, 93, 1.3)],
    ids=["lines", "figures", "code"],
)
def test_blanks_that_the_ratios_hold_already_do_not_count_twice(text: str, counted: int, o200k: int, most: float):
    """Both counts are real ones. Of code the classifier makes more than o200k does."""
    assert 0.9 * o200k <= reading_of(text, counted).by(ratios_of("o200k")) <= most * o200k


@pytest.mark.parametrize("blank", ["\u3000", "\xa0", "\u2028", "\r\n", "\v", "\x1f"])
def test_blanks_of_every_kind_count(blank: str):
    assert reading_of(f"x{blank}x" * 300, 300).tokens >= 550


def test_long_runs_of_blanks_are_few_tokens():
    for blank in ("\n", " "):
        assert reading_of(f"x{blank * 1600}x", 2).tokens <= 250
