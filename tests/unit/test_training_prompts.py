"""What the classifier is trained and measured on: splits that share nothing, and labels that can be read."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from llm_router.taxonomy import Category
from training.labelled import Labelled, own_prompts
from training.sources import READ_AGAIN, TRAIN, public_rows
from training.topics import topic_names, topics

SPLITS = {name: own_prompts(name) for name in ("train", "development", "heldout")}


def plain(row: Labelled) -> str:
    return re.sub(r"\W+", "", row.prompt.lower())


def test_no_prompt_stands_in_two_splits():
    texts = [text for rows in SPLITS.values() for text in {plain(row) for row in rows}]
    assert [text for text, count in Counter(texts).items() if count > 1 and text] == []


def test_every_prompt_has_an_id_of_its_own_and_every_label():
    for rows in SPLITS.values():
        assert len({row.id for row in rows}) == len(rows)
    for row in (row for rows in SPLITS.values() for row in rows):
        assert row.prompt.strip(), row.id
        assert None not in (row.category, row.difficulty, row.complexity, row.creativity), row.id
        assert row.lang, row.id


def test_every_topic_is_that_of_prompts_we_train_on_and_of_enough_of_them():
    assert topics().keys() <= {row.id for row in SPLITS["train"]}
    assert min(Counter(topics().values()).values()) >= 8
    assert topic_names() == tuple(sorted(set(topics().values())))


def test_every_category_is_well_represented_where_fusion_is_fitted():
    counts = Counter(row.category for row in SPLITS["development"])
    assert set(counts) == set(Category)
    assert min(counts.values()) > len(SPLITS["development"]) / 20


def test_of_public_questions_our_reading_counts_and_what_fits_no_category_is_left_out(tmp_path: Path):
    readings = dict(line.split(maxsplit=1) for line in READ_AGAIN.read_text("utf-8").splitlines())
    clear = next(key for key, rest in readings.items() if rest.startswith("analysis"))
    unclear = next(key for key, rest in readings.items() if rest.startswith("-"))
    (tmp_path / "train").mkdir()
    for source in TRAIN:
        row = {"prompt": "What?", "category": "question", "id": f"{source.name}:unread"}
        rows = [{**row, "id": key} for key in (clear, unclear)] if source.name == "nf_cats" else [row]
        lines = "".join(json.dumps(each) + "\n" for each in rows)
        (tmp_path / "train" / f"{source.name}.jsonl").write_text(lines, "utf-8")
    found = {row.id: row.category for row in public_rows(tmp_path)}
    assert found[clear] is Category.ANALYSIS
    assert unclear not in found
    assert len(found) == len(TRAIN)
