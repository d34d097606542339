"""A text that is too long to be looked at whole counts what it is, wherever its parts stand."""

from __future__ import annotations

from random import Random

import pytest

from llm_router.ranking.glances import Glances
from llm_router.ranking.tokens import IN_ENGLISH, MOST_SLICES, SEEN, SLICE, ratios_of, reading_of, tokenizers
from llm_router.taxonomy import Writing
from tests.support.steps import lines_run

RANDOM = Random(1)
LONG = 999_000
DENSE = "".join(chr(RANDOM.randrange(33, 127)) for _ in range(LONG))
THAI = list(Writing).index(Writing.THAI)


def laid_over(text: str, over: str, apart: int) -> str:
    """The text with this written over it from its beginning on, each so far from the one before."""
    put = list(text)
    for place in range(0, len(text) - len(over), apart):
        put[place : place + len(over)] = over
    return "".join(put)


@pytest.mark.parametrize("slices", [2, 4, 16, 64, 128, 256])
@pytest.mark.parametrize("filler", [" ", "the"])
def test_what_stands_at_regular_places_of_a_dense_text_does_not_stand_for_it(slices: int, filler: str):
    steered = laid_over(DENSE, (filler * SLICE)[:SLICE], -(-LONG // slices))
    assert reading_of(steered).tokens >= 0.9 * reading_of(DENSE).tokens


@pytest.mark.parametrize("long", [2 * SEEN, 1000, 2000, 100_000])
@pytest.mark.parametrize("counted", [None, 50])
def test_letters_at_regular_places_do_not_hide_another_script(long: int, counted: int | None):
    steered = laid_over("ก" * long, "a", -(-long // SEEN))
    assert reading_of(steered, counted).shares[THAI] >= 0.3


def test_a_text_that_is_half_blank_counts_its_other_half_however_often_one_tries():
    half = "".join(DENSE[at : at + 2000] + " " * 2000 for at in range(0, LONG, 4000))[:LONG]
    for attempt in range(40):
        assert reading_of(f"{half}{attempt}").tokens >= 0.35 * reading_of(DENSE).tokens


def test_a_text_is_looked_at_where_it_always_was():
    numbers = "".join(f"{number:04}" for number in range(1000))
    assert Glances(numbers).slices(8, 4) == ["0026", "1340", "6036", "4540", "5605", "9006", "5707", "0960"]
    assert Glances(numbers + "é").slices(8, 4) == ["0016", "0140", "0031", "0204", "0523", "6380", "2508", "9640"]


def test_a_change_anywhere_moves_all_places():
    text = "".join(chr(0x4E00 + number) for number in range(20_000))
    found = [Glances(text + end).slices(8, 1) for end in "ab"]
    assert all(one != other for one, other in zip(*found, strict=True))


@pytest.mark.parametrize(("number", "length"), [(4, 128), (200, 1), (7, 3)])
def test_each_slice_is_of_its_own_part_and_every_place_may_be_seen(number: int, length: int):
    seen: set[int] = set()
    for attempt in range(300):
        text = chr(attempt) * 520
        placed = "".join(chr(0x4E00 + place) for place in range(519)) + text[:1]
        slices = Glances(placed).slices(number, length)
        assert [len(each) for each in slices] == [length] * number
        places = [ord(each[0]) - 0x4E00 for each in slices if ord(each[0]) >= 0x4E00]
        assert places == sorted(places)
        seen |= {ord(character) - 0x4E00 for each in slices for character in each}
    assert {0, 518} <= seen


@pytest.mark.parametrize("letter", ["\ud800", "\U0001f600", "\x00"])
def test_a_text_of_whatever_characters_is_counted(letter: str):
    assert reading_of(letter * 3000).tokens > 0


def test_a_text_ten_times_as_long_is_no_more_work_whatever_its_letters():
    assert SLICE * MOST_SLICES <= 8192, "which are read of a text however long it is"
    for sentence in ("Комитет собрался в понедельник. ", "The committee met again today. "):
        reading_of(sentence * 2000)
        work = lines_run(lambda: reading_of(sentence * 2000))  # noqa: B023 - it is called at once
        assert lines_run(lambda: reading_of(sentence * 20_000)) <= 1.2 * work  # noqa: B023 - the same


def test_as_much_is_told_of_a_text_by_its_slices_as_by_all_of_it():
    prose = "The committee met again on Monday, to hear what had come of its plans for the old harbour. "
    assert reading_of(prose * 5000).tokens == pytest.approx(5000 / 5 * reading_of(prose * 5).tokens, rel=0.04)


@pytest.mark.parametrize(("sign", "run"), [(" ", 64), ("\n", 16), ("=", 16), ("x", 4)])
def test_a_long_run_is_no_fewer_tokens_than_its_pieces(sign: str, run: int):
    assert reading_of(sign * 100_000).tokens >= 0.85 * 100_000 / run


@pytest.mark.parametrize(
    "text", ["Fix this please ⚠️⚠️⚠️", "x² + 2x + 1 = 0, and y³ is ½", "1️⃣ first 2️⃣ second", "① in ℝ", "a🄰🆗 b"]
)
def test_signs_are_of_no_script_of_their_own(text: str):
    assert reading_of(text).shares == IN_ENGLISH


@pytest.mark.parametrize(
    "sign", ["\x01", "\x0b", "\xa0", "§", "。", "！", "\u3000", "\ue000", "\ufffd", "²", "½", "\ufe0f"]
)
@pytest.mark.parametrize("among", ["", " the "])
def test_signs_that_no_piece_of_english_has_are_a_token_each(sign: str, among: str):
    assert reading_of((sign * 40 + among) * 300).tokens >= 0.8 * 40 * 300


@pytest.mark.parametrize("figure", ["\u0301", "\u0e31", "٣", "३", "①", "𝟘"])
@pytest.mark.parametrize("among", ["", "the "])
def test_marks_and_figures_of_other_scripts_count_as_their_letters(figure: str, among: str):
    assert reading_of((figure * 40 + among) * 300).tokens >= 0.38 * 40 * 300


RARE = ["𐀀𐀁𐀂", "𝓪𝓫𝓬", "𝗧𝗵𝗶𝘀 ", "𠀀𠀁𠀂", "ᏣᎳᎩ", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ", "ꀀꀁꀂ", "\ue000\ue001", "\U000f0000", "\U000e0041"]


@pytest.mark.parametrize("letters", RARE)
@pytest.mark.parametrize("family", tokenizers())
def test_letters_that_no_vocabulary_knows_are_a_token_for_each_byte_at_every_provider(letters: str, family: str):
    found = reading_of(letters * 1000).by(ratios_of(family))
    assert found / len((letters * 1000).encode()) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("family", tokenizers())
def test_they_are_beside_what_the_classifier_has_counted(family: str):
    assert reading_of("ᏣᎳᎩ" * 100, 300).by(ratios_of(family)) == 900
    assert reading_of("Read this: " + "𝓪" * 100, 103).by(ratios_of(family)) == pytest.approx(403, abs=3)
