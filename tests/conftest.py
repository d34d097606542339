"""How property tests run: no deadlines, since times are no promises here; the same examples on every run of CI.

`EXAMPLES` is how many each tries where it does not say itself; `make mutants`, which runs them thousands of times, asks
for few.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "calm",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "100")),
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("calm")
