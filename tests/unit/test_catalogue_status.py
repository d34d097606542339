"""Whether a model goes on: the operator's word, what follows from a date, and what only comes back to us."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.catalogue.ending import as_of_day
from llm_router.catalogue.entry import Catalogue, ModelStatus, Provenance
from llm_router.schemas.catalogue import entry_answer
from tests.unit.test_catalogue_update import NEW, TODAY, made

CURATED = Provenance("curated", TODAY)


@pytest.mark.parametrize("status", ["disabled", "deprecated"])
def test_the_operators_word_that_a_model_has_ended_is_kept_though_it_has_ended_already(status: str):
    ended = made({**NEW, "status": status})
    before = Catalogue(1, {ended.id: replace(ended, provenance={"status": Provenance("curated", TODAY)})})
    assert made({"id": ended.id, "status": status}, before).provenance["status"].source == "operator"


@pytest.mark.parametrize("ends", ["2020-01-01", "2999-01-01"])
def test_the_operators_word_that_a_model_goes_on_is_kept_before_and_after_its_date(ends: str):
    known = replace(made(NEW), deprecation_date=ends, provenance={"status": Provenance("curated", TODAY)})
    found = made({"id": known.id, "status": "active"}, Catalogue(1, {known.id: known}))
    assert found.provenance["status"].source == "operator"


@pytest.mark.parametrize("status", ModelStatus)
@pytest.mark.parametrize("ends", [None, "2020-01-01", "2999-01-01"])
def test_an_answer_of_ours_that_is_sent_back_says_nothing_of_the_status(status: ModelStatus, ends: str | None):
    origins = {"status": CURATED, "deprecation_date": CURATED}
    known = replace(made(NEW), status=status, deprecation_date=ends, provenance=origins)
    stored = Catalogue(1, {known.id: known})
    answer = entry_answer(as_of_day(stored, TODAY).models[known.id]).model_dump(mode="json")
    found = made(answer, stored)
    assert (found.status, found.provenance["status"]) == (status, CURATED)


def test_a_model_may_be_said_to_go_on_beyond_a_date_that_is_said_with_it():
    found = made({**NEW, "status": "active", "deprecation_date": "2020-01-01"})
    assert as_of_day(Catalogue(1, {found.id: found}), TODAY).models[found.id].active
