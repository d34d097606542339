"""The routes that tell what was counted: in Prometheus' form, and model by model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.processes import running
from llm_router.ranking.posterior import pooled
from llm_router.schemas import prometheus
from llm_router.schemas.metrics import ModelMetrics, ModelsMetrics, model_metrics
from llm_router.web.door import Call, Door

if TYPE_CHECKING:
    from llm_router.composition.services import Services


@dataclass(frozen=True)
class MetricsRoutes:
    """What operators read of the route function."""

    service: Services

    def expose(self, door: Door) -> None:
        """Add them to the door."""
        door.get("/metrics", answer=None, summary="Everything counted so far, in Prometheus' text form")(self.all)
        door.get("/metrics/models", answer=ModelsMetrics, summary="Every model with its live and catalogue metrics")(
            self.models
        )
        door.get("/metrics/{model_id}", answer=ModelMetrics, summary="One model's live and catalogue metrics")(
            self.model
        )

    async def all(self, _call: Call) -> Response:
        """Counters only grow, whichever process counted and however often one began anew."""
        service = self.service
        components, processes = service.overview().components(), running(service.records(), service.clock)
        catalogue = service.reader().in_force().catalogue
        text = prometheus.exposition(service.figures().ever(), components, processes, catalogue)
        return Response(text, media_type=prometheus.MEDIA_TYPE)

    async def models(self, _call: Call) -> ModelsMetrics:
        """In the catalogue's order."""
        catalogue = self.service.reader().in_force().catalogue
        return ModelsMetrics(models=self._metrics(catalogue, catalogue), catalogue_version=catalogue.version)

    async def model(self, call: Call) -> ModelMetrics:
        """By id, or by the provider's own name for it where only one model has it."""
        catalogue = self.service.reader().in_force().catalogue
        entry = catalogue.named(call.path_params["model_id"])
        (found,) = self._metrics([entry], catalogue)
        return found

    def _metrics(self, entries: Iterable[ModelEntry], catalogue: Catalogue) -> list[ModelMetrics]:
        """What was seen of each entry and, for what counts in the ranking, of its model at all its providers."""
        chosen, around = self.service.figures().chosen(), self.service.learning.live().fresh()
        everywhere = pooled(catalogue, around.observed)
        return [model_metrics(entry, chosen.get(entry.id, 0), around, everywhere.get(entry.id)) for entry in entries]
