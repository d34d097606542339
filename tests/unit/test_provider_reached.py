"""A configured provider is reached where its settings say and with its key; the demo stands in for the others."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from llm_router.adapters.providers.demo import DemoProvider
from llm_router.catalogue.tables import tables
from tests.support.chat import ask
from tests.support.configured import KEY, providers
from tests.support.provider_faults import Fault
from tests.support.provider_server import provider_server


def test_a_provider_answers_at_the_address_that_is_set():
    with provider_server() as server:
        found = providers(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"{server.url}/v1/", OLLAMA_BASE_URL=f"{server.url}/v1")
        with asyncio.Runner() as runner:
            for name in ("openai", "ollama"):
                provider = found.find(name)
                assert provider is not None
                assert runner.run(provider.complete("m", ask(max_tokens=3), 5)).text == "Hello there, world."
            found.close()
        paths = [(each.path, each.headers.get("authorization")) for each in server.requests]
        assert paths == [("/v1/chat/completions", f"Bearer {KEY}"), ("/v1/chat/completions", None)]
        assert server.requests[0].json["max_completion_tokens"] == server.requests[1].json["max_tokens"] == 3


def test_azure_takes_its_key_in_its_own_header_and_the_deployment_as_the_model():
    with provider_server() as server:
        found = providers(AZURE_OPENAI_API_KEY=KEY, AZURE_OPENAI_ENDPOINT=server.url)
        provider = found.find("azure")
        assert provider is not None
        with asyncio.Runner() as runner:
            assert runner.run(provider.complete("my-deployment", ask(), 5)).text
            found.close()
        sent = server.requests[0]
        assert (sent.path, sent.headers["api-key"], sent.model) == ("/openai/v1/chat/completions", KEY, "my-deployment")


def test_bedrock_takes_a_key_of_its_own_in_place_of_a_signature():
    with provider_server() as server:
        found = providers(BEDROCK_REGION="us-east-1", BEDROCK_ENDPOINT_URL=server.url, AWS_BEARER_TOKEN_BEDROCK=KEY)
        provider = found.find("bedrock")
        assert provider is not None
        with asyncio.Runner() as runner:
            assert runner.run(provider.complete("amazon.nova-lite-v1:0", ask(), 5)).text
            found.close()
        assert server.requests[0].path == "/model/amazon.nova-lite-v1%3A0/converse"
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_the_demo_stands_in_for_whoever_is_not_configured_and_only_when_asked_for():
    with provider_server() as server:
        server.always(Fault.SERVER_ERROR)
        found = providers(DEMO_PROVIDER="true", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=server.url)
        for name in (*tables().providers, "nobody"):
            assert found.why_not(name) is None
            assert isinstance(found.find(name), DemoProvider) is found.is_demo(name) is (name != "openai")


def test_nothing_that_speaks_to_providers_is_loaded_before_one_is_found():
    code = (
        "import sys\n"
        "from llm_router.adapters.providers.configured import ConfiguredProviders\n"
        "found = ConfiguredProviders({'OPENAI_API_KEY': 'sk-1'})\n"
        "assert found.why_not('openai') is None\n"
        "assert not {'aiohttp', 'botocore', 'ssl'} & set(sys.modules), sorted(sys.modules)\n"
        "assert found.find('openai')\n"
        "assert 'aiohttp' in sys.modules and 'botocore' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "shared"})
