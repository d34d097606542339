"""What `make evaluate` writes: never less than what is there, and every set that it tells of is accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from llm_router.taxonomy import Category
from training import evaluate
from training.evaluation.checks import FLASK, HELDOUT, OTHERS, OUTCOMES, REAL, CheckSet
from training.evaluation.classifier_report import SLOW, SLOW_LIMIT, category_section
from training.evaluation.metrics import Numbers
from training.labelled import PROMPTS, Labelled

REPORT = "README.md"


def test_without_the_public_sets_a_report_that_is_there_stays_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / REPORT).write_text("with every set", "utf-8")
    assert not evaluate.may_write(None, tmp_path)
    evaluate.write_classifier(["with one"], None)
    said = capsys.readouterr().out
    assert "with one" in said
    assert "DATA_DIR" in said


@pytest.mark.parametrize(("folder", "before"), [(Path("sets"), "old"), (None, None)])
def test_with_the_public_sets_or_where_there_is_none_a_report_is_written(
    tmp_path: Path, folder: Path | None, before: str | None
):
    report = tmp_path / "report"
    if before is not None:
        report.mkdir()
        (report / REPORT).write_text(before, "utf-8")
    assert evaluate.may_write(folder, report)
    evaluate.write_classifier(["new"], report)
    assert (report / REPORT).read_text("utf-8") == "new\n"


def test_main_keeps_report_and_pictures_where_no_sets_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    rows = (Labelled("Write a haiku", "1", "ours", Category.CREATIVE_WRITING),)
    report, artifacts = tmp_path / "report", tmp_path / "artifacts"
    report.mkdir()
    artifacts.mkdir()
    kept = {name: f"kept {name}" for name in (REPORT, f"confusion_{HELDOUT}.svg", f"reliability_{HELDOUT}.svg")}
    for name, text in kept.items():
        (report / name).write_text(text, "utf-8")
    monkeypatch.delenv("DATA_DIR", raising=False)
    monkeypatch.setattr(evaluate, "category_sets", lambda folder, limit: [CheckSet(HELDOUT, rows, ("ours",))])
    monkeypatch.setattr(evaluate, "own_prompts", lambda split: list(rows))
    monkeypatch.setattr(evaluate, "WordGrams", lambda rows: _Even())
    for section in ("spared_section", "difficulty_section", "own_section"):
        monkeypatch.setattr(evaluate, section, lambda *given: [])
    monkeypatch.setattr(evaluate, "measure_flips", lambda classifier: [])
    monkeypatch.setattr("sys.argv", ["evaluate", "--quick", "--report", str(report), "--artifacts", str(artifacts)])
    assert evaluate.main() == 0
    assert {path.name: path.read_text("utf-8") for path in report.iterdir()} == kept
    assert "DATA_DIR" in capsys.readouterr().out


class _Even:
    """Finds every category as likely as any other."""

    def chances(self, prompts: Sequence[str]) -> Numbers:
        return np.full((len(prompts), len(Category)), 1 / len(Category))


def test_a_set_is_told_by_way_and_by_origin_and_the_slow_way_sees_the_first_of_it_alone():
    rows = tuple(Labelled("?", str(place), "ours", Category.MATH) for place in range(SLOW_LIMIT + 20))
    origins = tuple("heard" if place % 2 else "read" for place in range(len(rows)))
    sure = np.tile(np.eye(len(Category))[list(Category).index(Category.MATH)], (len(rows), 1))
    lines = category_section(
        CheckSet("sums", rows, origins), sure, {"even": _Even().chances, SLOW: _Even().chances}, None
    )
    cells = {each[0]: each[1:3] for line in lines if (each := [cell.strip() for cell in line.strip("|").split("|")])}
    assert cells["**classifier**"] == ["520", "1.000"]
    assert cells["even"] == ["520", "0.000"]
    assert cells["read"] == cells["heard"] == ["260", "1.000"]
    assert cells[SLOW] == ["500", "0.000"]


def test_every_public_set_that_is_measured_on_is_told_of_with_its_labels():
    page = (PROMPTS / "README.md").read_text("utf-8")
    for name in (REAL, *OTHERS, *OUTCOMES, FLASK):
        assert name in page, name
