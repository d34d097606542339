"""Reading a source's JSON without trusting it: strict numbers, bounded texts, and nothing of it in error messages."""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace

from llm_router.catalogue.field_rules import MAX_TOKENS
from llm_router.catalogue.guards import MAX_USD_PER_MTOK
from llm_router.catalogue.identifiers import is_legal_id, name_problem
from llm_router.catalogue.records import Listing, RecordProblem
from llm_router.errors import SourceUnavailable
from llm_router.json_values import Json

MAX_PROBLEMS = 100
MOST_DIGITS = 400
"""Of a whole number that is read as one; there is none of so many digits that anything could mean."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


Note = Callable[[str], None]
"""Told what is wrong with a part of a record that is used all the same."""


class BadRecord(ValueError):
    """One record cannot be used; the message says why and quotes nothing."""


def document(payload: bytes) -> Json:
    """The JSON value. NaN and numbers beyond all measure are not finite in it, for whoever reads them to refuse alone.

    Raises `SourceUnavailable` for what is not JSON, such as a page of HTML.
    """
    try:
        value: Json = json.loads(payload, parse_int=_whole)
    except (ValueError, RecursionError):
        raise SourceUnavailable("The source sent something that is not JSON.") from None
    return value


def json_object(value: Json) -> dict[str, Json]:
    """The document as an object. Raises `SourceUnavailable`: the schema has changed."""
    if isinstance(value, dict):
        return value
    raise SourceUnavailable("The source has another schema: the document is no object.")


def json_list(value: Json, what: str) -> list[Json]:
    """The value as a list. Raises `SourceUnavailable`."""
    if isinstance(value, list):
        return value
    raise SourceUnavailable(f"The source has another schema: {what} is no list.")


def record(value: Json) -> dict[str, Json]:
    """One record as an object. Raises `BadRecord`."""
    if isinstance(value, dict):
        return value
    raise BadRecord("is no object")


def model_name(value: Json) -> str:
    """A model's name: a text that is a legal id. Raises `BadRecord`."""
    if isinstance(value, str) and is_legal_id(value):
        return value
    raise BadRecord("has no usable name")


def part(value: Json, what: str, note: Note) -> dict[str, Json]:
    """An object within a record; empty where there is none. What is no object is noted and counts as none."""
    if isinstance(value, dict):
        return value
    if value is not None:
        note(f"{what} is no object")
    return {}


def shown_name(value: Json, note: Note) -> str | None:
    """A text that may be shown, or None. One that may not, such as markup, is noted and counts as not known."""
    if value is None:
        return None
    if not isinstance(value, str) or name_problem(value) is not None:
        note("has a name that cannot be shown")
        return None
    return value


def number(value: Json, what: str) -> float | None:
    """A finite number that is not negative, or None; texts that hold a number count. Raises `BadRecord`."""
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = float(value)
        except ValueError:
            raise BadRecord(f"{what} is no number") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= sys.float_info.max:
        raise BadRecord(f"{what} is no amount")
    return float(value)


def figure(value: Json, what: str, note: Note) -> float | None:
    """The same for a part of a record: what is no number is noted and counts as not known. It must not cost the
    record, for then a model that no other source lists would be gone."""
    try:
        return number(value, what)
    except BadRecord as bad:
        note(str(bad))
        return None


def price(value: Json, per: float, what: str, note: Note) -> float | None:
    """A price in USD per million tokens, from one for `per` tokens; None where it is not known.

    One that is no price, or outside 0 to 1,000, is noted and counts as not known.
    """
    amount = figure(value, what, note)
    usd = None if amount is None else float(f"{amount / per * 1e6:.10g}")
    if usd is not None and usd > MAX_USD_PER_MTOK:
        note(f"{what} is above {MAX_USD_PER_MTOK:.0f} USD per million tokens")
        return None
    return usd


def known_prices(usd_in: float | None, usd_out: float | None) -> tuple[float | None, float | None]:
    """Both, or neither where both are 0: sources write 0 for what they do not know as well as for what is free."""
    return (None, None) if not usd_in and not usd_out else (usd_in, usd_out)


def tokens(value: Json, what: str, note: Note) -> int | None:
    """A number of tokens, or None; 0 means that it is not known. What is none is noted and counts as not known."""
    count = figure(value, what, note)
    if count is None or count == 0:
        return None
    if count > MAX_TOKENS or count != int(count):
        note(f"{what} is no number of tokens")
        return None
    return int(count)


def date(value: Json) -> str | None:
    """An ISO date, or None for anything else: a date that cannot be read must not cost the record."""
    if not isinstance(value, str) or not _DATE.match(value):
        return None
    try:
        return datetime.date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None


def shown_names(value: Json) -> frozenset[str]:
    """The texts in a list that may be shown; empty for anything else."""
    return frozenset(item for item in texts(value) if name_problem(item) is None)


def texts(value: Json) -> frozenset[str]:
    """The texts in a list; empty for anything else."""
    return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else frozenset()


def listed(problems: Problems, place: str, read: Callable[[Note], Listing | None]) -> Listing | None:
    """One record as a listing; None where it is none that is wanted, or cannot be used, which is then reported.

    One of which a part cannot be used is reported, too, and marked.
    """
    flaws: list[str] = []
    try:
        listing = read(flaws.append)
    except BadRecord as bad:
        listing, flaws = None, [str(bad)]
    if flaws:
        problems.add(place, flaws[0])
    return replace(listing, flawed=True) if listing is not None and flaws else listing


class Problems:
    """Collects what was wrong with single records, at most the first hundred."""

    def __init__(self) -> None:
        self.found: list[RecordProblem] = []

    def add(self, record_place: str, problem: str) -> None:
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(RecordProblem(record_place, problem))


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)
