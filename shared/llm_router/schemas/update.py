"""`POST /update`: models to add or change, also in the reference design's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, JsonValue, WithJsonSchema

from llm_router.catalogue.entry import Capability, Catalogue, ModelEntry, ModelStatus
from llm_router.catalogue.field_rules import LEAST_SPEED, MAX_MS, MAX_TOKENS, MOST_SPEED
from llm_router.catalogue.guards import MAX_USD_PER_MTOK
from llm_router.catalogue.identifiers import MAX_ID, MAX_NAME
from llm_router.catalogue.upsert import MAX_MODELS, upsert
from llm_router.ports import MAX_VERSION
from llm_router.schemas.body import RequestBody
from llm_router.schemas.fields import Whole
from llm_router.taxonomy import Category, Difficulty


def _text(longest: int = MAX_NAME) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": longest}


def _number(most: float, kind: str = "number") -> dict[str, Any]:
    return {"type": [kind, "null"], "minimum": 1 if kind == "integer" else 0, "maximum": most}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, **more}


_FLAG = {"type": ["boolean", "null"]}
_CELL = _object(
    {
        "mean": {"type": "number", "minimum": 0, "maximum": 1},
        "sd": _number(1),
        "n": _number(1e6),
        "source": _text(),
        "as_of": _text(),
        "imputed": _FLAG,
        "basis": _text(),
    },
    required=["mean"],
)
_LEVELS = _object({level.value: _CELL for level in Difficulty})
_PRICE = {"type": "number", "minimum": 0, "maximum": MAX_USD_PER_MTOK}
_SPEED = {"anyOf": [{"type": "number", "minimum": LEAST_SPEED, "maximum": MOST_SPEED}, {"enum": [0, None]}]}
_LONG_PROMPT = _object(
    {
        "above_tokens": {"type": "integer", "minimum": 1, "maximum": MAX_TOKENS},
        "input_usd_per_mtok": _PRICE,
        "output_usd_per_mtok": _PRICE,
        "cached_input_usd_per_mtok": _number(MAX_USD_PER_MTOK),
    },
    required=["above_tokens", "input_usd_per_mtok", "output_usd_per_mtok"],
)
MODEL_SCHEMA: Mapping[str, Any] = _object(
    {
        "id": {"type": "string", "minLength": 1, "maxLength": MAX_ID},
        "provider": {"type": "string", "minLength": 1, "maxLength": 64},
        "display_name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME},
        "status": {"enum": [*ModelStatus, None]},
        "api_alias": _text(MAX_ID),
        "context_window": _number(MAX_TOKENS, "integer"),
        "max_output_tokens": _number(MAX_TOKENS, "integer"),
        "input_usd_per_mtok": _number(MAX_USD_PER_MTOK),
        "output_usd_per_mtok": _number(MAX_USD_PER_MTOK),
        "cached_input_usd_per_mtok": _number(MAX_USD_PER_MTOK),
        "long_prompt": {"anyOf": [_LONG_PROMPT, {"type": "null"}]},
        "capabilities": {
            "anyOf": [
                {"type": "array", "items": {"enum": list(Capability)}, "maxItems": 100},
                {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1}},
                {"type": "null"},
            ]
        },
        "thinks": _FLAG,
        "open_weights": _FLAG,
        "license": _text(),
        "regions": {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": 100},
        "deprecation_date": {"type": ["string", "null"], "format": "date"},
        "tokenizer": _text(),
        "latency": _object({"time_to_first_token_ms": _number(MAX_MS), "output_tokens_per_second": _SPEED}),
        "quality": _object({category.value: _LEVELS for category in Category}),
        "provenance": {"type": "object"},
        "cost_in_per_1k": _number(MAX_USD_PER_MTOK / 1000),
        "cost_out_per_1k": _number(MAX_USD_PER_MTOK / 1000),
        "avg_latency_ms": _number(MAX_MS),
        "open_source": _FLAG,
        "tags": {"type": ["array", "null"], "items": {"type": "string"}},
        "notes": {"type": ["string", "null"]},
        "analytics_id": {"type": ["string", "null"]},
        "last_updated": {"type": ["string", "null"]},
        "real_time_metrics": _FLAG,
    },
    required=["id"],
    description=(
        "A new model, or what changes of a known one. A field that is not given stays; null makes it unknown. A null "
        "status takes back what an update has said: it is again what the sources tell, from the next refresh on. Until "
        "then a model that only updates tell of is active, and another stays what it is; it is deprecated at once if "
        "its date has passed, and otherwise disabled where nothing is known of its quality and a source offers it."
    ),
)
"""What `llm_router.catalogue.validation` takes, for the API's description."""


class UpdateRequest(RequestBody):
    """Models to add or change: all of them or none."""

    models: Annotated[
        list[JsonValue],
        Field(max_length=MAX_MODELS),
        WithJsonSchema({"type": "array", "minItems": 1, "maxItems": MAX_MODELS, "items": dict(MODEL_SCHEMA)}),
    ]
    expected_version: Annotated[int, Field(ge=0, le=MAX_VERSION), Whole] | None = None

    def applied_to(self, before: Catalogue, today: str) -> Mapping[str, ModelEntry]:
        """The catalogue's models with these changes. Raises `InvalidRequest` naming index and field."""
        return upsert(before, self.models, today)
