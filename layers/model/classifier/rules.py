"""The rule engine: phrases and signals that speak for a category, with their weights and where they matched."""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from classifier.features import Features, read_features
from classifier.logistic import softmax
from classifier.normalise import Prompt
from classifier.phrases import Found, PhraseIndex
from classifier.places import CALLED, place_of
from classifier.words import Word, split_words
from llm_router.taxonomy import Category, RuleMatch

RULES = Path(__file__).with_name("rules.toml")
WEIGHTS = Path(__file__).with_name("rule_weights.toml")
NEAR = 12
"""Words that may lie between two parts of a rule, unless it says otherwise."""


class At(StrEnum):
    """Where a rule's first phrase must stand: where the prompt begins, where a sentence or line begins, anywhere."""

    FIRST = "first"
    START = "start"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires when all `signals` hold and its phrase groups occur in order, with none of `between` inside that span.

    It speaks for `category` with `weight`.
    """

    name: str
    category: Category
    weight: float
    groups: tuple[str, ...]
    signals: frozenset[str]
    without_groups: frozenset[str]
    without_signals: frozenset[str]
    between: frozenset[str]
    at: At
    within: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt as words, with the form's features and signals and every phrase found, by group, in order."""

    prompt: Prompt
    words: Sequence[Word]
    features: Features
    signals: frozenset[str]
    found: Mapping[str, Sequence[Found]]
    openings: frozenset[int]
    first_opening: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules make of a prompt: the rules that fired, and a probability for each category."""

    reading: Reading
    fired: tuple[tuple[Rule, int, int], ...]
    probabilities: Mapping[Category, float]

    @property
    def category(self) -> Category:
        """The likeliest."""
        return max(self.probabilities, key=lambda category: self.probabilities[category])

    def matches(self) -> tuple[RuleMatch, ...]:
        """The rules that fired with their places in the original text, weightiest first."""
        prompt = self.reading.prompt
        found = []
        for rule, start, end in self.fired:
            start, end = (start, end) if rule.groups else place_of(rule.signals, prompt.text)
            first, last = prompt.span(start, end) if end > start else (0, 0)
            name = CALLED.get(rule.name, rule.name)
            found.append(RuleMatch(name, rule.category, rule.weight, first, last, prompt.text[start:end]))
        return tuple(sorted(found, key=lambda match: -match.weight))


class RuleBook:
    """The rules of one file. A log-linear model: a category's log-odds are its prior and its rules' weights."""

    def __init__(self, groups: Mapping[str, Sequence[str]], rules: Sequence[Rule], priors: Mapping[Category, float]):
        self.rules = tuple(rules)
        self._starting: dict[str, list[tuple[int, Rule]]] = {}
        for place, rule in enumerate(self.rules):
            self._starting.setdefault(rule.groups[0] if rule.groups else "", []).append((place, rule))
        self._priors = dict(priors)
        self._index = PhraseIndex(groups)
        used = {group for rule in rules for group in (*rule.groups, *rule.without_groups, *rule.between)}
        if unknown := used - groups.keys():
            raise ValueError(f"rules use groups that are not there: {sorted(unknown)}")

    @classmethod
    def load(cls, rules: Path = RULES, weights: Path = WEIGHTS) -> RuleBook:
        """A rule without a weight counts 1. Raises `ValueError`, `KeyError` or `OSError`: both are part of the code."""
        raw = tomllib.loads(rules.read_text(encoding="utf-8"))
        fitted = tomllib.loads(weights.read_text(encoding="utf-8")) if weights.is_file() else {}
        priors = {category: float(fitted.get("priors", {}).get(category, 0.0)) for category in Category}
        known = {str(name): float(weight) for name, weight in fitted.get("weights", {}).items()}
        return cls(raw["groups"], [_rule(entry, known) for entry in raw["rule"]], priors)

    def read(self, prompt: Prompt) -> Reading:
        """Everything the rules look at; linear in the prompt."""
        words = split_words(prompt.text)
        found: dict[str, list[Found]] = {}
        for phrase in self._index.find(words):
            found.setdefault(phrase.group, []).append(phrase)
        openings, first = _openings(words, found.get("polite", ()))
        features = read_features(prompt, words)
        return Reading(prompt, words, features, features.signals(), found, openings, first)

    def judge(self, reading: Reading) -> Verdict:
        """Fire every rule that holds, each once, at its first place."""
        signals, found = reading.signals, reading.found
        scores = dict(self._priors)
        fired: list[tuple[Rule, int, int]] = []
        # Only a rule whose first phrase is there can hold, and in their own order, as their weights are summed.
        for _, rule in sorted(row for first in ("", *found) for row in self._starting.get(first, ())):
            if not rule.signals <= signals or not rule.without_signals.isdisjoint(signals):
                continue
            if rule.without_groups and not rule.without_groups.isdisjoint(found):
                continue
            if (span := _place(rule, reading)) is None:
                continue
            fired.append((rule, *span))
            scores[rule.category] += rule.weight
        chances = dict(zip(scores, softmax(list(scores.values())), strict=True))
        return Verdict(reading, tuple(fired), chances)


def _openings(words: Sequence[Word], polite: Sequence[Found]) -> tuple[frozenset[int], int]:
    """The words where a request may begin, greetings and politeness skipped; and where the first one begins."""
    if not polite:
        return frozenset(place for place, word in enumerate(words) if word.opens), 0
    ends: dict[int, int] = {}
    for phrase in polite:
        ends[phrase.first] = max(phrase.after, ends.get(phrase.first, 0))
    openings: set[int] = set()
    first = 0
    for place, word in enumerate(words):
        if word.opens or place in openings:
            openings.add(place)
            if place in ends:
                openings.add(ends[place])
                # A comma after a greeting.
                if ends[place] < len(words) and words[ends[place]].text in {",", "!", "，", "、"}:
                    openings.add(ends[place] + 1)
    while first in ends:
        first = ends[first]
        if first < len(words) and words[first].text in {",", "!", ".", "，", "、"}:
            first += 1
    return frozenset(openings), first


def _place(rule: Rule, reading: Reading) -> tuple[int, int] | None:
    """Where the rule matches, as characters of the normalised text; (0, 0) for signals alone; None if nowhere."""
    if not rule.groups:
        return 0, 0
    # For each part, the furthest back that the chain so far may start, by where it ends.
    chain = [(phrase.first, phrase.after) for phrase in _standing(rule, reading)]
    for group in rule.groups[1:]:
        chain = _extend(chain, reading.found.get(group, ()), rule.within)
    if rule.between and chain:
        barriers = sorted(phrase.first for group in rule.between for phrase in reading.found.get(group, ()))
        chain = [link for link in chain if bisect_right(barriers, link[0]) == bisect_left(barriers, link[1] - 1)]
    if not chain:
        return None
    first, after = chain[0]
    return reading.words[first].start, reading.words[after - 1].end


def _standing(rule: Rule, reading: Reading) -> Iterable[Found]:
    """The phrases of the rule's first group that stand where the rule wants them."""
    phrases = reading.found.get(rule.groups[0], ())
    if rule.at is At.ANYWHERE:
        return phrases
    places = {0, reading.first_opening} if rule.at is At.FIRST else reading.openings
    return [phrase for phrase in phrases if phrase.first in places]


