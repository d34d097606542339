"""Text to an embedding and the heads' outputs: one prompt, one pass."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.deadline import Watchdog
from classifier.manifest import EMBEDDING, GRAPH, TOKENISER, TOPIC, Manifest, ManifestError, verified_manifest
from classifier.runtime import RunOptions, Session, import_runtime, new_run_options, open_session, runtime_errors
from classifier.tokens import Tokeniser

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.generic]
    Floats = NDArray[np.float32]

ARTIFACTS = Path(__file__).with_name("artifacts")


class EncoderError(Exception):
    """The root of what this module raises; the message is one sentence without the text."""


class EncoderUnavailable(EncoderError):
    """There is no encoder: a file is missing or not what was built, or a library cannot be imported."""


class EncoderFailed(EncoderError):
    """This text has no embedding: the run raised, or gave something that is not finite."""


class EncoderTimeout(EncoderFailed):
    """The run had not ended by its deadline."""


@dataclass(frozen=True, slots=True)
class EncoderOutput:
    """What was found in one text: each head's output by name, float32 `[width]`; `embedding` and `topic` as the
    manifest tells; `token_count` for the whole text, as `Tokens.count`."""

    heads: Mapping[str, Floats]
    embedding: Floats
    topic: Floats
    token_count: int


class Encoder:
    """The tokeniser and the session. Safe to use from several threads; each run uses `threads` of its own."""

    def __init__(self, session: Session, tokeniser: Tokeniser, manifest: Manifest) -> None:
        import numpy

        self._session = session
        self._tokeniser = tokeniser
        self._numpy = numpy
        self._outputs = list(manifest.outputs)
        self._failures = runtime_errors()
        self._watchdog = Watchdog()
        self.manifest = manifest

    @classmethod
    def load(cls, directory: Path = ARTIFACTS, *, threads: int = 1) -> Encoder:
        """Verify every file against the manifest, then open them. Raises `EncoderUnavailable` with the reason.

        One thread is right for one processor and for many short prompts; a second helps from 30 tokens on.
        """
        try:
            # Hashing the weights and reading the vocabulary need no interpreter: meanwhile this thread imports what
            # will open the graph.
            with ThreadPoolExecutor(1) as aside:
                reading = aside.submit(_verified, directory)
                with suppress(ImportError):
                    import_runtime()
            manifest, tokeniser = reading.result()
            session = open_session(directory / GRAPH, threads=threads)
            given = {output.name for output in session.get_outputs()}
        except ManifestError as error:
            raise EncoderUnavailable(str(error)) from error
        except ImportError as error:
            raise EncoderUnavailable(f"A library the model needs cannot be imported ({error.name}).") from error
        except runtime_errors() as error:
            raise EncoderUnavailable("onnxruntime cannot open the model.") from error
        if given != manifest.outputs.keys() or not {EMBEDDING, TOPIC} <= given:
            raise EncoderUnavailable("The graph's outputs are not those of the manifest.")
        return cls(session, tokeniser, manifest)

    def count(self, text: str) -> int:
        """The text's length in tokens, without running the model."""
        return self._tokeniser(text).count

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        """Embed one text; a batch is a loop over this, since int8 ranges are found prompt by prompt.

        With `deadline_s` the run is told to stop when the time is over. Raises `EncoderFailed`, or its kind
        `EncoderTimeout`.
        """
        tokens = self._tokeniser(text)
        ids = self._numpy.array([tokens.ids], dtype=self._numpy.int64)
        with self._options(deadline_s) as options:
            heads = self._checked(self._run(ids, options))
        return EncoderOutput(heads, heads.pop(EMBEDDING), heads.pop(TOPIC), tokens.count)

    def _run(self, ids: Array, options: RunOptions | None) -> Sequence[Floats]:
        try:
            return self._session.run(self._outputs, {"input_ids": ids}, options)
        except self._failures as error:
            raise EncoderFailed("The model could not be run.") from error

    def _checked(self, results: Sequence[Floats]) -> dict[str, Floats]:
        values = {name: result[0] for name, result in zip(self._outputs, results, strict=True)}
        # One product is finite only if all its terms are.
        if not all(math.isfinite(value @ value) for value in values.values()):
            raise EncoderFailed("The model gave values that are not finite.")
        return values

    @contextmanager
    def _options(self, deadline_s: float | None) -> Iterator[RunOptions | None]:
        if deadline_s is None:
            yield None
            return
        options = new_run_options()
        self._watchdog.watch(options, deadline_s)
        try:
            yield options
        except EncoderFailed as error:
            if options.terminate:
                raise EncoderTimeout(f"The model had not answered after {deadline_s:g} s.") from error
            raise
        finally:
            self._watchdog.release(options)


def _verified(directory: Path) -> tuple[Manifest, Tokeniser]:
    """The manifest, once every file has been checked against it, and the tokeniser. Raises `ManifestError` or
    `ImportError`."""
    return verified_manifest(directory), Tokeniser(directory / TOKENISER)
