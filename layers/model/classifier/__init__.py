"""The prompt classifier: rules, words, a small encoder with heads, and how they are fused. `load()` builds it."""

from classifier.hybrid import Breaker, ClassifierInfo, HybridClassifier
from classifier.loading import load
from classifier.own import Definition, OwnCategories

__all__ = ["Breaker", "ClassifierInfo", "Definition", "HybridClassifier", "OwnCategories", "load"]
