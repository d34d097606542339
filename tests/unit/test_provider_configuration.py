"""Which providers are there follows from settings of their SDKs' names, and what is missing is said without a value."""

from __future__ import annotations

import json

import pytest

from llm_router import provider_addresses
from llm_router.adapters.aws import AwsClients
from llm_router.adapters.providers.configured import ConfiguredProviders, speakers
from llm_router.catalogue.tables import tables
from llm_router.composition.services import Services
from llm_router.errors import ConfigurationError, StoreUnavailable
from llm_router.provider_settings import PROVIDER_SETTINGS
from tests.support.aws import fake_aws
from tests.support.clock import FakeClock
from tests.support.configured import KEY, providers, settings


def test_every_provider_of_the_catalogue_can_be_configured():
    nothing = ConfiguredProviders({})
    for name in tables().providers:
        missing = nothing.why_not(name)
        assert missing is not None
        assert missing.endswith("is not set"), (name, missing)


def test_every_address_of_a_provider_is_among_those_that_are_checked_at_the_start():
    addresses = {name for name in PROVIDER_SETTINGS if not name.endswith(("_KEY", "_BEDROCK", "_REGION"))}
    assert {name.upper() for name in provider_addresses.SETTINGS} == addresses


@pytest.mark.parametrize(
    ("provider", "environment"),
    [
        ("openai", {"OPENAI_API_KEY": KEY}),
        ("anthropic", {"ANTHROPIC_API_KEY": KEY}),
        ("google", {"GEMINI_API_KEY": KEY}),
        ("google", {"GOOGLE_API_KEY": KEY}),
        ("azure", {"AZURE_OPENAI_API_KEY": KEY, "AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com"}),
        ("ollama", {"OLLAMA_HOST": "0.0.0.0"}),
        ("vllm", {"VLLM_BASE_URL": "http://127.0.0.1:8000/v1"}),
        ("bedrock", {"BEDROCK_REGION": "eu-central-1"}),
        ("bedrock", {"BEDROCK_ENABLED": "true", "AWS_REGION": "eu-central-1"}),
        *((name, {each.key_setting: KEY}) for name, each in speakers().items() if each.base_url),
    ],
)
def test_a_provider_is_there_once_its_settings_are(provider, environment):
    found = providers(**environment)
    assert found.why_not(provider) is None
    assert found.find(provider) is found.find(provider) is not None
    assert KEY not in repr(found)
    assert KEY not in repr(found.find(provider))


