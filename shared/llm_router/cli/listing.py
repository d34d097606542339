"""The catalogue's models, filtered and in order, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType

from llm_router.cli.tables import percent, plain, table
from llm_router.savings import hard_quality
from llm_router.schemas.catalogue import EntryAnswer, ModelsAnswer


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """Which models to list."""

    provider: str | None = None
    search: str | None = None
    capability: str | None = None
    open_weights: bool = False
    everything: bool = False

    def holds(self, model: EntryAnswer) -> bool:
        """True for a model that is to be listed."""
        return (
            (self.everything or model.status == "active")
            and self.provider in (None, model.provider)
            and (self.search is None or self.search.lower() in model.id.lower())
            and (self.capability is None or self.capability in model.capabilities)
            and (not self.open_weights or model.open_weights is True)
        )


def _price(model: EntryAnswer) -> float:
    return float("inf") if model.output_usd_per_mtok is None else model.output_usd_per_mtok


ORDERS: Mapping[str, Callable[[EntryAnswer], tuple[float, str]]] = {
    "name": lambda model: (0.0, model.id),
    "price": lambda model: (_price(model), model.id),
    "quality": lambda model: (-(hard_quality(model.quality) or 0.0), model.id),
    "context": lambda model: (-(model.context_window or 0), model.id),
}
"""Best first; a price that is not known comes last."""


def models(found: ModelsAnswer, wanted: ModelFilter, order: str, limit: int | None) -> RenderableType:
    """The models that are wanted, in an order of `ORDERS`."""
    kept = sorted((model for model in found.models if wanted.holds(model)), key=ORDERS[order])[:limit]
    listed = table("model", ">in $/M", ">out $/M", ">context", ">hard work", "weights", "capabilities")
    for model in kept:
        listed.add_row(
            plain(model.id, "" if model.status == "active" else "dim strike"),
            _dollars(model.input_usd_per_mtok),
            _dollars(model.output_usd_per_mtok),
            "–" if model.context_window is None else f"{model.context_window:,}",
            percent(hard_quality(model.quality)),
            {True: "open", False: "closed", None: "–"}[model.open_weights],
            plain(", ".join(model.capabilities), "dim"),
        )
    said = f"{len(kept)} of {len(found.models)} models, catalogue {found.catalogue_version}"
    return Group(listed, plain(said, "dim"))


def _dollars(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
