"""How long a refresh of 5,000 models takes and how much memory: `python -m tests.bench.refresh_of_5000`.

Every model is listed by three price sources and rated in every table, which is the worst case.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time

from tests.support.sources import URLS, RefresherWorld, payload

MODELS = 5000


def crowded() -> RefresherWorld:
    """A world in which every source lists `MODELS` models."""
    chance = random.Random(1)
    world = RefresherWorld()
    names = [f"m{index}x" for index in range(MODELS)]
    like = json.loads(payload("litellm"))["gpt-5-mini"]
    prices = {
        name: {**like, "input_cost_per_token": chance.uniform(1e-8, 1e-5), "litellm_provider": "openai"}
        for name in names
    }
    listed = [{"id": f"openai/{name}", "pricing": {"prompt": "0.000001", "completion": "0.000002"}} for name in names]
    modest = {name: {"cost": {"input": 1, "output": 2}, "limit": {"context": 100_000}} for name in names}
    ratings = json.loads(payload("lmarena"))
    for table in ratings.values():
        for name in names:
            rating = chance.uniform(1000, 1500)
            table[name] = {"rating": rating, "rating_q025": rating - 10, "rating_q975": rating + 10}
    world.web.serve(URLS["litellm"], json.dumps(prices).encode())
    world.web.serve(URLS["openrouter"], json.dumps({"data": listed}).encode())
    world.web.serve(URLS["models_dev"], json.dumps({"openai": {"models": modest}}).encode())
    world.web.serve(URLS["lmarena"], json.dumps(ratings).encode())
    return world


def main() -> int:
    """Two runs: into an empty catalogue, and again onto its own outcome."""
    world = crowded()
    for run in ("first", "again"):
        began = time.perf_counter()
        outcome = world.refresher().refresh()
        print(f"{run}: {time.perf_counter() - began:.1f} s, version {outcome.version}, {outcome.diff.summary}")
        world.exported.clear()
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
