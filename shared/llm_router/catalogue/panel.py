"""The panel of small models that marks where the difficulties lie: its members keep their place on a scale that rates
them no more, so that one that is retired moves nobody's quality, and one that is renamed hardly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from llm_router.catalogue.quality_map import SCALE_SOURCE, QualityMap
from llm_router.catalogue.records import Reading, RecordProblem, Scale, Score

Points = Mapping[str, Mapping[str, float]]
"""By table and member."""


def panel_points(reading: Reading, choices: QualityMap) -> Points:
    """Where a reading has the members in each table that is part of a scale and that it has at all."""
    tables = {name for source, names in choices.uses if source == SCALE_SOURCE == reading.source for name in names}
    found: dict[str, dict[str, float]] = {}
    for score in reading.scores:
        if score.measure in tables:
            row = found.setdefault(score.measure, {})
            if score.model in choices.panel:
                row[score.model] = score.value
    return found


def with_held_panel(reading: Reading, held: Points, choices: QualityMap) -> Reading:
    """The reading with the last known points of every member that a table rates no more, which its problems tell."""
    scores, problems = [], []
    now = panel_points(reading, choices)
    for member in choices.panel:
        missing = [table for table, row in now.items() if member not in row]
        known = [table for table in missing if member in held.get(table, {})]
        scores += [Score(member, table, held[table][member], Scale.RATING) for table in known]
        if missing:
            what = "its last points there stay" if known == missing else "quality that needs it stays as it is"
            problems.append(RecordProblem(f"the panel's {member}", f"is not rated in {len(missing)} tables: {what}"))
    if not problems:
        return reading
    return replace(reading, scores=[*reading.scores, *scores], problems=[*problems, *reading.problems])
