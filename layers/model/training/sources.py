"""The public sources: where each comes from, what of it is used for training, and what is left out as noise."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from llm_router.taxonomy import Category
from training.labelled import Labelled, read_jsonl, sample


@dataclass(frozen=True, slots=True)
class Source:
    """A public set: the file's name under `DATA_DIR`, where it comes from, and how many rows a category gives."""

    name: str
    repository: str
    commit: str
    licence: str
    per_category: int = 100


TRAIN = (
    Source("nf_cats", "Lurunchik/NF-CATS", "1b8c3b8333", "MIT", 150),
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


DEBATES = "DEBATE"
"""NF-CATS's name for questions that want weighing; the set gives them no category, the rubric does: analysis."""


def data_dir() -> Path | None:
    """The folder of the data sets, from `DATA_DIR`; None when it is not set."""
    named = os.environ.get("DATA_DIR", "")
    return Path(named) if named else None


def public_rows(folder: Path) -> list[Labelled]:
    """What the public sources give for training, at most `per_category` rows of each category of each source."""
    rows: list[Labelled] = []
    for source in TRAIN:
        path = folder / "train" / f"{source.name}.jsonl"
        rows += sample(map(_debates_weighed, read_jsonl(path, source.name)), source.per_category)
    return rows


def _debates_weighed(row: Labelled) -> Labelled:
    return replace(row, category=Category.ANALYSIS) if row.raw_label.startswith(DEBATES) else row
