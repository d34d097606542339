"""The public sources: where each comes from, what of it is used for training, and what is left out as noise."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llm_router.taxonomy import Category, Difficulty
from training.labelled import PROMPTS, Labelled, read_jsonl, sample


@dataclass(frozen=True, slots=True)
class Source:
    """A public set: the file's name under `DATA_DIR`, where it comes from, and how many rows a category gives."""

    name: str
    repository: str
    commit: str
    licence: str
    per_category: int = 100


TRAIN = (
    Source("nf_cats", "Lurunchik/NF-CATS", "1b8c3b8333", "MIT", 500),
    Source("webquestions", "brmson/dataset-factoid-webquestions", "6688908533", "CC-BY-4.0"),
    Source("clinc150", "clinc/oos-eval", "828f809393", "CC-BY-3.0"),
    Source("botframework_chitchat_en", "microsoft/botframework-solutions", "08ad18f112", "MIT"),
    Source("gpteacher_codegen", "teknium1/GPTeacher", "481075123c", "MIT"),
    Source("prompttensor", "PromptTensor/prompttensor-promptbank", "6239133d43", "CC-BY-4.0", 60),
    Source("discoverybench", "allenai/discoverybench", "c31fcf011e", "ODC-By", 60),
    Source("deep_research_bench", "Ayanami0730/deep_research_bench", "214741e474", "Apache-2.0", 60),
    Source("math_test_levels", "ZubinGou/math-evaluation-harness", "db77bc6bb2", "MIT"),
    Source("gsm8k_train", "lm-sys/RouteLLM", "0b64fdafe0", "MIT"),
)


RATINGS = PROMPTS / "ratings"
NF_CATS, READ_AGAIN, DEVELOPMENT, APART = "nf_cats", "read_again", "development", "kept_apart"
"""Files of lines with an id, a category (`-` for none or several), difficulty and complexity: what real prompts of the
public sets are by the rubric, as we read them. The sets' own labels are of other taxonomies, or one for all rows. The
first two are trained on; on the third, confidence is fitted; the last is for measuring alone."""


def data_dir() -> Path | None:
    """The folder of the data sets, from `DATA_DIR`; None when it is not set."""
    named = os.environ.get("DATA_DIR", "")
    return Path(named) if named else None


def public_rows(folder: Path) -> list[Labelled]:
    """What the public sources give for training: at most `per_category` rows of each category of each source, and all
    of `READ_AGAIN`."""
    whole, others = _readings(READ_AGAIN), kept_from_training()
    readings = {**_readings(NF_CATS), **whole}
    rows: list[Labelled] = []
    for source in TRAIN:
        found = [_read_again(row, readings.get(row.id)) for row in _rows(folder, source) if row.id not in others]
        rows += [row for row in found if row.id in whole and row.category is not None]
        rows += sample((row for row in found if row.id not in whole), source.per_category)
    return rows


def kept_from_training() -> frozenset[str]:
    """Ids of the real prompts on which confidence is fitted or by which it is measured."""
    return frozenset({**_readings(DEVELOPMENT), **_readings(APART)})


def rows_read(folder: Path, name: str) -> list[Labelled]:
    """Real prompts of the public sources as we read them, those of the file `name` that have a category."""
    read = _readings(name)
    rows = [_read_again(row, read[row.id]) for source in TRAIN for row in _rows(folder, source) if row.id in read]
    return [row for row in rows if row.category is not None]


def _rows(folder: Path, source: Source) -> list[Labelled]:
    return read_jsonl(folder / "train" / f"{source.name}.jsonl", source.name)


def _readings(name: str) -> dict[str, list[str]]:
    lines = (RATINGS / f"{name}.txt").read_text("utf-8").splitlines()
    return {key: rest for key, *rest in map(str.split, lines)}


def _read_again(row: Labelled, reading: Sequence[str] | None) -> Labelled:
    if reading is None:
        return row
    category, difficulty, complexity = reading
    return replace(
        row,
        category=None if category == "-" else Category(category),
        difficulty=Difficulty(difficulty),
        complexity=float(complexity),
    )
