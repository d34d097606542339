"""What the guards count and keep: prices that jump, one by one and by source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.catalogue.comparing import figures_off
from llm_router.catalogue.entry import LongPrompt, ModelEntry, Provenance
from llm_router.catalogue.guards import (
    ENOUGH,
    JUMP,
    MAX_USD_PER_MTOK,
    Quarantined,
    impossible,
    jumps,
    quarantine,
    shrunk,
    too_many_off,
)
from llm_router.catalogue.joining import Joined, Statement
from llm_router.catalogue.records import PRICES, Facts
from tests.support.models import model

LITELLM, OPERATOR = Provenance("litellm", "2026-01-02", None), Provenance("operator", "2026-01-02", None)
OLD = Provenance("openrouter", "2026-01-01", None)


def priced(usd_in: float | None, usd_out: float | None = 4.0, origin: Provenance = LITELLM) -> ModelEntry:
    provenance = {"input_usd_per_mtok": origin, "output_usd_per_mtok": origin, "context_window": origin}
    return model("one", usd_in=usd_in, usd_out=usd_out, provenance=provenance)


@pytest.mark.parametrize(
    ("before", "after", "jumped"),
    [
        (1.0, JUMP, False),
        (1.0, JUMP + 0.01, True),
        (JUMP, 1.0, False),
        (JUMP + 0.01, 1.0, True),
        (0.0, 0.0, False),
        (0.0, 0.01, False),
        (0.01, 0.0, True),
        (None, 5.0, False),
        (5.0, None, False),
    ],
)
def test_a_price_jumps_when_it_is_too_many_times_another(before: float | None, after: float | None, jumped: bool):
    assert jumps(before, after) is jumped


@pytest.mark.parametrize(
    ("usd", "no_price"), [(0.0, False), (MAX_USD_PER_MTOK, False), (MAX_USD_PER_MTOK + 1, True), (-0.01, True)]
)
def test_a_price_is_between_nothing_and_more_than_anybody_asks(usd: float, no_price: bool):
    assert impossible(usd) is no_price


def test_the_old_price_stays_with_its_origin_and_says_what_was_refused():
    after, found = quarantine(priced(1.0, origin=OLD), priced(12.5))
    assert found == [Quarantined("acme/one", "input_usd_per_mtok", 1.0, 12.5, "litellm")]
    assert (after.input_usd_per_mtok, after.output_usd_per_mtok) == (1.0, 4.0)
    assert after.provenance["input_usd_per_mtok"] == replace(OLD, note="litellm says 12.5: quarantined")
    assert after.provenance["output_usd_per_mtok"] == LITELLM
    assert after.provenance["context_window"] == LITELLM


def test_every_price_that_jumps_is_quarantined_and_an_impossible_one_is_refused_too():
    after, found = quarantine(priced(1.0, 2.0), priced(100.0, 200.0))
    assert [each.field for each in found] == ["input_usd_per_mtok", "output_usd_per_mtok"]
    assert (after.input_usd_per_mtok, after.output_usd_per_mtok) == (1.0, 2.0)
    after, found = quarantine(None, priced(MAX_USD_PER_MTOK + 1, 200.0))
    assert (after.input_usd_per_mtok, after.output_usd_per_mtok, found) == (None, 200.0, [])
    assert after.provenance["input_usd_per_mtok"].note == "an impossible price was refused"


def test_the_prices_of_long_prompts_are_believed_together_or_not_at_all():
    def dear(usd_in: float, usd_out: float, origin: Provenance = LITELLM) -> ModelEntry:
        return model("one", long_prompt=LongPrompt(200_000, usd_in, usd_out), provenance={"long_prompt": origin})

    after, found = quarantine(dear(4.0, 12.0, OLD), dear(4.5, 120.0))
    assert found == [Quarantined("acme/one", "long_prompt.output_usd_per_mtok", 12.0, 120.0, "litellm")]
    assert after.long_prompt == LongPrompt(200_000, 4.0, 12.0)
    assert after.provenance["long_prompt"] == replace(OLD, note="litellm says 120: quarantined")
    for before, said in ((dear(4.0, 12.0), dear(5.0, 15.0)), (None, dear(4.0, 12.0)), (dear(1, 1), model("one"))):
        assert quarantine(before, said) == (said, [])
    slipped = model("one", long_prompt=LongPrompt(2_000, 4.0, 12.0), provenance={"long_prompt": LITELLM})
    after, found = quarantine(dear(4.0, 12.0, OLD), slipped)
    assert (after.long_prompt, found[0].field) == (LongPrompt(200_000, 4.0, 12.0), "long_prompt.above_tokens")
    after, found = quarantine(None, dear(4.0, 1200.0))
    assert (after.long_prompt, found[0].field) == (None, "long_prompt.output_usd_per_mtok")
    own = dear(400.0, 1000.0, OPERATOR)
    assert quarantine(dear(4.0, 12.0), own) == (own, [])


def test_what_the_operator_says_is_believed():
    said = priced(1000.0, origin=OPERATOR)
    assert quarantine(priced(1.0), said) == (said, [])


def test_a_source_is_compared_by_all_its_prices_of_all_known_models_and_by_no_others():
    def offering(name: str, *said: Statement) -> Joined:
        return Joined(f"acme/{name}", "acme", said)

    def said(source: str, usd_in: float | None, usd_out: float | None) -> Statement:
        facts = Facts(input_usd_per_mtok=usd_in, output_usd_per_mtok=usd_out)
        return Statement(source, 40, "2026-01-02", facts)

    current = {entry.id: entry for entry in (priced(1.0), model("two", usd_in=None, usd_out=4.0))}
    joined = [
        offering("new", said("litellm", 100.0, 100.0)),
        offering("one", said("openrouter", 100.0, 100.0), said("litellm", 100.0, 4.0)),
        offering("two", said("litellm", 100.0, 400.0)),
        offering("two", said("litellm", None, None)),
    ]
    assert figures_off("litellm", joined, current, PRICES) == (2, 0, 3)
    assert figures_off("nobody", joined, current, PRICES) == (0, 0, 0)
    fallen = [offering("one", said("litellm", 0.1, 100.0)), offering("two", said("litellm", None, 0.1))]
    assert figures_off("litellm", fallen, current, PRICES) == (3, 2, 3)


def test_a_source_of_which_more_than_a_fifth_is_off_or_gone_is_not_believed():
    assert too_many_off(ENOUGH // 5, ENOUGH) is False
    assert too_many_off(ENOUGH // 5 + 1, ENOUGH) is True
    assert too_many_off(ENOUGH - 1, ENOUGH - 1) is False
    assert shrunk(100, 80) is False
    assert shrunk(100, 79) is True
