"""What the classifier is compared with: the simplest things that could work, and the reference design's way."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.fusion import CATEGORIES
from classifier.normalise import normalise
from classifier.tokens import Tokeniser
from training.build.reference import embedding, hidden_states
from training.build.source import MODEL, TOKENIZER, obtain_source
from training.build.weights import read_weights
from training.evaluation.metrics import Numbers
from training.labelled import Labelled, labels_of
from training.regression import softmax

Floats = NDArray[np.float32]
EXEMPLARS = Path(__file__).with_name("exemplars.toml")
FEATURES, STEPS, STEP = 4096, 400, 4.0


class WordGrams:
    """Multinomial regression on hashed words and pairs of words."""

    def __init__(self, rows: Sequence[Labelled]) -> None:
        x = self._matrix([row.prompt for row in rows])
        target = np.eye(len(CATEGORIES), dtype=np.float32)[labels_of(rows)]
        self._weights: Floats = np.zeros((FEATURES, len(CATEGORIES)), dtype=np.float32)
        speed: Floats = np.zeros_like(self._weights)
        for _ in range(STEPS):
            error = softmax(np.asarray(x @ self._weights)) - target
            speed = np.asarray(0.9 * speed - STEP * (x.T @ error / len(x)), dtype=np.float32)
            self._weights = np.asarray(self._weights + speed, dtype=np.float32)

    def chances(self, prompts: Sequence[str]) -> Numbers:
        """Probabilities `[prompts, categories]`."""
        return np.asarray(softmax(self._matrix(prompts) @ self._weights), dtype=np.float64)

    def _matrix(self, prompts: Sequence[str]) -> NDArray[np.float32]:
        x = np.zeros((len(prompts), FEATURES), dtype=np.float32)
        for row, prompt in enumerate(prompts):
            words = re.findall(r"\w+|[^\w\s]", prompt.lower())[:400]
            grams = [*words, *(f"{a} {b}" for a, b in pairwise(words))]
            for gram in grams:
                x[row, zlib.crc32(gram.encode("utf-8", "replace")) % FEATURES] = 1.0
        return np.asarray(x / np.sqrt(np.maximum(x.sum(axis=1, keepdims=True), 1)), dtype=np.float32)


class NearestExemplar:
    """The reference design's way: the best cosine to one of 35 exemplars, which is also its confidence."""

    def __init__(self) -> None:
        source = obtain_source()
        self._weights = read_weights(source / MODEL.name)
        self._tokenise = Tokeniser(source / TOKENIZER.name)
        exemplars = tomllib.loads(EXEMPLARS.read_text(encoding="utf-8"))
        self._owners = np.array([place for place, name in enumerate(CATEGORIES) for _ in exemplars[name]])
        self._vectors = np.array([self._embed(text) for name in CATEGORIES for text in exemplars[name]])

    def chances(self, prompts: Sequence[str]) -> Numbers:
        """The best cosine to each category's exemplars, cut to 0 to 1: no probabilities, but used as such."""
        cosines = np.array([self._vectors @ self._embed(prompt) for prompt in prompts])
        best = [cosines[:, self._owners == place].max(axis=1) for place in range(len(CATEGORIES))]
        return np.asarray(np.clip(np.stack(best, axis=1), 0, 1), dtype=np.float64)

    def _embed(self, text: str) -> NDArray[np.float32]:
        one_block = normalise(text).text.replace("\n", " ")
        return embedding(hidden_states(self._weights, self._tokenise(one_block).ids))
