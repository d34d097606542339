"""Providers as settings configure them."""

from __future__ import annotations

from llm_router import settings as settings_module
from llm_router.adapters.providers.configured import ConfiguredProviders
from llm_router.composition.services import Services
from llm_router.settings import Settings
from tests.support.clock import FakeClock

KEY = "sk-canary-0123456789"


def settings(**environment: str) -> Settings:
    return settings_module.load({"STORE": "memory", **environment})


def providers(**environment: str) -> ConfiguredProviders:
    found = Services(settings(**environment), FakeClock(1.8e9)).generating.providers()
    assert isinstance(found, ConfiguredProviders)
    return found
