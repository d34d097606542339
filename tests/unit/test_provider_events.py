"""Events come out the same however the bytes that carry them are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_router.adapters.providers.bedrock import AwsEvents
from llm_router.adapters.providers.events import (
    MAX_EVENT_BYTES,
    BrokenStream,
    EventDecoder,
    ServerEvent,
    ServerSentEvents,
)
from tests.support.provider_streams import aws_event

SENT = (
    b': a comment\r\n\r\nevent: greeting\r\ndata: {"a":\r\ndata:  1}\r\n\r\n'
    b"id: 7\nretry: 5\ndata\ndata:x\n\nevent: nothing\n\ndata: gr\xc3\xbc\xc3\x9f\n\ndata: unfinished"
)
EXPECTED = [ServerEvent(b'{"a":\n 1}', "greeting"), ServerEvent(b"\nx"), ServerEvent("grüß".encode())]


def cut(decoder: EventDecoder, sent: bytes, places: list[int]) -> list[ServerEvent]:
    places = [0, *sorted(place % len(sent) for place in places), len(sent)]
    pieces = [sent[start:end] for start, end in pairwise(places)]
    return [event for piece in pieces for event in decoder.feed(piece)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 1000), max_size=12))
def test_server_sent_events_come_out_however_they_are_cut(places):
    assert cut(ServerSentEvents(), SENT, places) == EXPECTED


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 1000), max_size=12))
def test_amazon_s_events_come_out_however_they_are_cut(places):
    sent = aws_event("one", {"a": 1}) + aws_event("twoException", {}, "exception")
    assert cut(AwsEvents(), sent, places) == [ServerEvent(b'{"a": 1}', "one"), ServerEvent(b"{}", "twoException")]


def test_amazon_s_events_are_checked_against_their_sums():
    sent = bytearray(aws_event("one", {"a": 1}))
    sent[-6] ^= 1
    with pytest.raises(BrokenStream):
        list(AwsEvents().feed(bytes(sent)))


@pytest.mark.parametrize("piece", [b"x" * 65_536, b"data: " + b"x" * 65_536 + b"\n"])
def test_an_event_without_end_is_not_kept(piece):
    with pytest.raises(BrokenStream):
        cut(ServerSentEvents(), piece * (MAX_EVENT_BYTES // len(piece) + 2), list(range(0, MAX_EVENT_BYTES, 65_536)))
