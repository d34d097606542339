"""Latency of new prompts over HTTP, of several services in turn, in one run.

    python -m tests.bench.http_latency ours=http://127.0.0.1:5001/classify other=http://127.0.0.1:5002/classify

Each request is a prompt of 8 to 30 words that was never sent before, on one connection kept open; the services take
turns request by request, so that a drift of the machine's speed meets all of them. Prints milliseconds and the ratio
to the first service.
"""

from __future__ import annotations

import http.client
import json
import random
import statistics
import sys
import time
from urllib.parse import urlsplit

WARM_UP, COUNTED = 40, 400
OPENINGS = ["how do I", "write a short", "what is the", "please compare", "can you explain", "calculate the", "fix my"]
WORDS = [
    *("report", "garden", "budget", "python", "train", "invoice", "story", "river", "market", "engine", "window"),
    *("teacher", "kitchen", "network", "holiday", "contract", "server", "battery", "recipe", "science", "language"),
    *("history", "music", "planet", "doctor", "meeting", "email", "weather", "project"),
]


def new_prompt(random_words: random.Random) -> str:
    """A prompt that nobody has sent before."""
    count = random_words.randint(6, 27)
    return f"{random_words.choice(OPENINGS)} {' '.join(random_words.choices(WORDS, k=count))}"


def request_ms(connection: http.client.HTTPConnection, path: str, prompt: str) -> float:
    """One request, from its first byte sent to its last byte received. Raises when it is not answered with 200."""
    body = json.dumps({"prompt": prompt})
    started = time.perf_counter()
    connection.request("POST", path, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    elapsed = (time.perf_counter() - started) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{connection.host}:{connection.port} answered {answer.status}")
    return elapsed


def measure(services: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds of every counted request, by service."""
    words = random.Random(time.time_ns())
    split = {name: urlsplit(address) for name, address in services.items()}
    lines = {name: http.client.HTTPConnection(found.hostname or "", found.port) for name, found in split.items()}
    times: dict[str, list[float]] = {name: [] for name in services}
    for turn in range(WARM_UP + COUNTED):
        for name, line in lines.items():
            elapsed = request_ms(line, split[name].path, new_prompt(words))
            if turn >= WARM_UP:
                times[name].append(elapsed)
    return times


def main() -> None:
    """Measure the services named on the command line."""
    times = measure(dict(argument.split("=", 1) for argument in sys.argv[1:]))
    first = statistics.median(next(iter(times.values())))
    print(f"{'service':<14}{'p50 ms':>9}{'p90 ms':>9}{'p99 ms':>9}{'p50 ratio':>11}")
    for name, found in times.items():
        cuts = statistics.quantiles(found, n=100)
        print(f"{name:<14}{cuts[49]:>9.2f}{cuts[89]:>9.2f}{cuts[98]:>9.2f}{cuts[49] / first:>11.1f}")


if __name__ == "__main__":
    main()
