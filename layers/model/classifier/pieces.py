"""How long a single short piece is, as a haiku, where it is all that a prompt wants."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from classifier.rules import Reading
from classifier.wanted import MAKE

FORM, TEXT = "creative_form", "practical_text"
"""Groups of `rules.toml`."""

_WITHIN = 3
"""Words between "a" and the piece: "a funny little limerick"."""
_END, _WITHIN_WORDS = frozenset(".!?。！？"), frozenset("'-\"")


class Pieces:
    """Reads it by the tokens of each form, by articles, and by words: for whom one is made, those that may follow on
    it, and those behind which more is wanted."""

    def __init__(self, tokens: Mapping[str, float], articles: Collection[str], words: Mapping[str, Sequence[str]]):
        """Raises `KeyError`: the words are part of the code."""
        self._tokens, self._articles = tokens, articles
        self._whom, self._about, self._more = (frozenset(words[kind]) for kind in ("whom", "about", "more"))

    def read(self, asked: Reading) -> float | None:
        """The tokens of "a limerick", directly behind what asks for it; not of "a story with one", nor of several."""
        forms = {phrase.first for phrase in asked.found.get(FORM, ())}
        if len(forms) != 1:
            return None
        (place,) = forms
        texts = [word.text for word in asked.words]
        article = next(
            (at for at in range(place - 1, max(0, place - 1 - _WITHIN), -1) if texts[at] in self._articles), 0
        )
        makes = any(phrase.after == article for phrase in asked.found.get(MAKE, ()))
        if not article or not (makes or texts[article - 1] in self._whom):
            return None
        behind = any(phrase.first > place for phrase in asked.found.get(TEXT, ()))
        return None if behind or not self._is_all(texts[place + 1 :]) else self._tokens.get(texts[place])

    def _is_all(self, behind: Sequence[str]) -> bool:
        """Whether these words only tell what it is about."""
        while behind and behind[-1] in _END:
            behind = behind[:-1]
        if not behind:
            return True
        plain = all(text[0].isalnum() or text in _WITHIN_WORDS for text in behind)
        return plain and behind[0] in self._about and self._more.isdisjoint(behind)
