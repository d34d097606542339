"""Prometheus' text form of what was counted: https://prometheus.io/docs/instrumenting/exposition_formats/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from llm_router import __version__
from llm_router.catalogue.entry import Catalogue
from llm_router.counters import Counter, Sums, amount
from llm_router.health import Component, State
from llm_router.latencies import LATENCY_BOUNDS_MS, latency_histogram
from llm_router.processes import Process

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
COUNTERS: Mapping[Counter, tuple[str, str, str]] = {
    Counter.REQUESTS: ("llm_router_requests_total", "function", "Requests answered"),
    Counter.ERRORS: ("llm_router_errors_total", "function", "Requests answered with 5xx"),
    Counter.REFUSED: ("llm_router_refused_total", "function", "Requests answered with 4xx"),
    Counter.COLD: ("llm_router_cold_starts_total", "function", "First requests of a process"),
    Counter.ERROR: ("llm_router_error_codes_total", "code", "Errors by their code"),
    Counter.CATEGORY: ("llm_router_prompts_total", "category", "Prompts by category"),
    Counter.DIFFICULTY: ("llm_router_difficulties_total", "difficulty", "Prompts by difficulty"),
    Counter.METHOD: ("llm_router_methods_total", "method", "Classifications by the stages that decided"),
    Counter.CACHE: ("llm_router_cache_lookups_total", "outcome", "Classifications looked up in the cache"),
    Counter.DEGRADED: ("llm_router_degraded_total", "missing", "Answers given without a part"),
    Counter.RECOMMENDED: ("llm_router_recommendations_total", "model", "Recommendations by model"),
    Counter.TOKENS_IN: ("llm_router_tokens_in_total", "model", "Tokens that recommended models were to read"),
    Counter.TOKENS_OUT: ("llm_router_tokens_out_total", "model", "Tokens that recommended models were to write"),
    Counter.USD: ("llm_router_usd_total", "kind", "US dollars, estimated for recommendations and spent on generations"),
    Counter.ATTEMPTS: ("llm_router_attempts_total", "model", "Attempts to have a model write"),
    Counter.FAILURES: ("llm_router_attempt_failures_total", "model", "Attempts that failed"),
    Counter.PROVIDER: ("llm_router_provider_attempts_total", "provider", "Attempts by provider"),
    Counter.PROVIDER_FAILURES: ("llm_router_provider_failures_total", "provider", "Failed attempts by provider"),
}
HISTOGRAM = "llm_router_request_duration_seconds"


def exposition(
    counted: Sums, components: Iterable[Component], processes: Iterable[Process], catalogue: Catalogue
) -> str:
    """The whole text; families with nothing in them are left out."""
    lines = [
        *_family("llm_router_info", "gauge", "The version that runs", [({"version": __version__}, 1.0)]),
        *_counters(counted),
        *_durations(counted),
        *_components(components),
        *_processes(list(processes)),
        *_family("llm_router_catalogue_version", "gauge", "Version in force", [({}, float(catalogue.version))]),
        *_family("llm_router_catalogue_models", "gauge", "Models that may be chosen", [({}, len(catalogue.active()))]),
    ]
    return "\n".join(lines) + "\n"


def _counters(counted: Sums) -> Iterator[str]:
    for counter, (name, label, words) in COUNTERS.items():
        rows = counted.get(counter, {})
        yield from _family(name, "counter", words, [({label: key}, rows[key]) for key in sorted(rows)])


def _durations(counted: Sums) -> Iterator[str]:
    """One histogram a function. Bounds are seconds; each bucket holds all below it."""
    functions = sorted(counted.get(Counter.REQUESTS, {}))
    if functions:
        yield from _head(HISTOGRAM, "histogram", "Time from the request to its answer")
    for function in functions:
        held = latency_histogram(counted, function)
        reached = list(accumulate(held.get(index, 0.0) for index in range(len(LATENCY_BOUNDS_MS) + 1)))
        for bound, below in zip(LATENCY_BOUNDS_MS, reached, strict=False):
            yield _line(f"{HISTOGRAM}_bucket", {"function": function, "le": f"{bound / 1000:g}"}, below)
        yield _line(f"{HISTOGRAM}_bucket", {"function": function, "le": "+Inf"}, reached[-1])
        yield _line(f"{HISTOGRAM}_sum", {"function": function}, amount(counted, Counter.MS, function) / 1000)
        yield _line(f"{HISTOGRAM}_count", {"function": function}, reached[-1])


def _components(components: Iterable[Component]) -> Iterator[str]:
    rows = [({"component": each.name}, float(each.state is State.UP)) for each in components]
    yield from _family("llm_router_component_up", "gauge", "1 while the part is well", rows)


def _processes(processes: list[Process]) -> Iterator[str]:
    memory = [({"process": each.name}, float(each.usage.memory or 0)) for each in processes]
    files = [({"process": each.name}, float(each.usage.open_files or 0)) for each in processes]
    spent = [({"process": each.name}, each.usage.cpu_s) for each in processes]
    yield from _family("llm_router_process_resident_memory_bytes", "gauge", "Memory in use", memory)
    yield from _family("llm_router_process_open_fds", "gauge", "Open descriptors", files)
    yield from _family("llm_router_process_cpu_seconds_total", "counter", "Processor time used", spent)


def _family(name: str, kind: str, words: str, rows: list[tuple[dict[str, str], float]]) -> Iterator[str]:
    if rows:
        yield from _head(name, kind, words)
    for labels, value in rows:
        yield _line(name, labels, value)


def _head(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP {name} {words}."
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{shown}}} {value:.10g}" if shown else f"{name} {value:.10g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
