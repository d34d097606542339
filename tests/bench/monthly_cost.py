"""What a month costs at 10 thousand, 1 million and 100 million routes, from stated prices, as Markdown.

    python -m tests.bench.monthly_cost

Prices are those of `prices.toml`, without free tiers but for the one dashboard (three are free); what a request
takes is told in `workload.py`. Reads, which are few, are left out. What providers ask for generated text is not in
here: it is the caller's own and dwarfs all of this.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from llm_router.local.template import read
from tests.bench.workload import MEMORY_GB, Workload

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
ROUTES = (10_000, 1_000_000, 100_000_000)
HOURS = 730.0
SECONDS = HOURS * 3600
REFRESHES = 4 * 30.4
REFRESH_S, REFRESH_GB = 20.0, 1.0
KEPT_DAYS = 7
"""Days that a decision is kept."""

Prices = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Options:
    """What an operator may choose, as the template's parameters have it."""

    architecture: str = "arm64"
    snapstart: bool = False
    provisioned: int = 0
    valkey: bool = False
    nat: bool = False


def prices() -> Prices:
    """The stated prices; the date and region stand in the same file."""
    return tomllib.loads(Path(__file__).with_name("prices.toml").read_text("utf-8"))


def instances_on_average(routes: float, load: Workload) -> float:
    """Instances that live at once, for traffic spread evenly over the month: busy ones, and those that wait."""
    per_second = routes / SECONDS
    busy = per_second * load.service_ms / 1000
    return min(busy + 1, per_second * load.idle_s) if routes else 0.0


def bill(routes: int, options: Options, load: Workload, price: Prices) -> dict[str, float]:
    """US dollars a month, by line."""
    gb_second = price["lambda"][f"gb_second_{options.architecture}"]
    alive = instances_on_average(routes, load)
    flushes = min(routes, alive * SECONDS / load.flush_every_s)
    totals = min(routes, alive * SECONDS / load.total_every_s)
    counter_units = flushes * load.flush_units + totals * load.total_units
    lines = {
        "Lambda, time": routes * (load.service_ms / 1000) * MEMORY_GB * gb_second,
        "Lambda, requests": routes * price["lambda"]["request"],
        "HTTP API": routes * price["http_api"]["request"],
        "DynamoDB, decisions": routes * load.decision_units * price["dynamodb"]["write_unit"],
        "DynamoDB, counters": counter_units * price["dynamodb"]["write_unit"],
        "DynamoDB, storage and recovery": _stored_gb(routes, load)
        * (price["dynamodb"]["gb_month"] + price["dynamodb"]["backup_gb_month"]),
        "Logs": routes * load.logged_kb * 1e-6 * (price["logs"]["gb"] + price["logs"]["gb_month"]),
        "Refresh of the catalogue": REFRESHES * (REFRESH_S * REFRESH_GB * gb_second + price["scheduler"]["call"]),
        "Two secrets": 2 * price["secrets"]["secret_month"],
        "Alarms and own metrics": _watching(routes, price),
    }
    if options.snapstart:
        lines["SnapStart, two snapshots"] = (
            2 * MEMORY_GB * SECONDS * price["lambda"]["snapstart_cache_gb_second"]
            + _cold_starts(routes, load) * MEMORY_GB * price["lambda"]["snapstart_restore_gb"]
        )
    if options.provisioned:
        per_second = price["lambda"][f"provisioned_gb_second_{options.architecture}"]
        lines["Instances that always run"] = 2 * options.provisioned * MEMORY_GB * SECONDS * per_second
    if options.valkey:
        lines["Valkey"] = price["valkey"]["gb_hour"] * price["valkey"]["least_gb"] * HOURS
        if not options.nat:
            lines["Endpoint of Secrets Manager"] = price["valkey"]["endpoint_hour"] * HOURS
    if options.nat:
        lines["NAT gateway and its address"] = (price["valkey"]["nat_hour"] + price["valkey"]["address_hour"]) * HOURS
    return lines


def _watching(routes: int, price: Prices) -> float:
    """What the template's alarms and shown metrics cost, when nothing is chosen that adds to them; a metric is billed
    for the hours in which it is sent."""
    resources = read(TEMPLATE)["Resources"]
    assert isinstance(resources, Mapping)
    alarms = sum(found["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in found for found in resources.values())
    shown = set(re.findall(r'\["LLMRouter/[^"]+", "\w+", "\w+", "\w+"', json.dumps(resources).replace('\\"', '"')))
    sent = min(1.0, routes / HOURS) * len(shown)
    return alarms * price["cloudwatch"]["alarm_month"] + sent * price["cloudwatch"]["metric_month"]


def _stored_gb(routes: int, load: Workload) -> float:
    return routes * KEPT_DAYS / 30.4 * load.decision_kb / 1e6


def _cold_starts(routes: int, load: Workload) -> float:
    """At least one whenever nobody has asked for `idle_s`; as many as there are instances, four times a day."""
    return min(routes, max(SECONDS / load.idle_s * 0.2, 4 * 30.4 * instances_on_average(routes, load)))


def table(options: Options) -> str:
    """The bill at each size, as a Markdown table."""
    price, load = prices(), Workload()
    bills = [bill(routes, options, load, price) for routes in ROUTES]
    head = "| US dollars a month | " + " | ".join(f"{routes:,} routes" for routes in ROUTES) + " |"
    lines = [head, "|---|" + "---:|" * len(ROUTES)]
    lines += [f"| {name} | " + " | ".join(f"{each[name]:,.2f}" for each in bills) + " |" for name in bills[0]]
    totals = [sum(each.values()) for each in bills]
    lines.append("| **all** | " + " | ".join(f"**{total:,.2f}**" for total in totals) + " |")
    per_million = [total / routes * 1e6 for total, routes in zip(totals, ROUTES, strict=True)]
    lines.append("| a million routes | " + " | ".join(f"{each:,.2f}" for each in per_million) + " |")
    return "\n".join(lines)


CHOICES = {
    "Nothing chosen (arm64)": Options(),
    "`StartUp=snapstart`": Options(snapstart=True),
    "`StartUp=provisioned`, one instance each": Options(provisioned=1),
    "`Cache=valkey`": Options(valkey=True),
    "`Cache=valkey`, `Egress=nat`": Options(valkey=True, nat=True),
}


def main() -> None:
    """Print the tables."""
    stated = prices()
    print(f"Prices of {stated['region']} as of {stated['as_of']}, without free tiers but for the one dashboard.\n")
    for name, options in CHOICES.items():
        print(f"### {name}\n\n{table(options)}\n")


if __name__ == "__main__":
    main()
