"""A classifier whose model, or whose words, believe what a test wants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classifier import HybridClassifier
from classifier.answers import AnswerLengths
from classifier.encoder import EncoderFailed, EncoderOutput
from classifier.fusion import CATEGORIES, Fusion
from classifier.grams import BUCKETS, COLUMNS, Grams, buckets
from classifier.heads import SCORES
from classifier.hybrid import Breaker, ClassifierInfo
from classifier.manifest import Manifest, OutputRecord
from classifier.normalise import normalise
from classifier.rules import RuleBook
from llm_router.taxonomy import Category

RULES = RuleBook.load()
LENGTHS = AnswerLengths.load()
ABOUT = ClassifierInfo(True, None, "fake", "v1", {}, {})
MANIFEST = Manifest("fake", "x86_64", "0", False, {}, {"category": OutputRecord(7, tuple(CATEGORIES))})


class FakeEncoder:
    """Believes what it is told to, or raises; remembers what it was asked."""

    manifest = MANIFEST

    def __init__(self, believes: Category | None = None, strength: float = 6.0) -> None:
        self.believes = believes
        self.strength = strength
        self.raises: EncoderFailed | None = None
        self.asked: list[tuple[str, float | None]] = []
        self.counted: list[str] = []

    def count(self, text: str) -> int:
        """Always the same."""
        self.counted.append(text)
        return 5

    def encode(self, text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        self.asked.append((text, deadline_s))
        if self.raises:
            raise self.raises
        logits = np.zeros(len(CATEGORIES), np.float32)
        if self.believes:
            logits[CATEGORIES.index(self.believes)] = self.strength
        embedding = np.zeros(384, np.float32)
        embedding[hash_place(text)] = 1
        score = np.array([0.5], np.float32)
        scores = dict.fromkeys(SCORES, score)
        heads = {"category": logits, "difficulty": np.zeros(3, np.float32), **scores}
        return EncoderOutput(heads, embedding, embedding, 5)


def hash_place(text: str) -> int:
    return 1 if "order" in text else 2


def classifier(encoder: FakeEncoder | None, breaker: Breaker | None = None) -> HybridClassifier:
    kind = Fusion.unfitted().ascii
    kind = replace(kind, whole=replace(kind.whole, rules=0.7))
    fusion = replace(Fusion.unfitted(), ascii=kind, beyond=kind, laden=kind)
    return HybridClassifier(RULES, fusion, LENGTHS, encoder, ABOUT, breaker)


def grams_for(text: str, category: Category) -> Grams:
    """A table in which all that words tell of `text` speaks for one category, great complexity, little creativity."""
    table = np.zeros((BUCKETS, COLUMNS), np.int8)
    places = buckets(RULES.read(normalise(text)))
    table[places, CATEGORIES.index(category)] = 100
    table[places, -2:] = (100, -100)
    return Grams(table, (0.02,) * COLUMNS, (0.0,) * COLUMNS)
