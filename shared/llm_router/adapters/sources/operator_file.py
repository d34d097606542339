"""The operator's own file or S3 object (`MODELS_JSON_PATH`): entries in our names or the reference design's."""

from __future__ import annotations

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.payload import MAX_PROBLEMS
from llm_router.catalogue.records import OPERATOR, OPERATOR_PRIORITY, Reading, RecordProblem
from llm_router.catalogue.validation import parse as parse_update
from llm_router.json_values import Json

NAME = OPERATOR


def parse(body: bytes, as_of: str) -> Reading:
    """A list of models, alone or under `models`. What a row says beyond the fields we know is passed over."""
    document = payload.document(body)
    rows: list[Json] = (
        document
        if isinstance(document, list)
        else payload.json_list(payload.json_object(document).get("models"), "models")
    )
    updates, problems = [], []
    for position, row in enumerate(rows):
        update, wrong = parse_update(row, today=as_of, lenient=True)
        if update is not None and update.provider is not None:
            updates.append(update)
        else:
            said = f"{wrong[0].path} {wrong[0].problem}".strip() if wrong else "provider is required"
            problems.append(RecordProblem(f"models[{position}]", said))
    return Reading(NAME, OPERATOR_PRIORITY, as_of, updates=updates, problems=problems[:MAX_PROBLEMS])
