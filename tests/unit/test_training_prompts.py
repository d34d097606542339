"""What the classifier is trained and measured on: splits that share nothing, and labels that can be read."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from llm_router.taxonomy import Category
from training.labelled import Labelled, own_prompts
from training.sources import APART, DEVELOPMENT, NF_CATS, RATINGS, READ_AGAIN, TRAIN, public_rows, rows_read
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


READ = (READ_AGAIN, DEVELOPMENT, APART)


def test_every_topic_is_that_of_prompts_we_train_on_and_of_enough_of_them():
    assert topics().keys() <= {row.id for row in SPLITS["train"]}
    assert min(Counter(topics().values()).values()) >= 8
    assert topic_names() == tuple(sorted(set(topics().values())))


def test_every_category_is_well_represented_where_fusion_is_fitted():
    counts = Counter(row.category for row in SPLITS["development"])
    assert set(counts) == set(Category)
    assert min(counts.values()) > len(SPLITS["development"]) / 20


def test_of_public_questions_our_reading_counts_and_what_fits_no_category_is_left_out(tmp_path: Path):
    readings = read(NF_CATS)
    clear = next(key for key, rest in readings.items() if rest.startswith("analysis"))
    unclear = next(key for key, rest in readings.items() if rest.startswith("-"))
    lay_sources(tmp_path, {"nf_cats": [clear, unclear]})
    found = {row.id: row.category for row in public_rows(tmp_path)}
    assert found[clear] is Category.ANALYSIS
    assert unclear not in found
    assert len(found) == len(TRAIN)


def test_all_real_prompts_that_were_read_one_by_one_are_trained_on_but_those_for_fusion_and_measuring(tmp_path: Path):
    by_source = {name: [key for key in read(name) if key.startswith("clinc150:")] for name in READ}
    assert min(map(len, by_source.values())) > 100
    lay_sources(tmp_path, {"clinc150": [key for keys in by_source.values() for key in keys]})
    trained = {row.id for row in public_rows(tmp_path) if row.source == "clinc150"}
    assert trained == {key for key in by_source[READ_AGAIN] if not read(READ_AGAIN)[key].startswith("-")}
    for name in (DEVELOPMENT, APART):
        assert [row.id for row in rows_read(tmp_path, name)] == by_source[name]


def read(name: str) -> dict[str, str]:
    lines = (RATINGS / f"{name}.txt").read_text("utf-8").splitlines()
    return dict(line.split(maxsplit=1) for line in lines)


def lay_sources(folder: Path, ids: dict[str, list[str]]) -> None:
    """Every public source, with a prompt for each id told of it and one that nobody read of every other source."""
    (folder / "train").mkdir()
    for source in TRAIN:
        keys = ids.get(source.name, [f"{source.name}:unread"])
        rows = [{"prompt": "What?", "category": "question", "source": source.name, "id": key} for key in keys]
        lines = "".join(json.dumps(each) + "\n" for each in rows)
        (folder / "train" / f"{source.name}.jsonl").write_text(lines, "utf-8")
