"""Sound and films are billed by the time that they last: where their bytes tell nothing of it they are paid for as all
that a window holds."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from llm_router.conversation import AUDIO_TOKENS, Conversation
from llm_router.file_tokens import Unpacking, file_tokens
from llm_router.generation.pictures import most_beyond
from llm_router.played import ENDLESS_TOKENS, SPARE_AUDIO_OCTETS
from tests.support.documents import file_part, said_with
from tests.support.models import model

WINDOW = 128_000
ASKED = replace(model("x"), context_window=WINDOW)
SILENCE = {"flac": b"fLaC", "ogg": b"OggS", "opus": b"OggS", "aac": b"\xff\xf1", "m4a": b"\0\0\0\x20ftypM4A "}


def sound(form: str, held: bytes) -> Conversation:
    part = {"data": base64.b64encode(held).decode(), "format": form}
    return said_with({"type": "input_audio", "input_audio": part})


def paid(said: Conversation) -> int:
    """What it takes of a window at most."""
    return said.media_tokens + most_beyond(said.media, ASKED, said.media_tokens)


@pytest.mark.parametrize("form", SILENCE)
def test_sound_that_may_be_silence_is_paid_for_as_what_a_window_holds(form: str):
    said = sound(form, SILENCE[form] + bytes(6000))
    assert said.media_tokens == AUDIO_TOKENS, "which the ranking goes by"
    assert paid(said) == WINDOW


def tag(size: int, flags: int = 0) -> bytes:
    """What tells of a recording, in so many bytes behind its head."""
    return b"ID3\4\0" + bytes([flags, 0, 0, size >> 7, size & 127]) + b"x" * (size + (10 if flags else 0))


PACKED = {
    **{"flac": b"fLaC", "ogg": b"OggS", "webm": b"\x1aE\xdf\xa3", "mp4": b"\0\0\0\x20ftypmp42", "mov": b"\0\0\1\0moov"},
    **{f"adts {octet:x}": bytes((0xFF, octet)) for octet in (0xF0, 0xF1, 0xF8, 0xF9)},
    **{"amr": b"#!AMR\n", "caf": b"caff\0\1"},
    **{"tagged": tag(1000) + b"fLaC", "with a footer": tag(300, 0x10) + b"\xff\xf1", "tags": tag(9) * 3 + b"OggS"},
    "too many tags": tag(0) * 100,
}


@pytest.mark.parametrize("held", PACKED.values(), ids=PACKED)
def test_it_is_whatever_it_is_called(held: bytes):
    assert paid(sound("mp3", held + bytes(6000))) == WINDOW
    told = file_tokens(f"data:audio/mpeg;base64,{base64.b64encode(held + bytes(6000)).decode()}", Unpacking())
    assert told.packed.unseen == ENDLESS_TOKENS


@pytest.mark.parametrize(
    "disguise", ["\n" * 64, " \t\r\n" * 1000, "%0A" * 22, "%0a%20" * 22, "T\n\n\n", "T" + "\n" * 90_000, "!", "data:,"]
)
def test_it_is_in_whatever_way_its_base64_is_written(disguise: str):
    written = base64.b64encode(b"OggS" + bytes(300_000)).decode()
    written = disguise + written.removeprefix(disguise[0])
    part = {"type": "input_audio", "input_audio": {"data": written, "format": "mp3"}}
    assert paid(said_with(part)) == WINDOW


RECORDINGS = {
    "none": b"",
    "mp3": b"\xff\xfb",
    "mp3 of low rate": b"\xff\xf3",
    "wav": b"RIFF",
    "tagged": tag(1000) + b"\xff\xfb",
}


@pytest.mark.parametrize("form", ["wav", "mp3", "MP3"])
@pytest.mark.parametrize("begins", RECORDINGS.values(), ids=RECORDINGS)
def test_sound_whose_bytes_tell_how_long_it_lasts_is_paid_for_by_them(form: str, begins: bytes):
    assert paid(sound(form, begins.ljust(300_000, b"\0"))) == 300_000 // SPARE_AUDIO_OCTETS


@pytest.mark.parametrize("kind", ["video/mp4", "video/webm", "video/x-msvideo", "audio/flac", "audio/ogg"])
def test_films_and_such_sound_that_come_as_files_are_too(kind: str):
    said = said_with(file_part(kind, b"\0\0\0\x18" + bytes(40_000)))
    assert said.media_tokens == 40_004 // 8
    assert paid(said) == WINDOW


def test_a_recording_that_comes_as_a_file_goes_by_its_size():
    assert paid(said_with(file_part("audio/mpeg", b"\xff\xfb" + bytes(100_000) + b"\xff"))) < WINDOW


SOURCE = "export const found = (each: Named): string => `${each.name}…`;\n" * 200


@pytest.mark.parametrize("named", ["video/mp2t", None])
def test_a_typescript_source_is_a_text_though_programs_call_it_a_film(named: str | None):
    if named:
        part = file_part(named, SOURCE.encode())
    else:
        part = {"type": "file", "file": {"file_data": base64.b64encode(SOURCE.encode()).decode(), "filename": "a.ts"}}
    assert paid(said_with(part)) == paid(said_with(file_part("text/plain", SOURCE.encode()))) < WINDOW


@pytest.mark.parametrize("held", [b"G" + SOURCE.encode(), b"\0\0\0\0G@\x11\x10\xff" + bytes(3000), b""])
def test_what_is_called_so_and_may_be_a_film_is_one(held: bytes):
    assert file_tokens(f"data:video/mp2t;base64,{base64.b64encode(held).decode()}", Unpacking()).packed.unseen > 10**6
