"""The prompt classifier: rules, a small encoder with heads, and how the two are fused. `load()` builds it."""

from classifier.hybrid import Breaker, ClassifierInfo, HybridClassifier
from classifier.loading import load
from classifier.own import Definition, OwnCategories

__all__ = ["Breaker", "ClassifierInfo", "Definition", "HybridClassifier", "OwnCategories", "load"]