def _extend(chain: Sequence[tuple[int, int]], phrases: Sequence[Found], within: int) -> list[tuple[int, int]]:
    """Chains that a phrase follows closely enough; each phrase takes the nearest one before it, in one sweep."""
    by_end = sorted(chain, key=lambda link: link[1])
    longer: list[tuple[int, int]] = []
    position = 0
    for phrase in phrases:
        while position < len(by_end) and by_end[position][1] <= phrase.first:
            position += 1
        if position and phrase.first - by_end[position - 1][1] <= within:
            longer.append((by_end[position - 1][0], phrase.after))
    return longer


def _rule(entry: Mapping[str, object], weights: Mapping[str, float]) -> Rule:
    name, when = str(entry["name"]), entry["when"]
    unless, barred = entry.get("unless", []), entry.get("between_no", [])
    if not isinstance(when, list) or not isinstance(unless, list) or not isinstance(barred, list):
        raise TypeError(f"the rule {name} needs lists of groups")
    return Rule(
        name=name,
        category=Category(str(entry["category"])),
        weight=weights.get(name, 1.0),
        groups=tuple(name for name in when if not name.startswith("@")),
        signals=frozenset(name[1:] for name in when if name.startswith("@")),
        without_groups=frozenset(name for name in unless if not name.startswith("@")),
        without_signals=frozenset(name[1:] for name in unless if name.startswith("@")),
        between=frozenset(map(str, barred)),
        at=At(str(entry.get("at", At.ANYWHERE))),
        within=int(str(entry.get("within", NEAR))),
    )
