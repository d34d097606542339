"""The classifier: rules and a model, fused; rules alone where there is no model or it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from classifier.answers import AnswerLengths
from classifier.asides import read_request
from classifier.complexity import complexity_of
from classifier.encoder import EarlyOutput, EncoderFailed, EncoderOutput, EncoderTimeout, EncoderUnavailable
from classifier.features import Script
from classifier.fusion import CATEGORIES, Chances, Fusion, Others, decided_by
from classifier.grams import Grams, beyond_ascii
from classifier.heads import Opinion, TextEncoder, category_chances, read_heads
from classifier.manner import interaction_style, urgency
from classifier.normalise import normalise
from classifier.own import Definition, OwnCategories, fit_own
from classifier.rules import Reading, RuleBook, Verdict
from llm_router.taxonomy import Category, Classification, Degraded, Difficulty, Evidence, Method

if TYPE_CHECKING:
    from classifier.encoder import Floats

DEADLINE_S = 0.25

_TOKENS_PER_CHARACTER = {Script.LATIN: 0.24, Script.CYRILLIC: 0.55, Script.GREEK: 0.8, Script.ARABIC: 0.7}
_ELSE_PER_CHARACTER = 0.9
"""The encoder's own word pieces, by script; only used where its tokeniser has not run."""


class Breaker(Protocol):
    """Told how calls went, it says when to stop calling for a while."""

    def allows(self) -> bool: ...

    def succeeded(self) -> None: ...

    def failed(self) -> None: ...

    def trip(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ClassifierInfo:
    """Which artefact runs: `reason` says why the model is not available; `version` names everything that decides."""

    available: bool
    reason: str | None
    model: str
    version: str
    artifacts: Mapping[str, str]
    measured: Mapping[str, float]
    own_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HybridClassifier:
    """Sorts one prompt; never raises for a string. Safe to share between threads.

    Without an encoder, while the breaker is open, or when the model fails or overruns `deadline_s`, the rules answer
    alone and the answer says so. A time-out opens the breaker at once, an error counts as one failure.
    """

    rules: RuleBook
    fusion: Fusion
    lengths: AnswerLengths
    encoder: TextEncoder | None
    about: ClassifierInfo
    breaker: Breaker | None = None
    own: OwnCategories | None = None
    background: Floats | None = None
    grams: Grams | None = None
    deadline_s: float | None = DEADLINE_S

    def info(self) -> ClassifierInfo:
        """What runs here."""
        return self.about

    def with_categories(self, definitions: Sequence[Definition]) -> HybridClassifier:
        """The same classifier that also knows these categories, and no others of the operator's.

        Takes about a millisecond an example. Without a model they are never chosen. Raises `EncoderFailed` when an
        example has no embedding.
        """
        version = self.about.version.partition("+")[0]
        plain = replace(self, own=None, about=replace(self.about, own_categories=(), version=version))
        if self.encoder is None or self.background is None or not definitions:
            return plain
        own = fit_own(definitions, [plain.base_of(each) for each in definitions], self.embed, self.background)
        return replace(
            self, own=own, about=replace(self.about, own_categories=own.names, version=f"{version}+{own.version}")
        )

    def base_of(self, definition: Definition) -> Category:
        """The built-in category that most of the examples would fall into."""
        found = Counter(self.classify(example).base_category for example in definition.examples)
        return found.most_common(1)[0][0] if found else Category.GENERAL

    def embed(self, text: str) -> Floats:
        """The embedding of a text, float32 `[384]` of length one. Raises `EncoderUnavailable` or `EncoderFailed`."""
        if self.encoder is None:
            raise EncoderUnavailable(self.about.reason or "There is no model.")
        return self.encoder.encode(normalise(text).text).embedding

    def classify(self, text: str, *, explain: bool = False) -> Classification:
        """The category, difficulty and the rest for one prompt; with `explain`, also the evidence."""
        whole, asked_for = read_request(self.rules, text)
        verdict = self.rules.judge(asked_for)
        others = Others(
            rules=tuple(verdict.probabilities[category] for category in CATEGORIES),
            words=self.grams.chances(asked_for.words) if self.grams else None,
            beyond=beyond_ascii(asked_for.prompt.text),
        )
        opinion = self._opinion(asked_for.prompt.text, others)
        if opinion is None:
            found = self._without_model(whole, verdict, others)
        else:
            found = self._by_both(whole, verdict, others, opinion)
        return replace(found, evidence=_evidence(whole, verdict, others.rules, opinion)) if explain else found

    def _opinion(self, text: str, others: Others) -> Opinion | None:
        if self.encoder is None or not (self.breaker is None or self.breaker.allows()):
            return None
        try:
            output: EarlyOutput | EncoderOutput
            if self.own is None:
                output = self.encoder.encode_until(text, partial(self._enough, others), deadline_s=self.deadline_s)
            else:  # an own category is told by the embedding, which only the upper layers give
                output = self.encoder.encode(text, deadline_s=self.deadline_s)
        except EncoderTimeout:
            if self.breaker:
                self.breaker.trip()
            return None
        except EncoderFailed:
            if self.breaker:
                self.breaker.failed()
            return None
        if self.breaker:
            self.breaker.succeeded()
        return read_heads(output)

    def _enough(self, others: Others, output: EarlyOutput) -> bool:
        return self.fusion.is_enough(self.fusion.fuse(category_chances(output), others, early=True), others)

    def _by_both(self, whole: Reading, verdict: Verdict, others: Others, opinion: Opinion) -> Classification:
        prompt = verdict.reading.prompt
        fused = self.fusion.fuse(opinion.categories, others, early=opinion.is_early)
        tokens = opinion.token_count
        if whole.prompt.is_cut or prompt is not whole.prompt:
            tokens = round(tokens * whole.prompt.length / len(prompt.text))
        found = self._classification(
            whole,
            verdict,
            fused,
            (opinion.difficulty, complexity_of(opinion, verdict.reading.features), opinion.creativity),
            tokens,
            method=decided_by(fused, opinion.categories, others.rules),
            ml_confidence=max(opinion.categories),
        )
        return found if self.own is None or opinion.embedding is None else self.own.apply(found, opinion.embedding)

    def _without_model(self, whole: Reading, verdict: Verdict, others: Others) -> Classification:
        chances = self.fusion.without_model(others)
        features = verdict.reading.features
        form = (*features.numeric(), *chances)
        complexity = self.fusion.complexity_by_form(form)
        tokens = max(1, round(whole.prompt.length * _TOKENS_PER_CHARACTER.get(features.script, _ELSE_PER_CHARACTER)))
        scores = (self._difficulty(complexity), complexity, self.fusion.creativity_by_form(form))
        return self._classification(whole, verdict, chances, scores, tokens, degraded=(Degraded.ML_MODEL,))

    def _difficulty(self, complexity: float) -> Difficulty:
        if complexity < self.fusion.easy_below:
            return Difficulty.EASY
        return Difficulty.HARD if complexity > self.fusion.hard_above else Difficulty.MEDIUM

    def _classification(
        self,
        whole: Reading,
        verdict: Verdict,
        chances: Chances,
        scores: tuple[Difficulty, float, float],
        tokens: int,
        *,
        method: Method = Method.RULES,
        ml_confidence: float | None = None,
        degraded: tuple[Degraded, ...] = (),
    ) -> Classification:
        """`scores` are difficulty, complexity and creativity."""
        category, confidence = _likeliest(chances)
        difficulty, complexity, creativity = scores
        reading = verdict.reading
        return Classification(
            category=category,
            base_category=category,
            difficulty=difficulty,
            method=method,
            confidence=confidence,
            ml_confidence=ml_confidence,
            probabilities=dict(zip(CATEGORIES, chances, strict=True)),
            complexity=complexity,
            creativity=creativity,
            urgency=urgency(whole.found, whole.features, len(whole.words)),
            interaction_style=interaction_style(category, whole.found, whole.features),
            token_count=tokens,
            output_tokens=self.lengths.estimate(category, difficulty, reading.words, reading.found, tokens),
            degraded=degraded,
        )


def _likeliest(chances: Chances) -> tuple[Category, float]:
    most = max(chances)
    return CATEGORIES[chances.index(most)], most


def _evidence(whole: Reading, verdict: Verdict, rules: Chances, opinion: Opinion | None) -> Evidence:
    return Evidence(
        matches=verdict.matches(),
        rule_probabilities=dict(zip(CATEGORIES, rules, strict=True)),
        model_probabilities={} if opinion is None else dict(zip(CATEGORIES, opinion.categories, strict=True)),
        notes=_notes(whole, verdict.reading, opinion),
    )


def _notes(whole: Reading, asked_for: Reading, opinion: Opinion | None) -> tuple[str, ...]:
    features = asked_for.features
    said = {
        "Only the head and the tail of this long prompt were read.": whole.prompt.is_cut,
        "Courtesies and claims about the prompt, before or behind what it asks, did not count.": asked_for is not whole,
        "It holds code.": features.has_code,
        "It holds formulae.": features.formulas > 0,
        "It reads as a list of requirements.": features.list_lines >= 2,
        f"It is written in {features.script} script.": features.script is not Script.LATIN,
        "Rules, words and the model's lower layers agreed; the upper ones did not run.": opinion is not None
        and opinion.is_early,
        "The model did not answer; the rules decided alone.": opinion is None,
    }
    return tuple(note for note, holds in said.items() if holds)