@pytest.mark.parametrize(
    ("provider", "environment", "why"),
    [
        ("openai", {}, "OPENAI_API_KEY is not set"),
        ("openai", {"OPENAI_API_KEY": "  "}, "OPENAI_API_KEY is not set"),
        ("openai", {"OPENAI_API_KEY": "sk\u200b1"}, "OPENAI_API_KEY is no key"),
        ("anthropic", {"ANTHROPIC_API_KEY": "a\nb: c"}, "ANTHROPIC_API_KEY is no key"),
        ("google", {}, "GEMINI_API_KEY or GOOGLE_API_KEY is not set"),
        ("azure", {"AZURE_OPENAI_API_KEY": KEY}, "AZURE_OPENAI_ENDPOINT is not set"),
        ("ollama", {}, "OLLAMA_BASE_URL is not set"),
        ("bedrock", {"AWS_REGION": "eu-central-1"}, "BEDROCK_REGION is not set"),
        ("nobody", {}, "the router does not speak to this provider"),
        (
            "openai",
            {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://93.184.216.34/v1"},
            "OPENAI_BASE_URL must begin with https://, since it is not a private address",
        ),
        (
            "ollama",
            {"OLLAMA_BASE_URL": "http://10.0.0.5:11434"},
            "OLLAMA_BASE_URL must begin with https://, or PRIVATE_HTTP_PROVIDERS must be true",
        ),
        (
            "vllm",
            {"VLLM_BASE_URL": "https://me:secret@vllm.example"},
            "VLLM_BASE_URL must not hold a user name or a password",
        ),
        ("vllm", {"VLLM_BASE_URL": "https://vllm.example/?a=b"}, "VLLM_BASE_URL must not hold a query or a fragment"),
        ("vllm", {"VLLM_BASE_URL": "file:///etc/passwd"}, "VLLM_BASE_URL is no address"),
        ("vllm", {"VLLM_BASE_URL": "https://a:b:c"}, "VLLM_BASE_URL is no address"),
        (
            "vllm",
            {"VLLM_BASE_URL": "http://169.254.169.254", "PRIVATE_HTTP_PROVIDERS": "true"},
            "VLLM_BASE_URL must begin with https://, since it is not a private address",
        ),
    ],
)
def test_what_is_missing_is_said(provider, environment, why):
    allowed = environment.pop("PRIVATE_HTTP_PROVIDERS", "") == "true"
    # What a secret holds is read when it is needed, so nothing of it can have stopped the start.
    found = ConfiguredProviders(settings().provider_settings(json.dumps(environment)), private_http=allowed)
    assert found.find(provider) is None
    assert found.why_not(provider) == why


def test_every_provider_of_which_a_setting_is_set_is_told_with_what_is_missing():
    found = providers(OLLAMA_HOST="127.0.0.1", GOOGLE_API_KEY=KEY, GROQ_API_KEY="a b", OPENAI_BASE_URL="https://a.b")
    assert found.begun() == {
        "google": None,
        "groq": "GROQ_API_KEY is no key",
        "ollama": None,
        "openai": "OPENAI_API_KEY is not set",
    }
    assert providers().begun() == {}


@pytest.mark.parametrize("address", ["http://10.0.0.5:11434", "http://ollama:11434", "http://box.local"])
def test_a_private_address_may_be_allowed_without_tls(address):
    assert providers(OLLAMA_BASE_URL=address, PRIVATE_HTTP_PROVIDERS="true").find("ollama") is not None


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1:1234", "http://127.0.0.1:1234"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("https://ollama.example", "https://ollama.example"),
        ("localhost", "http://localhost:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::]:11434", "http://[::1]:11434"),
    ],
)
def test_ollama_s_own_setting_is_understood(host, address):
    assert settings(OLLAMA_HOST=host).provider_settings()["OLLAMA_BASE_URL"] == address


def test_a_secret_holds_the_settings_and_the_environment_goes_before_it():
    found = settings(OPENAI_API_KEY="own").provider_settings(
        '{"OPENAI_API_KEY": "theirs", "GROQ_API_KEY": " sk-2 ", "PATH": "/", "XAI_API_KEY": ""}'
    )
    assert found == {"OPENAI_API_KEY": "own", "GROQ_API_KEY": "sk-2"}


@pytest.mark.parametrize("secret", [KEY, f'["{KEY}"]', f'{{"OPENAI_API_KEY": ["{KEY}"]}}'])
def test_a_secret_that_is_no_object_is_not_quoted(secret):
    with pytest.raises(ConfigurationError) as caught:
        settings().provider_settings(secret)
    assert KEY not in str(caught.value)


def test_keys_are_read_from_the_secret_on_aws_and_a_secret_that_is_not_there_is_tried_again():
    with fake_aws():
        services = Services(settings(PROVIDER_KEYS_SECRET="providers"), FakeClock(1.8e9))
        with pytest.raises(StoreUnavailable):
            services.generating.providers()
        vault = AwsClients("", FakeClock()).secrets()
        vault.create_secret(Name="providers", SecretString=f'{{"GROQ_API_KEY": "{KEY}"}}')
        assert services.generating.providers().find("groq") is not None
        assert services.generating.providers().find("openai") is None


def test_settings_never_show_a_key():
    given = {name: KEY for name in PROVIDER_SETTINGS if name.endswith("_KEY")}
    assert len(given) > 20
    assert KEY not in repr(settings(**given))
