"""A fetch ends in time, stays small, follows nobody, and never asks twice for what it has."""

from __future__ import annotations

import gzip
import zlib

import pytest

from llm_router.adapters.fetch import Fetcher
from llm_router.adapters.operator_models import reader
from llm_router.adapters.sources import litellm, livebench
from llm_router.adapters.sources.web import NewestTable, WebPage, newest
from llm_router.catalogue.sources import Held
from llm_router.errors import SourceUnavailable
from tests.support.clock import FakeClock
from tests.support.sources import FOLDER, TABLE, FakeReply, FakeWeb, payload, zipped

URL = "https://source.test/data.json?v=1"
LIMIT = 1_000_000


def fetcher(web: FakeWeb, clock: FakeClock | None = None) -> Fetcher:
    return Fetcher(web, clock or FakeClock(), frozenset({"source.test"}), max_bytes=LIMIT)


def serving(reply: FakeReply | Exception) -> FakeWeb:
    return FakeWeb({URL: reply})


def test_a_page_comes_with_its_tag():
    web = serving(FakeReply(200, b"{}", {"etag": '"1"'}))
    page = fetcher(web).get(URL, timeout_s=5)
    assert (page.body, page.etag) == (b"{}", '"1"')
    assert "if-none-match" not in web.asked[0][1]


def test_what_has_not_changed_is_not_sent_again():
    page = fetcher(serving(FakeReply(200, b"{}", {"etag": '"1"'}))).get(URL, timeout_s=5, etag='"1"')
    assert (page.body, page.etag) == (None, '"1"')


def test_a_compressed_page_is_unpacked():
    assert fetcher(serving(zipped(b"x" * 1000))).get(URL, timeout_s=5).body == b"x" * 1000


HOSTILE = {
    "a redirect": FakeReply(302, b"", {"location": "http://169.254.169.254/"}),
    "not modified without having asked": FakeReply(304),
    "not found": FakeReply(404),
    "an error": FakeReply(500, b"<h1>secret</h1>"),
    "a web page": FakeReply(200, b"<html>", {"content-type": "text/html; charset=utf-8"}),
    "a length that is too much": FakeReply(200, b"{}", {"content-length": str(LIMIT + 1)}),
    "a body that is too much": FakeReply(200, b"x" * (50 * LIMIT), {"content-length": "2"}),
    "a bomb": zipped(b"\0" * (50 * LIMIT)),
    "a bomb in a bomb": FakeReply(200, gzip.compress(gzip.compress(b"\0" * LIMIT)) * 200, {"content-encoding": "gzip"}),
    "an encoding nobody asked for": FakeReply(200, zlib.compress(b"{}"), {"content-encoding": "deflate"}),
    "not what it says": FakeReply(200, b"{}", {"content-encoding": "gzip"}),
    "cut off": FakeReply(200, gzip.compress(b"{}" * 1000)[:-9], {"content-encoding": "gzip"}),
    "silence": TimeoutError(),
    "a reset": ConnectionResetError(),
    "no such name": OSError("getaddrinfo"),
}


@pytest.mark.parametrize("reply", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_answer_is_refused_in_words_that_quote_nothing_of_it(reply: FakeReply | Exception):
    with pytest.raises(SourceUnavailable) as refusal:
        fetcher(serving(reply)).get(URL, timeout_s=5)
    assert "secret" not in refusal.value.message
    assert "169.254" not in refusal.value.message
    if isinstance(reply, FakeReply):
        assert reply.closed


def test_a_drip_ends_at_the_deadline():
    clock = FakeClock()
    reply = FakeReply(200, b"x" * 900_000, between=lambda: clock.pass_seconds(1))
    with pytest.raises(SourceUnavailable, match="in time"):
        fetcher(serving(reply), clock).get(URL, timeout_s=5)
    assert clock.ticks <= 7


@pytest.mark.parametrize(
    "url",
    [
        "http://source.test/data.json",
        "https://evil.test/",
        "https://source.test.evil.test/",
        "https://source.test@evil.test/",
        "https://source.test:8443/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
    ],
)
def test_no_other_address_is_ever_asked(url: str):
    web = FakeWeb()
    with pytest.raises(SourceUnavailable):
        fetcher(web).get(url, timeout_s=5)
    assert web.asked == []


def test_a_page_source_sends_its_key_and_asks_conditionally_for_what_is_held():
    web = serving(FakeReply(200, b"{}", {"etag": '"2"'}))
    source = WebPage("s", URL, litellm.parse, fetcher(web), headers={"x-api-key": "k"})
    assert source.fetch(Held(URL, '"1"'), 5).body == b"{}"
    assert (web.asked[0][1]["if-none-match"], web.asked[0][1]["x-api-key"]) == ('"1"', "k")


def test_the_newest_table_of_the_folder_is_taken_and_the_old_ones_tag_is_not_used_for_it():
    web = FakeWeb()
    web.serve(livebench.FOLDER, FOLDER)
    web.serve(TABLE, payload("livebench"), etag='"t"')
    source = NewestTable(Fetcher(web, FakeClock(), frozenset({"api.github.com", "raw.githubusercontent.com"})))
    found = source.fetch(Held(livebench.TABLES + "table_2025_11_25.csv", '"old"'), 5)
    assert (found.address, found.etag) == (TABLE, '"t"')
    assert "if-none-match" not in web.asked[-1][1]
    assert source.fetch(Held(found.address, found.etag), 5).body is None


@pytest.mark.parametrize("listing", [b"[]", b'{"message": "rate limit"}', b'[{"name": "table_2026_01_08.csv/../x"}]'])
def test_a_folder_without_a_table_is_no_source(listing: bytes):
    with pytest.raises(SourceUnavailable):
        newest(listing)


def test_the_operators_models_come_from_a_file_or_an_object(tmp_path):
    path = tmp_path / "models.json"
    path.write_bytes(b"[]")
    assert reader(str(path), lambda bucket, key: None)() == b"[]"
    assert reader("s3://bucket/folder/key", lambda bucket, key: f"{bucket} {key}".encode())() == b"bucket folder/key"


def test_an_operators_file_that_is_not_there_is_a_source_that_fails(tmp_path):
    for address in (str(tmp_path / "none.json"), str(tmp_path), "s3://bucket/none"):
        with pytest.raises(SourceUnavailable):
            reader(address, lambda bucket, key: None)()
