"""The classifier: rules, words and a model, fused; without the latter where the others are sure, or where it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from classifier.answers import AnswerLengths
from classifier.asides import read_request
from classifier.complexity import complexity_of
from classifier.decided import decided_by
from classifier.encoder import EncoderFailed, EncoderOutput, EncoderTimeout, EncoderUnavailable
from classifier.evidence import Claimed, evidence_of
from classifier.examples import Example, LastRead, ReadExamples
from classifier.features import SHORT_WORDS
from classifier.fusion import CATEGORIES, Chances, Fusion, Others, model_knows_best
from classifier.grams import Grams, WordOpinion, beyond_ascii
from classifier.heads import Opinion, TextEncoder, read_heads
from classifier.material import is_laden
from classifier.normalise import normalise
from classifier.own import Background, Definition, OwnCategories, fit_own, signature, told_by
from classifier.result import Decided, Scores, result_of, tokens_of_all
from classifier.rules import Reading, RuleBook, Verdict
from llm_router.taxonomy import AnswerLimit, Classification, Degraded

if TYPE_CHECKING:
    from classifier.encoder import Floats

DEADLINE_S = 0.25


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


@dataclass(frozen=True, slots=True)
class HybridClassifier:
    """Sorts one prompt; never raises for a string. Safe to share between threads.

    Where rules and words are sure, their answer stands, and the model is only asked whether one of the operator's own
    categories claims the prompt, if there are any. Where it is wanted and away, its breaker open, or late by
    `deadline_s`, they answer all the same and the answer says so; without an encoder every answer does. A time-out
    opens the breaker at once, an error counts as one failure.
    """

    rules: RuleBook
    fusion: Fusion
    lengths: AnswerLengths
    encoder: TextEncoder | None
    about: ClassifierInfo
    breaker: Breaker | None = None
    own: OwnCategories | None = None
    background: Callable[[], Background | None] | None = None
    grams: Grams | None = None
    deadline_s: float | None = DEADLINE_S
    examples: ReadExamples = field(default_factory=ReadExamples, repr=False, compare=False)

    def with_categories(self, definitions: Sequence[Definition]) -> HybridClassifier:
        """The same classifier that also knows these categories, and no others of the operator's.

        The model reads each example that was not among those of the last time, which takes about as long as a prompt
        does. Without a model they are never chosen. Raises `EncoderFailed` when an example cannot be read.
        """
        version = self.about.version.partition("+")[0]
        plain = replace(self, own=None, about=replace(self.about, version=version))
        # Read only where there are own categories: most have none, and every start would wait for it.
        background = self.background() if self.background and self.encoder and definitions else None
        if background is None:
            return plain
        texts = [text for each in definitions for text in told_by(each)]
        own = fit_own(definitions, self.examples(version, texts, plain._read_example), background)
        return replace(self, own=own, about=replace(self.about, version=f"{version}+{own.version}"))

    def embed(self, text: str) -> Floats:
        """The embedding of a text, float32 `[384]` of length one. Raises `EncoderUnavailable` or `EncoderFailed`."""
        return self._encoded(text).embedding

    def _read_example(self, text: str) -> Example:
        """Raises `EncoderFailed`."""
        # Where nothing stands around the request, one run serves both. No deadline: an example is read once and serves
        # until the list changes.
        encoder = LastRead(self.encoder) if self.encoder else None
        patient = replace(self, encoder=encoder, breaker=None, deadline_s=None)
        signed = signature(patient._encoded(text))
        found = patient.classify(text)
        if found.degraded:
            raise EncoderFailed("The model could not read an example.")
        return Example(found.base_category, signed)

    def _encoded(self, text: str) -> EncoderOutput:
        if self.encoder is None:
            raise EncoderUnavailable(self.about.reason or "There is no model.")
        return self.encoder.encode(normalise(text).text)

    def classify(self, text: str, *, explain: bool = False) -> Classification:
        """The category, difficulty and the rest for one prompt; with `explain`, also the evidence."""
        whole, asked_for = read_request(self.rules, text)
        verdict = self.rules.judge(asked_for)
        words = self.grams.read(asked_for) if self.grams else None
        others = Others(
            rules=tuple(verdict.probabilities[category] for category in CATEGORIES),
            words=words.chances if words else None,
            beyond=beyond_ascii(asked_for.prompt.text),
            long=asked_for.features.words > SHORT_WORDS,
            laden=is_laden(asked_for.prompt.text),
        )
        modelless = self.fusion.without_model(others)
        # Where a model should be and is not, nothing is sure: the answer says so.
        sure = words is not None and self.encoder is not None and self.fusion.is_enough(modelless, others)
        wanted = not sure or self.own is not None
        # To be explained, the model is heard all the same, though it does not count.
        opinion = self._opinion(asked_for.prompt.text) if wanted or explain else None
        failed = wanted and opinion is None
        if sure or opinion is None:
            plain = self._without_model(whole, verdict, others, words, opinion, modelless, failed=failed)
        else:
            plain = self._by_both(whole, verdict, others, words, opinion)
        found = self.own.apply(plain, opinion.output) if self.own and opinion else plain
        if not explain:
            return found
        claimed = None if found is plain else Claimed(found.category, found.confidence, plain.category)
        alone = sure and not failed and claimed is None
        return replace(found, evidence=evidence_of(whole, verdict, others, opinion, sure=alone, claimed=claimed))

    def answer_limit(self, instructions: str) -> AnswerLimit:
        """What a text that says how to answer says of how long answers may be."""
        return self.lengths.limit(self.rules.read(normalise(instructions)))

    def _opinion(self, text: str) -> Opinion | None:
        if self.encoder is None or not (self.breaker is None or self.breaker.allows()):
            return None
        try:
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

    def _by_both(
        self, whole: Reading, verdict: Verdict, others: Others, words: WordOpinion | None, opinion: Opinion
    ) -> Classification:
        fused = self.fusion.fuse(opinion.categories, others)
        by_words = words.complexity if words and not model_knows_best(fused, long=others.long) else None
        asked = verdict.reading
        difficulty = self.fusion.model_cuts(opinion.level)
        scores = Scores(difficulty, complexity_of(opinion, asked.features, by_words), opinion.creativity)
        decided = Decided(decided_by(fused, opinion.categories, others.rules), max(opinion.categories))
        tokens = tokens_of_all(whole, asked, opinion.output.token_count)
        return result_of(whole, asked, fused, scores, tokens, decided, self.lengths)

    def _without_model(
        self,
        whole: Reading,
        verdict: Verdict,
        others: Others,
        words: WordOpinion | None,
        opinion: Opinion | None,
        chances: Chances,
        *,
        failed: bool,
    ) -> Classification:
        """By the `chances` that rules and words give; `failed` when the model was wanted. Of an opinion, only its count
        of tokens is used."""
        asked = verdict.reading
        if words is None:
            form = (*asked.features.numeric(), *chances)
            complexity = self.fusion.complexity_by_form(form)
            scores = Scores(self.fusion.form_cuts(complexity), complexity, self.fusion.creativity_by_form(form))
        else:
            scores = Scores(self.fusion.word_cuts(words.complexity), words.complexity, words.creativity)
        if failed or words is None or self.encoder is None:
            tokens = asked.features.tokens_of(whole.prompt.length - whole.prompt.unseen)
            decided = Decided(degraded=(Degraded.ML_MODEL,))
        else:
            counted = opinion.output.token_count if opinion else self.encoder.count(asked.prompt.text)
            tokens = tokens_of_all(whole, asked, counted)
            decided = Decided(decided_by(chances, words.chances, others.rules), max(words.chances))
        return result_of(whole, asked, chances, scores, tokens, decided, self.lengths)
