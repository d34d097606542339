"""What is played, sound and films, which is billed by the time that it lasts: how much that may be at most."""

from __future__ import annotations

import re

from llm_router.conversation import audio_tokens

SPARE_AUDIO_OCTETS = 60
"""Bytes that make a token at least of sound that is packed to two kilobytes a second, where money is bounded."""
ENDLESS_TOKENS = 10_000_000
"""What may last however few its bytes are: more than any window holds, which is what bounds it."""

_PLAYED = re.compile(r"(video|audio)/|application/(ogg|mp4|x-mpegurl|vnd\.apple\.mpegurl)$")
_BY_SIZE = frozenset({"wav", "wave", "x-wav", "vnd.wave", "mp3", "mpeg", "mpga", "aiff", "x-aiff", "pcm16", "l16"})
"""Sound whose bytes tell how long it lasts."""
_ENDLESS = re.compile(
    rb"fLaC|OggS|\x1aE\xdf\xa3|....ftyp|\0...(moov|mdat|free|skip|wide)"
    rb"|\xff[\xf0\xf1\xf8\xf9]|#!AMR|caff\0",
    re.S,
)
"""How what is packed by what happens in it begins, whatever it is called."""
_TAG = re.compile(rb"ID3..(.)([\0-\x7f]{4})", re.S)
"""What tells of a recording before it begins, with the length of what it tells; it may have a footer."""
_HAS_FOOTER, _FOOTER = 0x10, 10
MOST_TAGS = 8
"""Those that may stand one behind another: players read on behind them."""
_TRANSPORT, _PACKET = "video/mp2t", b"G"
"""A film in packets, as programs call a TypeScript source by its name, too; and how a packet begins."""


def lasts_as_it_likes(kind: str, held: bytes) -> bool:
    """Whether a file of this kind may last for any time, a picture that stands still or silence taking no bytes."""
    named, _, form = kind.partition("/")
    begins = _behind_tags(held)
    if begins is None or _ENDLESS.match(held, begins) is not None:
        return True
    if kind == _TRANSPORT and _is_source(held):
        return False
    return _PLAYED.match(kind) is not None and not (named == "audio" and form in _BY_SIZE)


def unseen_audio_tokens(form: str, octets: int, held: bytes | None) -> int:
    """How many more tokens sound in this form may be billed as than it counts, by its size and how it begins; `held`
    are its bytes, None where they cannot be told."""
    if held is None or lasts_as_it_likes(f"audio/{form.strip().lower()}", held):
        return ENDLESS_TOKENS
    return max(0, octets // SPARE_AUDIO_OCTETS - audio_tokens(octets))


def _behind_tags(held: bytes) -> int | None:
    """Where a recording begins; None where there are more tags before it than are read."""
    begins = 0
    for _ in range(MOST_TAGS + 1):
        if (tag := _TAG.match(held, begins)) is None:
            return begins
        flags, size = tag.groups()
        begins = tag.end() + _of_sevens(size) + (_FOOTER if flags[0] & _HAS_FOOTER else 0)
    return None


def _of_sevens(size: bytes) -> int:
    """A number of which each byte holds seven bits."""
    return sum(octet << 7 * place for place, octet in enumerate(reversed(size)))


def _is_source(held: bytes) -> bool:
    if not held or held.startswith(_PACKET):
        return False
    try:
        held.decode()
    except UnicodeDecodeError:
        return False
    return True
