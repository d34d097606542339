"""Artificial Analysis (artificialanalysis.ai): evaluations, prices per million tokens and measured speed.

Needs a key and asks to be named as the source, which every figure's provenance does. Its slugs are names of its own:
what it lists are figures for models that others offer (`joining.FIGURES_ONLY`).
"""

from __future__ import annotations

from functools import partial

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.payload import BadRecord, Note, Problems
from llm_router.catalogue.field_rules import LEAST_SPEED, MAX_MS, MOST_SPEED
from llm_router.catalogue.records import Facts, Listing, Reading, Scale, Score
from llm_router.catalogue.sources import ARTIFICIAL_ANALYSIS
from llm_router.json_values import Json

NAME = ARTIFICIAL_ANALYSIS
PRIORITY = 10
URL = "https://artificialanalysis.ai/api/v2/data/llms/models"
KEY_HEADER = "x-api-key"

_MTOK = 1e6
_INDEX = "artificial_analysis_"
"""Evaluations named so run from 0 to 100, all others from 0 to 1."""


def parse(body: bytes, as_of: str) -> Reading:
    """Evaluations as shares, and for makers' own offerings prices and speed. Nulls are common and mean unknown."""
    rows = payload.json_list(payload.json_object(payload.document(body)).get("data"), "data")
    listings, scores, problems = [], [], Problems()
    for position, row in enumerate(rows):
        place = f"data[{position}]"
        listing = payload.listed(problems, place, partial(_listing, row))
        if listing is None:
            continue
        listings.append(listing)
        try:
            scores += _scores(listing.name, payload.record(payload.record(row).get("evaluations") or {}))
        except BadRecord as bad:
            problems.add(place, str(bad))
    return Reading(NAME, PRIORITY, as_of, listings=listings, scores=scores, problems=problems.found)


def _listing(value: Json, note: Note) -> Listing:
    row = payload.record(value)
    slug = payload.model_name(row.get("slug"))
    maker = payload.record(row.get("model_creator") or {})
    prices = payload.part(row.get("pricing"), "pricing", note)
    usd_in, usd_out = payload.known_prices(
        payload.price(prices.get("price_1m_input_tokens"), _MTOK, "price_1m_input_tokens", note),
        payload.price(prices.get("price_1m_output_tokens"), _MTOK, "price_1m_output_tokens", note),
    )
    facts = Facts(
        display_name=payload.shown_name(row.get("name"), note),
        input_usd_per_mtok=usd_in,
        output_usd_per_mtok=usd_out,
        time_to_first_token_ms=_milliseconds(row.get("median_time_to_first_token_seconds"), note),
        output_tokens_per_second=_speed(row.get("median_output_tokens_per_second"), note),
    )
    return Listing(payload.model_name(maker.get("slug")), slug, facts)


def _milliseconds(value: Json, note: Note) -> float | None:
    """From seconds; 0 means that it was not measured."""
    what = "median_time_to_first_token_seconds"
    seconds = payload.figure(value, what, note)
    if seconds is not None and seconds * 1000 > MAX_MS:
        note(f"{what} is no time to wait")
        return None
    return round(seconds * 1000, 1) if seconds else None


def _speed(value: Json, note: Note) -> float | None:
    """Tokens a second; 0 means that it was not measured."""
    what = "median_output_tokens_per_second"
    speed = payload.figure(value, what, note)
    if speed and not LEAST_SPEED <= speed <= MOST_SPEED:
        note(f"{what} is no speed")
        return None
    return speed or None


def _scores(slug: str, evaluations: dict[str, Json]) -> list[Score]:
    scores = []
    for name, value in evaluations.items():
        figure = payload.number(value, "an evaluation")
        if figure is None:
            continue
        share = figure / 100 if name.startswith(_INDEX) else figure
        if share > 1:
            raise BadRecord("has an evaluation above its greatest value")
        scores.append(Score(slug, payload.model_name(name), share, Scale.SHARE))
    return scores
