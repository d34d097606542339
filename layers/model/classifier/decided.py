"""Which stages a category rests on, as an answer tells it."""

from __future__ import annotations

from classifier.fusion import Chances
from llm_router.taxonomy import Method

SURE_RULES, SURE_MODEL = 0.7, 0.7
"""The chances above which the rules, and from which on the model, are called sure where it is told who decided. Chosen
by hand: no category depends on them."""


def decided_by(fused: Chances, model: Chances, rules: Chances) -> Method:
    """Which stages a fused opinion rests on; `model` are words where they were enough.

    Rules alone when they are sure and the model is not; the model when it is sure and the rules say otherwise or
    little; else both.
    """
    chosen, by_model, by_rules = (chances.index(max(chances)) for chances in (fused, model, rules))
    if by_model == by_rules == chosen:
        return Method.HYBRID
    if chosen == by_rules and rules[by_rules] > SURE_RULES and model[by_model] < SURE_MODEL:
        return Method.RULES
    return Method.MODEL if chosen == by_model else Method.HYBRID
