"""The int8 encoder against the float32 original, on prompts that calibration never saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.encoder import Encoder
from classifier.tokens import MAX_TOKENS, Tokeniser
from tests.support.encoder import base_source, build_encoder
from training.build.calibrate import PROMPTS
from training.build.glosses import glossed_tokeniser
from training.build.network import Weights
from training.build.reference import embedding, hidden_states
from training.build.source import MODEL, TOKENIZER
from training.build.target import Target, this_machine
from training.build.weights import load_weights, read_weights

HERE = Path(__file__).parent
LEAST_MEAN = 0.995
"""What the project promises for the base weights; `python -m training.build.measure` prints what it is."""

LEAST_SINGLE = 0.96
"""Below this a prompt would find other neighbours. The long ones are the worst."""


@pytest.fixture(scope="module")
def weights() -> Weights:
    return load_weights(base_source(), None)


@pytest.fixture(scope="module")
def tokenise() -> Tokeniser:
    return Tokeniser(glossed_tokeniser(base_source()))


@pytest.fixture(scope="module")
def held_prompts() -> list[str]:
    """Committed prompts, and these again joined until they fill the window."""
    lines = (HERE / "held_prompts.txt").read_text(encoding="utf-8").splitlines()
    prompts = [line.replace("\\n", "\n") for line in lines]
    return prompts + ["\n".join(prompts[start : start + 16]) for start in range(0, len(prompts), 8)]


@pytest.fixture(scope="module")
def originals(weights: Weights, tokenise: Tokeniser, held_prompts: list[str]) -> list[NDArray[np.float32]]:
    """The held prompts' embeddings in float32."""
    return [embedding(hidden_states(weights, tokenise(prompt).ids)) for prompt in held_prompts]


@pytest.mark.parametrize("target", list(Target))
def test_the_int8_embedding_is_practically_the_original(
    target: Target, held_prompts: list[str], originals: list[NDArray[np.float32]], base_encoder: Path, tmp_path: Path
) -> None:
    encoder = Encoder.load(base_encoder if target == this_machine() else build_encoder(tmp_path, target=target))
    given = [encoder.encode(prompt).embedding for prompt in held_prompts]
    measured = np.array([have @ want for have, want in zip(given, originals, strict=True)])
    assert measured.mean() >= LEAST_MEAN
    assert measured.min() >= LEAST_SINGLE


@pytest.fixture(scope="module")
def canonical() -> tuple[list[str], NDArray[np.float32]]:
    """Texts and their mean-pooled, normalised vectors from transformers' BertModel in float32."""
    with np.load(HERE / "canonical.npz", allow_pickle=False) as archive:
        return [str(text) for text in archive["texts"]], archive["vectors"]


def test_the_float32_reference_agrees_with_another_implementation(
    canonical: tuple[list[str], NDArray[np.float32]],
) -> None:
    """Of the texts that are read whole and in one piece: that one knows no blocks."""
    weights, tokenise = read_weights(base_source() / MODEL.name), Tokeniser(base_source() / TOKENIZER.name)
    whole = [
        (text, vector)
        for text, vector in zip(*canonical, strict=True)
        if len(tokenise(text).ids) < MAX_TOKENS and "\n" not in text
    ]
    assert len(whole) >= 8
    ours = [embedding(hidden_states(weights, tokenise(text).ids)) for text, _ in whole]
    np.testing.assert_allclose(ours, [vector for _, vector in whole], atol=1e-5)


def test_the_int8_embedding_keeps_the_canonical_vectors_of_texts_without_glossed_words(
    canonical: tuple[list[str], NDArray[np.float32]], tokenise: Tokeniser, base_encoder: Path
) -> None:
    plain = Tokeniser(base_source() / TOKENIZER.name)
    encoder = Encoder.load(base_encoder)
    alike = [
        float(encoder.encode(text).embedding @ vector)
        for text, vector in zip(*canonical, strict=True)
        if plain(text) == tokenise(text)
    ]
    assert len(alike) >= 6
    assert min(alike) >= 0.99


def test_no_held_prompt_was_calibrated_on(held_prompts: list[str]) -> None:
    calibrated = set(PROMPTS.read_text(encoding="utf-8").splitlines())
    assert not calibrated.intersection(prompt.replace("\n", "\\n") for prompt in held_prompts)
