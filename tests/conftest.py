"""How often garbage is collected, how property tests run, and what takes long to make.

Property tests have no deadlines, since times are no promises here, and the same examples on every run of CI. `EXAMPLES`
is how many each tries where it does not say itself; `make mutants`, which runs them thousands of times, asks for few.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import llm_router
from tests.support.encoder import build_encoder

assert gc.get_threshold()[0] > 10_000, f"{llm_router.__name__} sets its own thresholds when it is imported"
# The service hardly leaves cycles behind; tests leave whole services.
gc.set_threshold(700, 10, 10)

settings.register_profile(
    "calm",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "100")),
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("calm")


@pytest.fixture(scope="session")
def base_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the base model, built for this machine: to be read, or copied to be changed."""
    return build_encoder(tmp_path_factory.mktemp("base"))
