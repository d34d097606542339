"""What a request may cost binds files and sound as the most that they may be billed; they are booked as what they
commonly are."""

from __future__ import annotations

import base64
import math
from dataclasses import replace

import pytest

from llm_router.catalogue.entry import Capability, LongPrompt, ModelEntry
from llm_router.conversation import FILE_TOKENS, Conversation, Media, Packed
from llm_router.errors import NoEligibleModel
from llm_router.file_tokens import PAGE_TOKENS
from llm_router.generation.attempt import Attempt
from llm_router.generation.bill import AnswerSeen, Bill
from llm_router.generation.chat import ChatMessage, ChatRequest, Role
from llm_router.generation.job import Job
from llm_router.generation.lost import Lost
from llm_router.generation.pictures import most_beyond
from llm_router.generation.provider import Failure
from llm_router.pdf_bounds import UNSEEN_PAGES
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Dearest, Surroundings
from llm_router.ranking.tokens import NO_TEXT, Reading
from llm_router.recommend import task_of
from tests.support.documents import OFFICE, PAGE, PDF, document, file_part, said_with
from tests.support.models import model
from tests.support.tasks import classification

CLAUDE = replace(model("x", usd_in=0.1, usd_out=5.0), id="anthropic/claude-haiku-4-5", provider="anthropic")
WIDE = replace(CLAUDE, context_window=10**6)
WINDOW = 128_000
ASKED = ChatRequest((ChatMessage(Role.USER),), max_tokens=50)


def job_of(said: Conversation, asked: ModelEntry, request: ChatRequest = ASKED) -> Job:
    reading = Reading(said.media_tokens, NO_TEXT)
    return Job(request, (asked,), reading, math.inf, most_usd_wanted=1000.0, media=said.media)


def booked(job: Job) -> set[int]:
    """Tokens of the input where the provider tells no count: of an answer, and of an attempt that failed."""
    lost = Lost(job)
    lost.count(Attempt(WIDE.id, WIDE.provider, 0.0, Failure.GARBAGE))
    return {Bill.of(job, WIDE, None, AnswerSeen("ok")).usage.prompt_tokens, round(lost.usd * 1e7)}


def test_a_pdf_whose_pages_cannot_be_seen_is_paid_for_as_a_long_one():
    said = said_with(file_part(PDF, b"%PDF /Encrypt"))
    hidden = UNSEEN_PAGES * PAGE_TOKENS - FILE_TOKENS
    assert said.media == Media(packed=Packed(hidden=hidden, hidden_pages=UNSEEN_PAGES))
    job = job_of(said, WIDE)
    assert job.most_usd(WIDE) >= UNSEEN_PAGES * PAGE_TOKENS * 0.1e-6
    assert booked(job) == {UNSEEN_PAGES * PAGE_TOKENS}
    assert job.reads(WIDE) == FILE_TOKENS, "which its window must hold"
    with pytest.raises(NoEligibleModel, match="with files and sound billed as long ones"):
        Lost(replace(job, most_usd_wanted=0.01)).must_leave_enough_for(WIDE)


SOUND = {"type": "input_audio", "input_audio": {"data": base64.b64encode(bytes(300_000)).decode(), "format": "mp3"}}
PACKED = {
    "pages": file_part(PDF, PAGE * 20),
    "a document": file_part(OFFICE, document({"word/document.xml": " ".join(map(str, range(30_000)))})),
    "sound": SOUND,
}


@pytest.mark.parametrize("part", PACKED.values(), ids=PACKED)
def test_what_others_may_be_billed_at_most_binds_and_is_not_booked(part: dict[str, object]):
    job = job_of(said_with(part), WIDE)
    assert booked(job) == {job.reads(WIDE)}
    assert job.most_usd(WIDE) >= 2 * job.reads(WIDE) * 0.1e-6


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("google/gemini-2.5-pro", 258, 258),
        ("google/gemini-3.5-flash", 560, 1200),
        ("anthropic/claude-opus-4-5", 3000, 5000),
        ("openai/gpt-4o-mini", 36_835, 40_000),
    ],
)
def test_a_page_is_paid_for_as_the_most_that_it_is_billed_at_that_model(name: str, least: int, most: int):
    named = replace(WIDE, id=name, api_alias=None)
    usd = job_of(said_with(file_part(PDF, PAGE * 20)), named).usd_with(named, 0)
    assert usd is not None
    assert 20 * least <= usd * 1e7 <= 1.15 * 20 * most


