"""The semantic cache: an answer to a question of the same meaning, for the same caller, where that was asked for."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from llm_router.cache_keys import key
from llm_router.generation.chat import ChatRequest, Role, TextPart
from llm_router.generation.sameness import LONGEST, marks, may_be_one
from llm_router.ports import Cache, Clock

NAMESPACE = "similar"

NEAR_ENOUGH = 0.9
"""The least cosine of two embeddings. `python -m training.evaluation.similar` prints precision and recall at each
threshold: none of the committed pairs of different questions passes this one and `may_be_one`, nor would one at 0.8."""

MOST_BYTES = 60 * 1024
"""Of one caller's questions of a kind: a longer value is not given to Redis, so the oldest are let go before."""

MOST_S = 86_400.0
"""For which an answer is kept: no longer than a caller may ask for. An end that is later is not ours, and Redis would
refuse it."""

MOST_HELD = 64
"""Questions of one caller and one kind of request; the oldest make room. It bounds what a look-up costs."""

Embed = Callable[[str], Sequence[float] | None]
"""The embedding of a text, of length one; None where there is no model."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and all else of the request: two answers may stand for each other only where the rest is equal."""

    text: str
    rest: str

    @classmethod
    def of(cls, chat: ChatRequest, others: str) -> Question | None:
        """The last message of a chat; None where it is not a text alone or the model may call tools.

        `others` is what the request says beside its messages.
        """
        last = chat.messages[-1]
        if chat.tools or last.role is not Role.USER or len(last.parts) != 1 or not isinstance(last.parts[0], TextPart):
            return None
        rest = (*chat.messages[:-1], replace(last, parts=()))
        return cls(last.parts[0].text, f"{others}\0{rest!r}")


@dataclass(frozen=True, slots=True)
class Similar:
    """The name of the answer kept for a question of the same meaning, and how near that question is: a cosine."""

    answer: str
    similarity: float


@dataclass(frozen=True, slots=True)
class _Held:
    vector: bytes
    words: tuple[int, ...]
    answer: str
    until: float


@dataclass(frozen=True, slots=True)
class SimilarAnswers:
    """Keeps embeddings, hashed words and names of kept answers; no text. Two that keep at once may lose one of theirs.

    `model` names what embeds: the embeddings of another are not comparable.
    """

    cache: Cache
    secret: bytes
    model: str
    embed: Embed
    clock: Clock

    def find(self, tenant: str, question: Question) -> Similar | None:
        """The nearest question of this caller that may be the same, if it is near enough."""
        if not (held := self._held(self._name(tenant, question))) or (vector := self._vector(question.text)) is None:
            return None
        words = marks(question.text, self.secret)
        near = [(_cosine(vector, each.vector), each.answer) for each in held if may_be_one(words, each.words)]
        similarity, answer = max(near, default=(0.0, ""))
        return Similar(answer, similarity) if similarity >= NEAR_ENOUGH else None

    def keep(self, tenant: str, question: Question, answer: str, ttl_s: float) -> None:
        """Remember for so long that the answer kept under this name is one to this question."""
        if (vector := self._vector(question.text)) is None:
            return
        name = self._name(tenant, question)
        held = [each for each in self._held(name) if each.answer != answer]
        added = _Held(vector, marks(question.text, self.secret), answer, self.clock.now() + ttl_s)
        kept = [*held[-(MOST_HELD - 1) :], added]
        while len(dumped := _dumps(kept)) > MOST_BYTES and len(kept) > 1:
            kept = kept[1 + len(kept) // 8 :]
        self.cache.set(name, dumped, max(each.until for each in kept) - self.clock.now())

    def _held(self, name: str) -> list[_Held]:
        """What is held and counts. Garbage is nothing and is deleted."""
        if (found := self.cache.get(name)) is None:
            return []
        if (held := _loads(found)) is None:
            self.cache.delete(name)
            return []
        now = self.clock.now()
        return [each for each in held if now < each.until <= now + MOST_S]

    def _vector(self, text: str) -> bytes | None:
        found = self.embed(text) if len(text) <= LONGEST else None
        return None if found is None else bytes(round(float(value) * 127) & 0xFF for value in found)

    def _name(self, tenant: str, question: Question) -> str:
        return key(self.secret, NAMESPACE, self.model, f"{tenant}\0{question.rest}")


def _cosine(one: bytes, other: bytes) -> float:
    """Of two vectors in int8 of the same length."""
    a, b = memoryview(one).cast("b").tolist(), memoryview(other).cast("b").tolist()
    length = math.sqrt(sum(map(int.__mul__, a, a)) * sum(map(int.__mul__, b, b)))
    return sum(map(int.__mul__, a, b)) / length if length else 0.0


def _dumps(held: Sequence[_Held]) -> bytes:
    rows = [[base64.b64encode(each.vector).decode(), each.words, each.answer, each.until] for each in held]
    return json.dumps(rows, separators=(",", ":")).encode()


def _loads(found: bytes) -> list[_Held] | None:
    """What `_dumps` wrote, or None for anything else."""
    try:
        held = [
            _Held(base64.b64decode(vector, validate=True), tuple(map(int, words)), str(answer), float(until))
            for vector, words, answer, until in json.loads(found)
        ]
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return held if all(each.answer.isascii() for each in held) else None
