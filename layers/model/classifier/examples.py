"""What an own category's examples are to the classifier. Reading one takes milliseconds, so each is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.encoder import EncoderOutput
from classifier.heads import TextEncoder
from classifier.manifest import Manifest
from llm_router.taxonomy import Category

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """The built-in category that a text falls into, and what own categories are told by."""

    base: Category
    signature: Floats


class ReadExamples:
    """Remembers the examples of the last list, so that a change of it costs only the new ones."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Example] = {}

    def __call__(self, version: str, texts: Iterable[str], read: Callable[[str], Example]) -> dict[str, Example]:
        """What `read` makes of each text, by the artefact `version`.

        Raises what `read` raises; what has been read by then is known when it is asked for again.
        """
        asked = list(dict.fromkeys(texts))
        # Only what is asked for stays: the memory is bounded as the list is.
        known = {key: self._known[key] for text in asked if (key := (version, text)) in self._known}
        self._known = known
        for text in asked:
            if (version, text) not in known:
                known[version, text] = read(text)
        return {text: known[version, text] for text in asked}


class LastRead:
    """An encoder that need not run again for the text that it was last asked for. For one thread."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._last: tuple[str, EncoderOutput] | None = None

    @property
    def manifest(self) -> Manifest:
        """The encoder's."""
        return self._encoder.manifest

    def count(self, text: str) -> int:
        """The text's length in tokens."""
        return self._encoder.count(text)

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        """As the encoder has it. Raises `EncoderFailed`."""
        if self._last is None or self._last[0] != text:
            self._last = text, self._encoder.encode(text, deadline_s=deadline_s)
        return self._last[1]
