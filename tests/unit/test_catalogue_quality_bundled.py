"""The quality of the bundled catalogue: whose evidence it is, and that who thinks is rated by runs that thought."""

from __future__ import annotations

import re

import pytest

from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.entry import ModelEntry
from llm_router.catalogue.tables import tables
from llm_router.taxonomy import Category, Difficulty


def _own(entry: ModelEntry) -> bool:
    return not any("predecessor" in found.source for levels in entry.quality.values() for found in levels.values())


def test_the_bundled_catalogue_has_evidence_with_dates_for_many_models_of_many_providers():
    own = [entry for entry in bundled() if _own(entry)]
    assert len(own) >= 60
    assert len({entry.provider for entry in own}) >= 10
    for entry in bundled():
        assert entry.active
        assert set(entry.quality) == set(Category)
        for levels in entry.quality.values():
            easy, medium, hard = (levels[level] for level in Difficulty)
            assert easy.mean >= medium.mean >= hard.mean
            assert all(found.source and found.as_of for found in levels.values())


def test_every_field_of_the_bundled_catalogue_has_a_source_and_a_date():
    for entry in bundled():
        for name in ("input_usd_per_mtok", "output_usd_per_mtok", "context_window", "capabilities", "display_name"):
            assert entry.provenance[name].source
            assert entry.provenance[name].as_of
        assert (entry.input_usd_per_mtok or 0) + (entry.output_usd_per_mtok or 0) > 0


def test_what_thinks_only_when_it_is_told_to_is_not_rated_by_what_it_does_when_it_thinks():
    told = [entry for entry in bundled() if "claude-" in entry.id and not entry.thinks_unasked]
    assert len(told) >= 10
    for model in tables().models.values():
        rows = (*model.lmarena, *model.livebench)
        if "claude-" in model.key and not model.reasoning and any("thinking" not in row for row in rows):
            assert not any("thinking" in row for row in rows)


@pytest.mark.parametrize(
    ("name", "heir"),
    [("claude-opus-4-8", "claude-opus-5"), ("claude-sonnet-4-6", "claude-sonnet-5")],
)
def test_runs_of_claude_that_thought_count_for_heirs_that_do_and_not_for_itself(name: str, heir: str):
    known = tables().models
    thinking = known[f"{name}-thinking"]
    assert thinking.livebench
    assert not known[name].reasoning
    assert known[heir].reasoning
    assert known[heir].predecessor == thinking.key
    found = {entry.api_alias: entry for entry in bundled() if entry.provider == "anthropic"}
    for model in (name, "claude-opus-4-6", "claude-opus-4-7"):
        assert not set(known[model].livebench) & set(thinking.livebench)
        assert not _own(found[model])
        assert "thinking" not in repr(found[model].quality)
    hard = found[name].quality[Category.CODING][Difficulty.HARD]
    assert hard.imputed
    assert hard.sd > 0.15


def test_googles_small_models_that_do_not_think_unasked_are_rated_by_no_run_that_thought():
    found = {entry.api_alias: entry for entry in bundled() if entry.provider == "google"}
    small, newer = found["gemini-2.5-flash-lite"], found["gemini-3.5-flash-lite"]
    assert (small.thinks, newer.thinks) == (False, False)
    for model in (small, newer):
        assert "livebench" not in repr(model.quality)
    assert _own(small)
    assert not _own(newer)
    rows = tables().models["gemini-2.5-flash-lite"].lmarena
    assert rows
    assert all(row.endswith("no-thinking") for row in rows)


def test_openais_models_that_do_not_think_unasked_are_rated_as_they_answer_then():
    named = [tables().models[f"gpt-{name}"] for name in ("5.1", "5.2", "5.4", "5.4-mini", "5.4-nano")]
    assert not any(model.reasoning for model in named)
    efforts = re.compile(r"-(low|medium|high|xhigh)$")
    assert not any(efforts.search(row) for model in named for row in (*model.lmarena, *model.livebench))
    found = {entry.api_alias: entry for entry in bundled() if entry.provider == "openai"}
    for model in named:
        assert found[model.key].thinks is False
    assert not _own(found["gpt-5.4"])


def test_no_predecessor_answers_without_thinking_where_one_before_it_thinks_as_its_heir_does():
    models = tables().models
    for model in models.values():
        line = []
        elder = model.predecessor
        while elder is not None:
            line.append(models[elder].reasoning)
            elder = models[elder].predecessor
        if model.reasoning and any(line):
            assert line[0], model.key


def test_one_model_thinks_alike_at_all_who_serve_it():
    serving: dict[str, set[bool]] = {}
    for entry in bundled():
        model = tables().model(entry.api_alias or entry.id)
        if model is not None:
            serving.setdefault(model.key, set()).add(entry.thinks_unasked)
    assert all(len(said) == 1 for said in serving.values())
    assert serving["claude-haiku-4-5"] == serving["deepseek-v3.2"] == serving["nova-2-lite"] == {False}
    assert serving["claude-opus-5"] == serving["gemini-2.5-flash"] == serving["gpt-5"] == {True}
    assert serving["gemini-3.5-flash-lite"] == {False}
    assert serving["gemma-4-31b-it"] == {True}, "as it was measured"
    assert serving["llama-3.3-nemotron-super-49b-v1.5"] == serving["mercury-2"] == serving["mercury-2.5"] == {True}
