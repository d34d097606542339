"""What each stage of a classification costs inside one process, from the bare session to the handler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np

import classifier
from classifier.encoder import ARTIFACTS, Encoder
from classifier.manifest import GRAPH, TOKENISER
from classifier.normalise import normalise
from classifier.rules import RuleBook
from classifier.runtime import open_session
from classifier.tokens import Tokeniser
from llm_router.adapters.lru import LruCache
from llm_router.classification import CachingClassifier
from llm_router.clock import SystemClock
from tests.bench.prompts import new_prompts, of_tokens, typed_prompts
from tests.bench.timing import Counts, Times, alternately, of_the_model
from tests.support.service import Service, service

LENGTHS = (8, 32, 64, 128, 512, 4000, 32_000)
MILLION = ("why is the sky so blue today? " * 33_334)[:1_000_000]
Call = Callable[[], object]


def stages(turns: int = 400) -> dict[str, Times]:
    """One new prompt of 8 to 30 words at each stage, all stages on the same prompts in turn."""
    count = turns + 30
    encoder, book = Encoder.load(), RuleBook.load()
    prompts, others = (list(islice(new_prompts(seed), count)) for seed in (1, 2))

    def rules(prompt: str) -> object:
        return book.judge(book.read(normalise(prompt)))

    with service() as handlers:
        return alternately(
            {
                "session": _session(prompts),
                "encoder": _over(lambda prompt: encoder.encode(prompt, deadline_s=1.0), prompts),
                "classifier": _over(classifier.load().classify, prompts),
                "classifier_as_typed": _over(classifier.load().classify, list(typed_prompts(1))),
                "handler": _over(lambda prompt: _asked(handlers, "/classify", prompt), prompts),
                "rules": _over(rules, prompts),
                "rules_as_typed": _over(rules, list(typed_prompts(2))),
                "cache_hit": _hit(),
                "handler_hit": lambda: handlers.post("/classify", {"prompt": "how do I fix my garden engine"}),
                "route_handler": _over(lambda prompt: _asked(handlers, "/route", prompt), others),
            },
            turns=turns,
        )


def by_length(turns: int = 40) -> dict[int, dict[str, Times]]:
    """The bare session and the classifier by the prompt's length in tokens; beyond 96 the text is cut."""
    classify = classifier.load().classify
    lengths = {length: list(islice(of_tokens(length), turns + 5)) for length in LENGTHS}
    return {
        length: alternately(
            {
                "session": _session(prompts),
                "classifier": _over(classify, prompts),
            },
            turns=turns,
            warm_up=5,
        )
        for length, prompts in lengths.items()
    }


def million_characters(turns: int = 10) -> Times:
    """A prompt of a million characters through the cache's key and the classifier."""
    model = classifier.load()
    behind = CachingClassifier(model, _cache(), SystemClock(), "bench", b"secret", 3600)
    texts = (f"{number} {MILLION}" for number in range(turns + 2))
    return alternately({"million": lambda: behind.classify(next(texts))}, turns=turns, warm_up=2)["million"]


def _session(prompts: Sequence[str]) -> Call:
    """The floor of a prompt that needs the model: the graph alone, on ids that are there already."""
    session = open_session(ARTIFACTS / GRAPH, threads=1)
    tokenise = Tokeniser(ARTIFACTS / TOKENISER)
    names = [output.name for output in session.get_outputs()]
    ids = iter([np.array([tokenise(prompt).ids], np.int64) for prompt in prompts])
    return lambda: session.run(names, {"input_ids": next(ids)}, None)


def _over(call: Callable[[str], object], prompts: Sequence[str]) -> Call:
    """The prompts are there already: making one takes as long as a good part of what is measured."""
    following = iter(prompts)
    return lambda: call(next(following))


def _asked(handlers: Service, path: str, prompt: str) -> Counts | None:
    return of_the_model(handlers.post(path, {"prompt": prompt}).body)


def _cache() -> LruCache:
    return LruCache(SystemClock(), max_entries=100, max_bytes=1 << 20)


def _hit() -> Call:
    behind = CachingClassifier(classifier.load(), _cache(), SystemClock(), "bench", b"secret", 3600)
    return lambda: behind.classify("how do I fix my garden engine and what does it cost")
