"""What happens at 10, 1,000 and 10,000 requests a second: a simulation second by second, as Markdown.

    python -m tests.bench.scaling

Requests come at random (Poisson) and take the times of `workload.py`; Lambda gives each instance one request at a time,
keeps it for `idle_s`, and starts at most a thousand more every ten seconds and function. Nothing here asks AWS.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass

from tests.bench.workload import LAYERS_GB, MEMORY_GB, Workload

RATES = (10, 1_000, 10_000)
SIMULATED_S = 60.0
ACCOUNT_CONCURRENCY = 1_000
"""Instances that a settled AWS account may have at once in a region, before asking for more; new ones have ten."""
NEW_INSTANCES_A_SECOND = 100.0
PARTITION_WRITES = 1_000
"""Write units a second that one partition of a table takes."""
DECISION_PARTITIONS = 8
TABLE_WRITES_AT_FIRST = 4_000
"""Write units a second that a new table on demand takes at once; it doubles within half an hour."""
API_REQUESTS = 10_000
"""Requests a second of all APIs of an account in a region, before asking for more."""
VALKEY_CONNECTIONS = 65_000


@dataclass(frozen=True)
class Outcome:
    """What one rate leads to, once started from nothing and over the simulated time."""

    rate: int
    instances: int
    busy: float
    cold_share: float
    cold_share_later: float
    refused_share: float
    decision_writes: float
    writes_of_a_decision_partition: float
    counter_writes: float
    total_writes: float


def simulate(rate: int, load: Workload, seed: int = 1) -> Outcome:
    """Requests for a minute from a standing start. Deterministic for a seed."""
    dice = random.Random(seed)
    free: list[float] = []  # when each instance is free again, least first
    instances = started = refused = cold = cold_later = later = total = 0
    busy_ms, now = 0.0, 0.0
    while now < SIMULATED_S:
        now += dice.expovariate(rate)
        total += 1
        later += now > SIMULATED_S / 2
        takes = load.table_ms + (load.cached_ms if dice.random() < load.hit_rate else load.new_ms)
        takes *= dice.lognormvariate(0.0, 0.3)
        if free and free[0] <= now:
            heapq.heapreplace(free, now + takes / 1000)
        elif started < 1000 + NEW_INSTANCES_A_SECOND * now and instances < ACCOUNT_CONCURRENCY:
            started, instances, cold = started + 1, instances + 1, cold + 1
            cold_later += now > SIMULATED_S / 2
            heapq.heappush(free, now + (load.cold_ms + takes) / 1000)
        else:
            refused += 1
            continue
        busy_ms += takes
    return Outcome(
        rate=rate,
        instances=instances,
        busy=busy_ms / 1000 / SIMULATED_S,
        cold_share=cold / total,
        cold_share_later=cold_later / later,
        refused_share=refused / total,
        decision_writes=rate * load.decision_units,
        writes_of_a_decision_partition=rate * load.decision_units / DECISION_PARTITIONS,
        counter_writes=min(instances / load.flush_every_s, rate) * load.flush_units / 2,
        total_writes=min(instances / load.total_every_s, rate) * load.total_units,
    )


def table(outcomes: list[Outcome]) -> str:
    """The outcomes side by side."""
    rows = {
        "instances started from a standing start": [f"{each.instances:,}" for each in outcomes],
        "busy at once, on average": [f"{each.busy:,.1f}" for each in outcomes],
        "cold starts, first minute": [f"{each.cold_share:.2%}" for each in outcomes],
        "cold starts, its second half": [f"{each.cold_share_later:.2%}" for each in outcomes],
        f"refused at {ACCOUNT_CONCURRENCY:,} instances": [f"{each.refused_share:.2%}" for each in outcomes],
        "write units a second, decisions": [f"{each.decision_writes:,.0f}" for each in outcomes],
        f"… of one of their {DECISION_PARTITIONS} partitions": [
            f"{each.writes_of_a_decision_partition:,.0f}" for each in outcomes
        ],
        "write units a second, this minute's counters": [f"{each.counter_writes:,.0f}" for each in outcomes],
        "write units a second, everything ever counted": [f"{each.total_writes:,.0f}" for each in outcomes],
        "connections to Valkey": [f"{each.instances:,}" for each in outcomes],
        "layers that fresh instances load, GB": [f"{each.instances * LAYERS_GB:,.0f}" for each in outcomes],
        "memory of all instances, GB": [f"{each.instances * MEMORY_GB:,.0f}" for each in outcomes],
    }
    head = "| | " + " | ".join(f"{each.rate:,}/s" for each in outcomes) + " |"
    lines = [head, "|---|" + "---:|" * len(outcomes)]
    return "\n".join(lines + [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()])


def limits(outcomes: list[Outcome]) -> list[str]:
    """What stands in the way at each rate, and what the operator raises."""
    found = []
    for each in outcomes:
        troubles = []
        if each.refused_share > 0:
            troubles.append(f"concurrent executions (quota, {ACCOUNT_CONCURRENCY:,})")
        if each.rate >= API_REQUESTS:
            troubles.append(f"requests of HTTP APIs (quota, {API_REQUESTS:,} a second)")
        if each.decision_writes > TABLE_WRITES_AT_FIRST:
            troubles.append(f"the table, warmed to {each.decision_writes:,.0f} write units a second beforehand")
        if each.writes_of_a_decision_partition > PARTITION_WRITES:
            needed = -(-each.decision_writes // PARTITION_WRITES)
            troubles.append(f"`SHARDS` of decisions (8: one partition takes {PARTITION_WRITES:,}; {needed:.0f} needed)")
        if max(each.counter_writes, each.total_writes) > PARTITION_WRITES:
            troubles.append("how often figures are written")
        if each.instances > VALKEY_CONNECTIONS:
            troubles.append("connections to Valkey")
        found.append(f"- {each.rate:,} a second: {'; '.join(troubles) or 'nothing, beyond ThrottleRate'}")
    return found


def main() -> None:
    """Print the table and what has to be raised."""
    load = Workload()
    outcomes = [simulate(rate, load) for rate in RATES]
    print(f"A request keeps an instance busy for {load.service_ms:.1f} ms on average.\n")
    print(table(outcomes))
    print("\nWhat has to be raised:\n")
    print("\n".join(limits(outcomes)))


if __name__ == "__main__":
    main()
