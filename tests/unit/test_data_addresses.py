"""The head of a data address and its base64, also of addresses that are made to be slow to read."""

from __future__ import annotations

import base64

import pytest

from llm_router.adapters.providers import media
from llm_router.data_addresses import LONGEST_HEAD, Head, head_of, plain_base64
from llm_router.generation.provider import ProviderFailed
from tests.support.steps import lines_run

LONG = 3_999_990


@pytest.mark.parametrize("address", ["https://x.example/a.png", "", "dat", "base64,QUJD"])
def test_any_other_address_has_no_head(address: str):
    assert head_of(address) is None


def test_a_comma_that_comes_too_late_begins_no_data():
    before = "data:image/png;".ljust(LONGEST_HEAD - 1, "a")
    assert head_of(f"{before},x") == Head("image/png", False, LONGEST_HEAD)
    assert head_of(f"{before}a,x") == Head("image/png", False, None)
    with pytest.raises(ProviderFailed):
        media.inline(f"{before}a,x")


def test_what_an_address_holds_is_told_in_plain_base64():
    held = media.inline("data:application/pdf;base64, JVBE\r\nRi0")
    assert held == media.Media("application/pdf", "JVBERi0=")
    assert held.content == b"%PDF-"


@pytest.mark.parametrize("octets", range(6))
def test_base64_stays_what_it_is(octets: int):
    written = base64.b64encode(b"\xfb\xff\xbf\xfe\x00\x01"[:octets]).decode()
    assert plain_base64(written) == plain_base64(written.rstrip("=")) == written


@pytest.mark.parametrize("unit", ["a;", "%", "%41", "%2B", "%2", " ", "=", "QUJD"])
def test_no_address_is_more_work_to_read_for_being_long(unit: str):
    def read(times: int) -> int:
        data = unit * times
        return lines_run(lambda: (head_of(f"data:{data}"), plain_base64(data)))

    assert read(LONG // len(unit)) <= read(10_000) + 10
