"""LiveBench's table: the share of tasks answered rightly, checked against a key, one row per model and effort."""

from __future__ import annotations

import csv

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.payload import BadRecord, Problems
from llm_router.catalogue.records import Reading, Scale, Score
from llm_router.errors import SourceUnavailable

NAME = "livebench"
PRIORITY = 0
FOLDER = "https://api.github.com/repos/LiveBench/livebench.github.io/contents/public"
TABLES = "https://raw.githubusercontent.com/LiveBench/livebench.github.io/main/public/"


def parse(body: bytes, as_of: str) -> Reading:
    """Every score, as a share from 0 to 1. A row with more or fewer fields than the header is left out whole."""
    try:
        rows = list(csv.reader(body.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise SourceUnavailable("The source sent something that is no table.") from None
    if not rows or rows[0][:1] != ["model"] or len(rows[0]) < 5:
        raise SourceUnavailable("The source has another schema: the table has no models and tasks.")
    tasks = rows[0][1:]
    scores, problems = [], Problems()
    for position, row in enumerate(rows[1:], 1):
        try:
            scores += _scores(tasks, row)
        except BadRecord as bad:
            problems.add(f"row {position}", str(bad))
    return Reading(NAME, PRIORITY, as_of, scores=scores, problems=problems.found)


def _scores(tasks: list[str], row: list[str]) -> list[Score]:
    if len(row) != len(tasks) + 1:
        raise BadRecord("has another number of fields than the header")
    name = payload.model_name(row[0])
    return [
        Score(name, payload.model_name(task), _share(cell), Scale.SHARE)
        for task, cell in zip(tasks, row[1:], strict=True)
        if cell.strip()
    ]


def _share(cell: str) -> float:
    percent = payload.number(cell, "a score")
    if percent is None or percent > 100:
        raise BadRecord("has a score that is no percentage")
    return percent / 100