MINI = replace(WIDE, id="openai/gpt-4o-mini", api_alias=None, context_window=WINDOW)


def input_usd(held: bytes, asked: ModelEntry) -> float:
    """Of a PDF, at most."""
    usd = job_of(said_with(file_part(PDF, held)), asked).usd_with(asked, 0)
    assert usd is not None
    return usd


def test_pages_that_are_billed_as_more_than_they_take_of_a_window_are_not_bounded_by_it():
    assert input_usd(PAGE * 20, MINI) == pytest.approx(20 * 40_000 * 0.1e-6, rel=0.01)


@pytest.mark.parametrize(
    ("asked", "tokens"),
    [
        (WIDE, 10**6),
        (replace(WIDE, context_window=None), 5_000_000),
        (replace(WIDE, id="google/gemini-2.5-pro", api_alias=None), 258_000),
        (replace(WIDE, id="google/gemini-3.5-flash", api_alias=None, context_window=None), 1_120_000),
        (MINI, 40_000_000),
    ],
)
def test_one_whose_pages_cannot_be_seen_is_paid_for_as_no_less_than_one_of_a_thousand(asked: ModelEntry, tokens: int):
    assert input_usd(b"%PDF /Encrypt", asked) == pytest.approx(tokens * 0.1e-6, rel=0.01)
    assert input_usd(b"%PDF /Encrypt", asked) > input_usd(PAGE * 100, asked)


LONG = PAGE + b"\n4 0 obj<<>>stream\n" + (b"(" + b"x" * 60 + b") Tj ") * 5000 + b"\nendstream"


def test_a_page_of_much_text_is_paid_for_by_it_but_where_the_picture_of_it_alone_is_billed():
    assert input_usd(LONG, replace(WIDE, context_window=None)) >= 5000 * 60 * 0.1e-6
    gemini = replace(WIDE, id="google/gemini-2.5-pro", api_alias=None)
    assert input_usd(LONG, gemini) <= 1.2 * len(LONG) / 8 * 0.1e-6


def test_pages_that_take_many_bytes_are_not_paid_for_twice():
    job = job_of(said_with(file_part(PDF, PAGE + b"\xff" * 800_000)), WIDE)
    assert job.most_usd(WIDE) <= 1.11 * job.reads(WIDE) * 0.1e-6 + 50 * 5e-6


@pytest.mark.parametrize("packed", [PAGE * 100, b"/Encrypt"])
def test_what_is_read_is_no_more_than_a_window_holds_so_that_no_price_of_longer_prompts_applies(packed: bytes):
    dear = LongPrompt(WINDOW, input_usd_per_mtok=1.0, output_usd_per_mtok=50.0)
    asked = replace(CLAUDE, context_window=WINDOW, long_prompt=dear, capabilities=frozenset({Capability.PDF}))
    said = said_with(file_part(PDF, packed))
    job = job_of(said, asked)
    assert job.usd_with(asked, 1) == pytest.approx(WINDOW * 0.1e-6 + 5e-6)
    beyond = Dearest(lambda *told: most_beyond(said.media, *told), said.media.assumed)
    task = replace(task_of(classification(), said), generated=True, dearest=beyond)
    enough = WINDOW * 0.1e-6 + 6e-6
    around = Surroundings()
    assert rank(prepare([asked]), task, Constraints(max_cost_usd=enough), 0.5, around).eligible == 1
    with pytest.raises(NoEligibleModel) as refused:
        rank(prepare([asked]), task, Constraints(max_cost_usd=enough - 2e-6), 0.5, around)
    assert ", with files and sound billed as long ones (gives " in str(refused.value)
    (field,) = refused.value.fields
    assert float(field.problem.rpartition(" ")[2]) <= 1.01 * enough
