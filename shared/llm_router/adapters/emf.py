"""CloudWatch metrics in the embedded metric format: lines in the log, no call to anybody.

Dimensions are bounded, since each combination of their values is billed as a metric of its own: the four functions,
and the built-in categories with `own` for all of the operator's together. Models and keys are never dimensions.
"""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from llm_router.activity import ActivityKind, Observation
from llm_router.function_names import Function
from llm_router.taxonomy import Category

OWN = "own"
_BUILT_IN = frozenset(category.value for category in Category)


class EmfMetrics:
    """Writes one line an observation; `template.yaml` has the dashboard and the alarms that read them.

    No dimension tells the stacks of an account apart, so `namespace` has to: it is one of the stack's own.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def request(self, seen: Observation) -> None:
        """One answered request or scheduled run. The time of answers that a provider's model wrote stands apart, and
        that of probes is left out: they are quicker than any request, but for those that wait for a process to start.
        """
        if seen.kind is ActivityKind.SCHEDULED:
            self._write("function", seen.function, [("Refreshes", MetricUnit.Count, float(seen.status < 400))])
            return
        found = [
            ("Requests", MetricUnit.Count, 1.0),
            ("Errors", MetricUnit.Count, float(seen.status >= 500)),
            ("Refused", MetricUnit.Count, float(400 <= seen.status < 500)),
        ]
        if seen.kind is not ActivityKind.PROBE:
            found.append(("GenerationLatency" if seen.generates else "Latency", MetricUnit.Milliseconds, seen.ms))
        if seen.cold_start:
            found.append(("ColdStarts", MetricUnit.Count, 1.0))
        if seen.cached is not None:
            found.append(("CacheHits", MetricUnit.Count, float(seen.cached)))
        if seen.estimated_usd is not None:
            found.append(("EstimatedUsd", MetricUnit.NoUnit, seen.estimated_usd))
        if seen.cost_usd is not None:
            found.append(("SpentUsd", MetricUnit.NoUnit, seen.cost_usd))
        self._write("function", seen.function, found)
        if seen.category:
            category = seen.category if seen.category in _BUILT_IN else OWN
            self._write("category", category, [("Prompts", MetricUnit.Count, 1.0)])

    def attempt(self, *, failed: bool) -> None:
        """One attempt to have a provider's model write."""
        counted = [("ProviderAttempts", MetricUnit.Count, 1.0), ("ProviderFailures", MetricUnit.Count, float(failed))]
        self._write("function", Function.ROUTE, counted)

    def _write(self, dimension: str, value: str, metrics: list[tuple[str, MetricUnit, float]]) -> None:
        line = AmazonCloudWatchEMFProvider(namespace=self._namespace)
        line.add_dimension(dimension, value)
        for name, unit, amount in metrics:
            line.add_metric(name, unit, amount)
        line.flush_metrics()
