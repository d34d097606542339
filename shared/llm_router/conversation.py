"""What a conversation asks for: the text that is classified, and what its parts demand of a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from llm_router.catalogue.entry import Capability

USER = "user"
INSTRUCTING = frozenset({"system", "developer"})
"""Who says how all of a conversation is to be answered."""
IMAGE_TOKENS = 800
"""What providers bill for one picture of ordinary size, to the order of magnitude; they differ and seldom say. What
each bills at most is in `generation/pictures.toml`."""
ORIGINAL_TOKENS = 10_000
"""What OpenAI bills at most for one that is looked at in its original size."""
FILE_TOKENS, AUDIO_TOKENS = 3000, 500
"""The same for a document of a few pages, and for a quarter of a minute of sound: what each counts at least."""
TEXT_OCTETS, FILE_OCTETS, AUDIO_OCTETS = 4, 8, 250
"""Bytes that make a token at least: of text; of other documents, whose pages are billed as text and as pictures; and of
sound, billed by time (some thirty tokens a second, of which eight kilobytes are a good recording). Too many tokens
rather than too few, since budgets and `max_cost_usd` rest on them."""
MESSAGE_TOKENS, REQUEST_TOKENS = 4, 3
"""What providers bill for that wraps each message, who speaks and where it begins and ends, and for what opens the
answer: so many at OpenAI, about as many at most others."""


class Packed(NamedTuple):
    """What files and sound may be billed as beyond what they count, since it is packed. Of `pages` that are seen in
    PDFs, which count `page_tokens`, it goes by the model, which may bill `page_text` tokens of their text beyond what a
    page allows for; of PDFs that show none it is `hidden` tokens at models that bill the least for a page, and goes by
    the model for what others bill beyond that for their `hidden_pages`; of other files and of sound it is `unseen`
    tokens, at most."""

    unseen: int = 0
    hidden: int = 0
    pages: int = 0
    page_tokens: int = 0
    hidden_pages: int = 0
    page_text: int = 0


NOTHING_PACKED = Packed()


def packed_together(each: Iterable[Packed]) -> Packed:
    """All of it as one."""
    return Packed(*map(sum, zip(*each, strict=True)))


@dataclass(frozen=True, slots=True)
class Turn:
    """One message: who speaks, its text, how many of its parts are not text, and what these take in tokens beyond what
    each picture counts. `images` tell how closely each is to be looked at, blank where nothing is said of it. `unsized`
    are the files of which only an address is known, and so not how much they are; `packed` is what others, and sound,
    may be billed as beyond what they count."""

    role: str
    text: str
    images: tuple[str, ...] = ()
    audios: int = 0
    files: int = 0
    heavy_tokens: int = 0
    unsized: int = 0
    packed: Packed = NOTHING_PACKED


@dataclass(frozen=True, slots=True)
class Media:
    """What may be billed as far more than it counts: how many pictures are to be looked at how closely, and what is
    packed in files and sound."""

    pictures: tuple[tuple[str, int], ...] = ()
    packed: Packed = NOTHING_PACKED

    @property
    def assumed(self) -> str:
        """What is to be paid for as more than it counts, and as what; blank where nothing is."""
        pictures = "pictures billed as large ones" if self.pictures else ""
        packed = "files and sound billed as long ones" if any(self.packed) else ""
        return " and ".join(filter(None, [pictures, packed]))


NO_MEDIA = Media()


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages in their order, whether tools or a JSON answer are asked for beside them, about how many tokens what
    describes these takes, and whether tools have been called in them."""

    turns: tuple[Turn, ...]
    wants_tools: bool = False
    wants_json: bool = False
    beside_tokens: int = 0
    has_calls: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """Everything the user said, in its order."""
        return tuple(turn.text for turn in self.turns if turn.role == USER and turn.text.strip())

    @property
    def request(self) -> str:
        """The last thing the user asked; the last text at all when no user speaks."""
        asked = self.asked
        return asked[-1] if asked else next((turn.text for turn in reversed(self.turns) if turn.text.strip()), "")

    @property
    def instructions(self) -> tuple[str, ...]:
        """What the caller says of every answer, beside what is asked."""
        request = self.request
        told = (turn.text for turn in self.turns if turn.role in INSTRUCTING and turn.text.strip())
        return tuple(text for text in told if text != request)

    @property
    def other_texts(self) -> list[str]:
        """What was said beside the request."""
        request, texts = self.request, [turn.text for turn in self.turns if turn.text]
        places = [place for place, text in enumerate(texts) if text == request]
        return texts[: places[-1]] + texts[places[-1] + 1 :] if places else texts

    @property
    def media_tokens(self) -> int:
        """Tokens of pictures, files and sound, and of what describes tools and answers."""
        return sum(len(turn.images) * IMAGE_TOKENS + turn.heavy_tokens for turn in self.turns) + self.beside_tokens

    @property
    def media(self) -> Media:
        """What of it may be billed as far more than it counts."""
        pictures = Counter(detail for turn in self.turns for detail in turn.images)
        return Media(tuple(pictures.items()), packed_together(turn.packed for turn in self.turns))

    @property
    def unspoken_tokens(self) -> int:
        """Tokens of all that is no message's text, with what wraps the messages."""
        return self.media_tokens + wrapping_tokens(len(self.turns))

    @property
    def tooled(self) -> bool:
        """Whether a model has to be told how tools or the shape of an answer are used."""
        return self.wants_tools or self.wants_json or self.has_calls

    @property
    def is_sized(self) -> bool:
        """Whether all of it is here, so that what reading it costs can be told beforehand."""
        return not any(turn.unsized for turn in self.turns)

    @property
    def requires(self) -> frozenset[Capability]:
        """What a model must be able to do to take this conversation at all."""
        needs = {
            Capability.TOOLS: self.wants_tools,
            Capability.JSON: self.wants_json,
            Capability.VISION: any(turn.images for turn in self.turns),
            Capability.AUDIO: any(turn.audios for turn in self.turns),
            Capability.PDF: any(turn.files for turn in self.turns),
        }
        return frozenset(capability for capability, needed in needs.items() if needed)


def wrapping_tokens(messages: int) -> int:
    """What wraps so many messages of a request."""
    return messages * MESSAGE_TOKENS + REQUEST_TOKENS


def audio_tokens(octets: int) -> int:
    """About how many tokens so many bytes of sound take."""
    return max(AUDIO_TOKENS, octets // AUDIO_OCTETS)


def of_prompt(prompt: str) -> Conversation:
    """A single prompt as a conversation."""
    return Conversation((Turn(USER, prompt),))
