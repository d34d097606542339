"""What is seen of models here: it ages, it is cheap to read, and it draws the catalogue's figures in proportion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.decay import PERIOD, DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.feedback import VOICE_WEIGHT, FeedbackBook, Subject
from llm_router.live import LiveFigures
from llm_router.outcomes import AttemptBook, Observed, Tally, TimedAttempt
from llm_router.ports import RecordStore
from llm_router.ranking.columns import prepare
from llm_router.ranking.posterior import joined
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings
from llm_router.ranking.tokens import ratios_of, reading_of
from llm_router.running import Run, at_once
from llm_router.taxonomy import Category, Difficulty, Writing
from tests.support.clock import FakeClock
from tests.support.models import model, task

DAY = 86_400.0
CODING = Subject("acme/m", Category.CODING, Difficulty.EASY, "key a")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "sqlite"])
def records(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> RecordStore:
    if request.param == "memory":
        return MemoryRecordStore(clock)
    return SqliteRecordStore(Database(tmp_path / "router.sqlite"), clock)


def test_an_amount_counts_half_after_its_half_life_however_long_that_is_from_the_beginning(records, clock):
    sums = DecayedCounters(records, clock, "test", DAY)
    for _ in range(3 * PERIOD):
        sums.add("a|b", {"n": 1.0})
        assert 1.0 <= sums.read()["a|b"]["n"] <= 2.0 + 1e-9
        clock.pass_seconds(DAY)
    assert sums.read()["a|b"]["n"] == pytest.approx(1.0)
    clock.pass_seconds(DAY)
    assert sums.read()["a|b"]["n"] == pytest.approx(0.5)
    clock.pass_seconds(3 * PERIOD * DAY)
    assert sums.read() == {}


def test_what_was_counted_by_a_clock_that_was_ahead_counts_for_nothing_once_it_is_set_right(records, clock):
    sums = DecayedCounters(records, clock, "test", DAY)
    clock.pass_seconds(1100 * PERIOD * DAY)
    sums.add("a", {"n": 1.0})
    clock.pass_seconds(-1100 * PERIOD * DAY)
    sums.add("b", {"n": 1.0})
    assert sums.read().keys() == {"b"}


def test_the_voice_of_one_caller_is_bounded_at_every_moment_and_comes_back_with_time(records, clock):
    judgements = DecayedCounters(records, clock, "test", DAY)
    book = FeedbackBook(records, clock, judgements, kept_s=DAY)
    for number in range(60):
        book.give(f"d{number}", CODING, 0.0)
        assert judgements.read()["acme/m"]["coding|easy|n"] <= VOICE_WEIGHT + 1e-6
        clock.pass_seconds(DAY / 20)
    assert book.give("other", replace(CODING, tenant="key b"), 1.0).weight == 1
    clock.pass_seconds(10 * DAY)
    assert book.give("later", CODING, 1.0).weight == 1


def test_a_judgement_that_could_not_be_counted_can_be_given_again(clock):
    class Flaky(MemoryRecordStore):
        """Cannot add to counters for a while."""

        down = True

        def add(self, *args, **named):
            if self.down:
                raise StoreUnavailable("down", nothing_done=True)
            return super().add(*args, **named)

    records = Flaky(clock)
    book = FeedbackBook(records, clock, DecayedCounters(records, clock, "test", DAY), kept_s=DAY)
    with pytest.raises(StoreUnavailable):
        book.give("d", CODING, 1.0)
    records.down = False
    assert book.give("d", CODING, 1.0) == (1.0, None)


def figures(records: RecordStore, clock: FakeClock, run: Run = at_once) -> LiveFigures:
    judgements, attempts = (DecayedCounters(records, clock, kind, DAY) for kind in ("judgements", "attempts"))
    return LiveFigures(judgements, attempts, clock, 10.0, run, lambda _: None)


def attempt(**fields) -> TimedAttempt:
    return TimedAttempt("acme/m", Category.CODING, Difficulty.EASY, **fields)


def test_measured_speeds_and_failures_reach_the_ranking(records, clock):
    live = figures(records, clock)
    book = AttemptBook(live.attempts, lambda _: None)
    for _ in range(20):
        book.record(attempt(first_token_ms=200.0, tokens_per_second=100.0))
    for _ in range(20):
        book.record(attempt(failure="timeout"))
    book.record(attempt(failure="refused", counts=False))
    around = live.current()
    speed, seen = around.live["acme/m"], around.observed["acme/m"]
    assert (speed.time_to_first_token_ms, speed.output_tokens_per_second) == pytest.approx((200, 100))
    assert (seen.tries, seen.answered) == pytest.approx((40, 20))
    assert seen.reliability == pytest.approx(40 / 60)
    entry = model("m")
    before = rank(prepare([entry]), task(), Constraints(), 0.5, Surroundings()).candidates[0]
    after = rank(prepare([entry], around.observed), task(), Constraints(), 0.5, around).candidates[0]
    assert after.wait.ms < before.wait.ms
    assert after.quality.mean == pytest.approx(before.quality.mean * 40 / 60, rel=0.02)


def test_a_request_reads_the_store_at_most_once_in_a_while_and_lives_without_it(clock):
    reads = 0

    class Counting(MemoryRecordStore):
        """Counts reads, and fails once told to."""

        down = False

        def counters(self, *args, **named):
            nonlocal reads
            reads += 1
            if self.down:
                raise StoreUnavailable("down")
            return super().counters(*args, **named)

    records = Counting(clock)
    live = figures(records, clock)
    live.attempts.add("acme/m", {"tries|coding|easy": 1.0})
    held = live.current()
    assert all(live.current() is held for _ in range(100))
    assert reads == 2
    records.down = True
    clock.pass_seconds(11)
    assert live.current() is held
    assert live.fresh() is held


def test_a_request_never_waits_for_figures_that_are_read_in_the_background(clock):
    jobs: list[Callable[[], None]] = []
    live = figures(MemoryRecordStore(clock), clock, jobs.append)
    assert live.current() == live.current() == Surroundings()
    assert len(jobs) == 1
    jobs[0]()
    assert live.current().observed == {}


@given(st.floats(0, 1), st.floats(0, 500))
def test_judgements_draw_a_cell_towards_their_mean_and_leave_the_others(share, n):
    entry = model("m")
    seen = Observed({Category.MATH: {Difficulty.HARD: Tally(n, share * n)}})
    table = joined(entry.quality, seen)
    prior, cell = entry.quality[Category.MATH][Difficulty.HARD], table[Category.MATH][Difficulty.HARD]
    assert min(prior.mean, share) - 1e-9 <= cell.mean <= max(prior.mean, share) + 1e-9
    assert table[Category.CODING] == entry.quality[Category.CODING]


def test_a_model_without_evidence_is_judged_from_the_middle():
    seen = Observed({Category.MATH: {Difficulty.EASY: Tally(3, 3)}})
    assert joined({}, seen)[Category.MATH][Difficulty.EASY].mean == pytest.approx(0.75)


def test_what_does_hard_work_well_is_expected_to_do_easier_work_as_well():
    found = joined({}, Observed({Category.MATH: {Difficulty.HARD: Tally(3, 3)}}))[Category.MATH]
    assert 0.5 < found[Difficulty.EASY].mean == found[Difficulty.MEDIUM].mean == found[Difficulty.HARD].mean < 0.75


def test_failures_lower_a_model_without_evidence_too_and_are_no_evidence_of_quality():
    failing = {"acme/m": Observed(tries=40, answered=20)}
    entry = model("m", quality={})
    before = rank(prepare([entry]), task(), Constraints(), 0.5, Surroundings()).candidates[0].quality
    after = rank(prepare([entry], failing), task(), Constraints(), 0.5, Surroundings()).candidates[0].quality
    assert after.mean == pytest.approx(before.mean * 40 / 60)
    assert (before.evidenced, after.evidenced) == (False, False)
    judged = {"acme/m": Observed({Category.CODING: {Difficulty.MEDIUM: Tally(3, 3)}})}
    assert rank(prepare([entry], judged), task(), Constraints(), 0.5, Surroundings()).candidates[0].quality.evidenced


@pytest.mark.parametrize(
    ("text", "writing"),
    [
        ("Write a poem", Writing.ENGLISH),
        ("Schreibe ein Gedicht über Bären", Writing.LATIN),
        ("Напиши стихотворение", Writing.CYRILLIC),
        ("写一首诗", Writing.HAN),
        ("詩を書いてください", Writing.KANA),
        ("시를 써 주세요", Writing.HANGUL),
        ("اكتب قصيدة", Writing.ARABIC),
        ("एक कविता लिखो", Writing.DEVANAGARI),
        ("γράψε ένα ποίημα", Writing.GREEK),
        ("כתוב שיר", Writing.HEBREW),
        ("เขียนบทกวี", Writing.THAI),
        ("ஒரு கவிதை எழுது", Writing.INDIC),
        ("একটি কবিতা লেখো", Writing.INDIC),
        ("დაწერე ლექსი", Writing.OTHER),
        ("👍", Writing.ENGLISH),
        ("", Writing.ENGLISH),
    ],
)
def test_the_writing_of_a_text_is_told_by_its_letters(text: str, writing: Writing):
    assert reading_of(text).shares[list(Writing).index(writing)] == 1


def test_tokens_are_billed_by_the_tokenizer_of_the_model():
    words = replace(task(input_tokens=1_000), shares=reading_of("слово").shares)
    old, new, unknown = (model(name, tokenizer=name) for name in ("cl100k", "o200k", "nobody"))
    tokens = {
        each.model.api_alias: each.price.input_tokens
        for each in rank(prepare([old, new, unknown]), words, Constraints(), 0.5, Surroundings()).candidates
    }
    assert tokens == {"cl100k": 1080, "o200k": 680, "nobody": 760}
    assert ratios_of(None) == ratios_of("nobody")
