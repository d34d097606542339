"""The sets that are only measured on: our own held-out prompts, what training leaves out of the public sets under
`DATA_DIR`/train, and those under `DATA_DIR`/check.

`prompts/README.md` says of each what it is, whose labels it has, and what is known of its licence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.labelled import Labelled, json_rows, own_prompts, read_jsonl
from training.sources import APART, rows_read

REAL = "alpacaeval_selfinst_helpful_vicuna"
"""Real and authored instructions, read and labelled one by one: the nearest to real traffic among the check sets."""
OTHERS = ("stackoverflow_titles", "reddit_writingprompts", "trec_qc", "short_word_math", "arc_easy_challenge")
OUTCOMES = ("routing_routerbench_arc_challenge", "routing_routerbench_mbpp", "routing_routerbench_winogrande")
FLASK = "flask_difficulty"
HELDOUT = "heldout"


@dataclass(frozen=True, slots=True)
class CheckSet:
    """Rows with a category, by the origin that each came from."""

    name: str
    rows: tuple[Labelled, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Prompts and how hard each is, on any scale that is an order."""

    name: str
    prompts: tuple[str, ...]
    hardness: tuple[float, ...]


def category_sets(folder: Path | None, limit: int) -> Iterator[CheckSet]:
    """Ours first; then, with a folder, each public set, at most `limit` rows of it."""
    ours = [row for row in own_prompts(HELDOUT) if row.category is not None]
    yield CheckSet(HELDOUT, tuple(ours), tuple(row.source for row in ours))
    if folder is None:
        return
    apart = rows_read(folder, APART)
    yield CheckSet(APART, tuple(apart), tuple(row.source for row in apart))
    for name in (REAL, *OTHERS):
        path = folder / "check" / f"{name}.jsonl"
        origins = {str(row["id"]): str(row["raw_label"]) for row in json_rows(path)}
        rows = [row for row in read_jsonl(path, name) if row.category is not None][:limit]
        by_row = (origins[row.id] if name in {REAL, "short_word_math", "arc_easy_challenge"} else name for row in rows)
        yield CheckSet(name, tuple(rows), tuple(by_row))


def scales(folder: Path | None, limit: int) -> Iterator[Scale]:
    """Where it is known which prompts are harder than others.

    Ours first; then, with a folder, each public set, at most `limit` rows of it.
    """
    order = {"easy": 0.0, "medium": 1.0, "hard": 2.0}
    ours = [row for row in own_prompts(HELDOUT) if row.difficulty is not None and row.complexity is not None]
    yield Scale("held-out prompts, difficulty", *_pairs([(r.prompt, order[str(r.difficulty)]) for r in ours]))
    yield Scale("held-out prompts, complexity", *_pairs([(r.prompt, r.complexity or 0.0) for r in ours]))
    if folder is None:
        return
    for name, title in (("arc_easy_challenge", "ARC, easy against challenge"), (FLASK, "FLASK, knowledge needed")):
        rows = [r for r in json_rows(folder / "check" / f"{name}.jsonl") if r["difficulty"]][:limit]
        yield Scale(title, *_pairs([(str(row["prompt"]), order[str(row["difficulty"])]) for row in rows]))
    for name in OUTCOMES:
        pairs = []
        for row in json_rows(folder / "check" / f"{name}.jsonl"):
            outcomes = row["outcomes"]
            pairs.append((str(row["prompt"]), 1 - sum(map(float, outcomes.values())) / len(outcomes)))
        yield Scale(f"{name.removeprefix('routing_')}, share of models that fail", *_pairs(pairs[:limit]))


def _pairs(pairs: list[tuple[str, float]]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    return tuple(prompt for prompt, _ in pairs), tuple(hardness for _, hardness in pairs)
