"""One text, one pass: what comes out, and what happens when the run goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.encoder import Encoder, EncoderFailed, EncoderTimeout
from classifier.manifest import EMBEDDING, TOPIC, Manifest, OutputRecord
from classifier.runtime import Output, RunOptions, new_run_options, runtime_errors
from classifier.tokens import Tokeniser
from tests.support.encoder import base_source
from training.build.source import TOKENIZER

Floats = NDArray[np.float32]


class FakeSession:
    """A session whose run is the test's own."""

    def __init__(self, run: Callable[[RunOptions | None], Floats]) -> None:
        self._run = run

    def run(
        self, outputs: Sequence[str], inputs: Mapping[str, NDArray[np.generic]], options: RunOptions | None, /
    ) -> Sequence[Floats]:
        return [self._run(options) for _ in outputs]

    def get_outputs(self) -> Sequence[Output]:
        return []


def encoder_that(run: Callable[[RunOptions | None], Floats]) -> Encoder:
    manifest = Manifest("fake", "fake", "", False, {}, {name: OutputRecord(2) for name in (EMBEDDING, TOPIC)})
    return Encoder(FakeSession(run), Tokeniser(base_source() / TOKENIZER.name), manifest)


@pytest.fixture(scope="module")
def encoder(base_encoder: Path) -> Encoder:
    return Encoder.load(base_encoder)


def test_an_embedding_has_length_one(encoder: Encoder) -> None:
    output = encoder.encode("Write a haiku about rain.")
    assert output.embedding.shape == (384,)
    assert output.embedding.dtype == np.float32
    assert np.linalg.norm(output.embedding) == pytest.approx(1, abs=1e-5)
    assert output.token_count == 6


def test_the_same_text_gives_the_same_bytes_whatever_came_before(encoder: Encoder) -> None:
    first = encoder.encode("Write a haiku about rain.").embedding
    encoder.encode("something else entirely, " * 40)
    assert np.array_equal(first, encoder.encode("Write a haiku about rain.").embedding)


def test_a_deadline_changes_nothing_when_it_is_kept(encoder: Encoder) -> None:
    text = "Compare tea and coffee."
    assert np.array_equal(encoder.encode(text).embedding, encoder.encode(text, deadline_s=30).embedding)


def test_near_texts_are_nearer_than_far_ones(encoder: Encoder) -> None:
    question, paraphrase, other = (
        encoder.encode(text).embedding
        for text in ("How do I cook rice?", "What is the best way to boil rice?", "Prove that 7 is prime.")
    )
    assert question @ paraphrase > question @ other + 0.3


@pytest.mark.parametrize("text", ["", " ", "x" * 1_000_000, "\ud800", "ok " * 5000])
def test_any_string_has_an_embedding(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode(text).embedding).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_an_error_and_not_an_answer(value: float) -> None:
    encoder = encoder_that(lambda _: np.array([[1.0, value]], np.float32))
    with pytest.raises(EncoderFailed, match="not finite"):
        encoder.encode("hello")


def test_what_the_runtime_raises_is_translated() -> None:
    def fail(_: RunOptions | None) -> Floats:
        raise runtime_errors()[0]("broken")

    with pytest.raises(EncoderFailed, match="could not be run"):
        encoder_that(fail).encode("hello")
    with pytest.raises(EncoderFailed, match="could not be run"):
        encoder_that(fail).encode("hello", deadline_s=30)


def until_told_to_stop(options: RunOptions | None) -> Floats:
    """A run that never ends by itself, as onnxruntime ends one that is told to stop."""
    assert options is not None
    while not options.terminate:
        threading.Event().wait(0.001)
    raise runtime_errors()[0]("told to stop")


def test_a_run_that_hangs_is_told_to_stop_and_is_a_time_out() -> None:
    with pytest.raises(EncoderTimeout):
        encoder_that(until_told_to_stop).encode("hello", deadline_s=0.01)


def test_after_a_hang_the_next_text_is_answered() -> None:
    calls: list[int] = []

    def hang_once(options: RunOptions | None) -> Floats:
        calls.append(1)
        return until_told_to_stop(options) if len(calls) == 1 else np.ones((1, 2), np.float32)

    encoder = encoder_that(hang_once)
    with pytest.raises(EncoderTimeout):
        encoder.encode("hello", deadline_s=0.01)
    assert encoder.encode("hello", deadline_s=30).embedding.tolist() == [1, 1]


def test_the_real_runtime_stops_when_it_is_told_to(encoder: Encoder) -> None:
    options = new_run_options()
    options.terminate = True
    with pytest.raises(EncoderFailed):
        encoder._run(np.array([[101, 7592, 102]]), options)


def test_a_watch_that_has_gone_to_sleep_wakes_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.deadline.STEP_S", 0.001)
    monkeypatch.setattr("classifier.deadline.LINGER", 1)
    encoder = encoder_that(until_told_to_stop)
    for _ in range(20):
        with pytest.raises(EncoderTimeout):
            encoder.encode("hello", deadline_s=0.002)


def test_the_topic_is_another_reading_of_the_text(encoder: Encoder) -> None:
    one, other = (encoder.encode(text) for text in ("Write a haiku about rain.", "Write a program about rain."))
    assert np.linalg.norm(one.topic) == pytest.approx(1, abs=1e-5)
    assert one.topic @ other.topic > one.embedding @ other.embedding


def test_threads_get_their_own_answers(encoder: Encoder) -> None:
    texts = [f"text number {number}" for number in range(8)]
    alone = [encoder.encode(text).embedding for text in texts]
    together: dict[str, Floats] = {}

    def work(text: str) -> None:
        together[text] = encoder.encode(text, deadline_s=60).embedding

    threads = [threading.Thread(target=work, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(together[text], want) for text, want in zip(texts, alone, strict=True))


def test_importing_the_encoder_imports_no_heavy_library() -> None:
    heavy = ("numpy", "onnxruntime", "tokenizers")
    code = f"import sys; import classifier.encoder; print([m for m in {heavy} if m in sys.modules])"
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
