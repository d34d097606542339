"""F23: settings that are missing or wrong stop the start-up, once, with every one named and no value told."""

from __future__ import annotations

import pytest

from llm_router.errors import ConfigurationError
from llm_router.local.functions import load_module
from llm_router.local.template import load
from tests.support.service import ROOT, service

FUNCTIONS = load(ROOT / "template.yaml").functions
CANARY = "canarysecret"
WRONG = {
    "CACHE_TTL": f"-1 {CANARY}",
    "LISTENER": CANARY,
    "PORT": "70000",
    "LOG_LEVEL": CANARY,
    "REDIS_URL": f"http://:{CANARY}@localhost",
    "STORE": CANARY,
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_f23_start_up_names_every_bad_setting_and_no_value(function):
    with service(**WRONG, ADMIN_KEY=CANARY), pytest.raises(ConfigurationError) as failure:
        load_module(function)
    said = failure.value.message
    assert all(name in said for name in WRONG)
    assert CANARY not in said
    assert CANARY not in repr(failure.value.__cause__)


@pytest.mark.parametrize(
    "address",
    [
        f"redis://localhost:{CANARY}",
        f"redis://:{CANARY}/x@localhost:6379/0",
        f"redis://:{CANARY}#x@localhost:6379/0",
        f"redis://:{CANARY}?x@localhost:6379/0",
        f"redis://:12/{CANARY}@localhost",
        f"redis://:[{CANARY}@localhost",
    ],
)
def test_f23_a_redis_address_that_cannot_be_read_is_named_and_not_shown(address: str):
    with service(REDIS_URL=address), pytest.raises(ConfigurationError) as failure:
        load_module(FUNCTIONS["RouteFunction"])
    assert "REDIS_URL" in failure.value.message
    assert "percent-encoded" in failure.value.message
    assert CANARY not in failure.value.message
    assert CANARY not in repr(failure.value.__cause__)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OPENAI_BASE_URL", CANARY),
        ("ANTHROPIC_BASE_URL", f"http://{CANARY}.example"),
        ("AZURE_OPENAI_ENDPOINT", CANARY),
        ("OLLAMA_HOST", f"::{CANARY}::"),
        ("OLLAMA_BASE_URL", f"http://{CANARY}:11434"),
        ("VLLM_BASE_URL", f"https://me:{CANARY}@vllm.example"),
        ("OUTPUT_PATH", f"s3://{CANARY}"),
        ("MODELS_JSON_PATH", f"https://{CANARY}.example/models.json"),
        ("HOST", f"x {CANARY}"),
    ],
)
def test_f23_an_address_that_cannot_be_used_is_named_and_not_shown(setting: str, value: str):
    with service(**{setting: value, "PORT": "70000"}), pytest.raises(ConfigurationError) as failure:
        load_module(FUNCTIONS["RouteFunction"])
    assert all(name in failure.value.message for name in (setting, "PORT"))
    assert CANARY not in failure.value.message


@pytest.mark.parametrize("beside", [{}, {"PORT": "70000"}], ids=["alone", "beside another bad setting"])
def test_f23_a_missing_bucket_is_named(beside: dict[str, str]):
    with service(STORE="aws", **beside), pytest.raises(ConfigurationError) as failure:
        load_module(FUNCTIONS["RouteFunction"])
    assert all(name in failure.value.message for name in ("BUCKET_NAME", *beside))


def test_f23_once_the_settings_are_right_the_function_starts():
    with service(CACHE_TTL="never"), pytest.raises(ConfigurationError):
        load_module(FUNCTIONS["RouteFunction"])
    with service() as api:
        assert api.get("/healthz").status == 200
