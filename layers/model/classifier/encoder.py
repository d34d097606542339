"""Text to an embedding and the heads' outputs: one prompt, one pass, which may end at the lower layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.deadline import Watchdog
from classifier.manifest import (
    EARLY,
    EMBEDDING,
    LOWER,
    TOKENISER,
    TOKENS,
    UPPER,
    Manifest,
    ManifestError,
    verified_manifest,
)
from classifier.runtime import RunOptions, Session, import_runtime, new_run_options, open_session, runtime_errors
from classifier.tokens import Tokeniser, Tokens

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
class EarlyOutput:
    """What the lower layers found in one text: each head's output by name, float32 `[width]`; `token_count` for the
    whole text, as `Tokens.count`; `tokens_read` as the graph saw them, [CLS] and [SEP] too."""

    heads: Mapping[str, Floats]
    token_count: int
    tokens_read: int


@dataclass(frozen=True, slots=True)
class EncoderOutput(EarlyOutput):
    """What all layers found, the text's `embedding`, float32 `[384]` of length one, and `lower_tokens`, float32
    `[tokens, 384]`, as the lower layers handed them on."""

    embedding: Floats
    lower_tokens: Floats


Enough = Callable[[EarlyOutput], bool]
"""Told what the lower layers found, it says whether to stop there."""


class Encoder:
    """The tokeniser and the sessions. Safe to use from several threads; each run uses `threads` of its own."""

    def __init__(self, lower: Session, upper: Session, tokeniser: Tokeniser, manifest: Manifest) -> None:
        import numpy

        self._lower = lower
        self._upper = upper
        self._tokeniser = tokeniser
        self._numpy = numpy
        self._early = {name.removeprefix(EARLY): name for name in manifest.outputs if name.startswith(EARLY)}
        self._late = [name for name in manifest.outputs if not name.startswith(EARLY)]
        self._failures = runtime_errors()
        self._watchdog = Watchdog()
        self.manifest = manifest

    @classmethod
    def load(cls, directory: Path = ARTIFACTS, *, threads: int = 1) -> Encoder:
        """Verify every file against the manifest, then open them. Raises `EncoderUnavailable` with the reason.

        One thread is right for one processor and for many short prompts; a second helps from 30 tokens on.
        """
        try:
            # Hashing the weights needs no interpreter: meanwhile this thread imports what will open them.
            with ThreadPoolExecutor(1) as aside:
                checked = aside.submit(verified_manifest, directory)
                with suppress(ImportError):
                    import_runtime()
            manifest = checked.result()
        except ManifestError as error:
            raise EncoderUnavailable(str(error)) from error
        try:
            lower, upper = (open_session(directory / name, threads=threads) for name in (LOWER, UPPER))
            tokeniser = Tokeniser(directory / TOKENISER)
            given = {output.name for session in (lower, upper) for output in session.get_outputs()}
        except ImportError as error:
            raise EncoderUnavailable(f"A library the model needs cannot be imported ({error.name}).") from error
        except runtime_errors() as error:
            raise EncoderUnavailable("onnxruntime cannot open the model.") from error
        if given != {TOKENS, *manifest.outputs} or EMBEDDING not in manifest.outputs:
            raise EncoderUnavailable("The graphs' outputs are not those of the manifest.")
        return cls(lower, upper, tokeniser, manifest)

    def count(self, text: str) -> int:
        """The text's length in tokens, without running the model."""
        return self._tokeniser(text).count

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        """Embed one text; a batch is a loop over this, since int8 ranges are found prompt by prompt.

        With `deadline_s` the runs are told to stop when the time is over. Raises `EncoderFailed`, or its kind
        `EncoderTimeout`.
        """
        tokens = self._tokeniser(text)
        with self._options(deadline_s) as options:
            (states,) = self._ask(self._lower, [TOKENS], {"input_ids": self._ids(tokens)}, options)
            return self._upwards(tokens, states, options)

    def encode_until(
        self, text: str, enough: Enough, *, deadline_s: float | None = None
    ) -> EarlyOutput | EncoderOutput:
        """As `encode`, but the upper layers run only where what the lower ones found is not enough."""
        tokens = self._tokeniser(text)
        with self._options(deadline_s) as options:
            names = [TOKENS, *self._early.values()]
            states, *found = self._ask(self._lower, names, {"input_ids": self._ids(tokens)}, options)
            output = EarlyOutput(_checked(self._early, found), tokens.count, len(tokens.ids))
            return output if enough(output) else self._upwards(tokens, states, options)

    def _upwards(self, tokens: Tokens, states: Floats, options: RunOptions | None) -> EncoderOutput:
        heads = _checked(self._late, self._ask(self._upper, self._late, {TOKENS: states}, options))
        embedding = heads.pop(EMBEDDING)
        return EncoderOutput(heads, tokens.count, len(tokens.ids), embedding, states[0])

    def _ids(self, tokens: Tokens) -> Array:
        return self._numpy.array([tokens.ids], dtype=self._numpy.int64)

    def _ask(
        self, session: Session, outputs: list[str], inputs: Mapping[str, Array], options: RunOptions | None
    ) -> Sequence[Floats]:
        try:
            return session.run(outputs, inputs, options)
        except self._failures as error:
            raise EncoderFailed("The model could not be run.") from error

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


def _checked(names: Iterable[str], results: Sequence[Floats]) -> dict[str, Floats]:
    values = {name: result[0] for name, result in zip(names, results, strict=True)}
    # One product is finite only if all its terms are.
    if not all(math.isfinite(value @ value) for value in values.values()):
        raise EncoderFailed("The model gave values that are not finite.")
    return values
