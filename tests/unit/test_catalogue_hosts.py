"""What a model is called at all its providers: by that name nobody has more of a voice than is theirs."""

from __future__ import annotations

import pytest

from llm_router.adapters.memory import MemoryCatalogueStore, MemoryRecordStore
from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.hosts import known_as
from llm_router.catalogue.reader import CatalogueReader
from llm_router.decay import DecayedCounters
from llm_router.errors import CatalogueUnavailable
from llm_router.feedback import VOICE_WEIGHT, FeedbackBook, Subject
from llm_router.taxonomy import Category, Difficulty
from tests.support.clock import FakeClock
from tests.support.models import model

HERE, THERE = model("m", provider="delta"), model("m-turbo", provider="zeta", display_name="M")
EARLIER, OTHER = model("m", provider="acme"), model("other", provider="delta")


class Catalogues(CatalogueReader):
    """Holds these models."""

    def __init__(self, *entries: ModelEntry) -> None:
        held = Catalogue(0, {entry.id: entry for entry in entries})
        super().__init__(MemoryCatalogueStore(), FakeClock(), lambda: held)


def test_a_model_has_one_name_at_all_its_providers_whichever_they_are():
    names = {known_as(Catalogues(HERE, THERE, OTHER), each.id) for each in (HERE, THERE)}
    assert names == {known_as(Catalogues(EARLIER, HERE), HERE.id)}
    assert known_as(Catalogues(HERE, OTHER), OTHER.id) not in names
    assert known_as(Catalogues(OTHER), HERE.id) == HERE.id


def test_without_a_catalogue_a_model_goes_by_its_id():
    class Lost(Catalogues):
        def in_force(self):
            raise CatalogueUnavailable("lost")

    assert known_as(Lost(HERE), HERE.id) == HERE.id


@pytest.mark.parametrize("later", [(EARLIER, HERE, THERE), (HERE,), (THERE, EARLIER)], ids=["more", "fewer", "others"])
def test_no_voice_begins_anew_when_a_models_providers_change(later: tuple[ModelEntry, ...]):
    clock = FakeClock()
    records = MemoryRecordStore(clock)
    counters = DecayedCounters(records, clock, "judgements", 86_400.0)

    def judge(decision: str, catalogues: Catalogues, host: ModelEntry) -> float:
        book = FeedbackBook(records, clock, counters, 600.0, lambda model_id: known_as(catalogues, model_id))
        return book.give(decision, Subject(host.id, Category.CODING, Difficulty.HARD, "caller"), 0.0).weight

    before = [judge(f"{number}", Catalogues(HERE, THERE), HERE) for number in range(int(VOICE_WEIGHT))]
    assert before == [1.0] * int(VOICE_WEIGHT)
    assert [judge(f"later at {host.id}", Catalogues(*later), host) for host in later] == [0.0] * len(later)
