"""The settings of providers, and what a secret may hold of them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from llm_router.errors import ConfigurationError


class ProviderSettings(BaseModel):
    """Where generated text comes from, by the names that the providers' own SDKs read."""

    model_config = ConfigDict(defer_build=True)  # alone it is never used

    openai_api_key: SecretStr = Field(SecretStr(""), description="OpenAI's key")
    azure_openai_api_key: SecretStr = Field(SecretStr(""), description="Azure OpenAI's key")
    anthropic_api_key: SecretStr = Field(SecretStr(""), description="Anthropic's key")
    gemini_api_key: SecretStr = Field(SecretStr(""), description="Google's key for the Gemini API")
    google_api_key: SecretStr = Field(SecretStr(""), description="the same, by its other name")
    mistral_api_key: SecretStr = Field(SecretStr(""), description="Mistral's key")
    deepseek_api_key: SecretStr = Field(SecretStr(""), description="DeepSeek's key")
    xai_api_key: SecretStr = Field(SecretStr(""), description="xAI's key")
    groq_api_key: SecretStr = Field(SecretStr(""), description="Groq's key")
    together_api_key: SecretStr = Field(SecretStr(""), description="Together's key")
    fireworks_api_key: SecretStr = Field(SecretStr(""), description="Fireworks' key")
    cerebras_api_key: SecretStr = Field(SecretStr(""), description="Cerebras' key")
    deepinfra_api_key: SecretStr = Field(SecretStr(""), description="DeepInfra's key")
    openrouter_api_key: SecretStr = Field(SecretStr(""), description="OpenRouter's key")
    cohere_api_key: SecretStr = Field(SecretStr(""), description="Cohere's key")
    dashscope_api_key: SecretStr = Field(SecretStr(""), description="Alibaba's key for Model Studio")
    moonshot_api_key: SecretStr = Field(SecretStr(""), description="Moonshot's key")
    zai_api_key: SecretStr = Field(SecretStr(""), description="Z.ai's key")
    minimax_api_key: SecretStr = Field(SecretStr(""), description="MiniMax's key")
    llama_api_key: SecretStr = Field(SecretStr(""), description="Meta's key for the Llama API")
    ai21_api_key: SecretStr = Field(SecretStr(""), description="AI21's key")
    perplexity_api_key: SecretStr = Field(SecretStr(""), description="Perplexity's key")
    sambanova_api_key: SecretStr = Field(SecretStr(""), description="SambaNova's key")
    inception_api_key: SecretStr = Field(SecretStr(""), description="Inception's key")
    xiaomi_mimo_api_key: SecretStr = Field(SecretStr(""), description="Xiaomi's key")
    aws_bearer_token_bedrock: SecretStr = Field(SecretStr(""), description="key of Bedrock, in place of signatures")
    vllm_api_key: SecretStr = Field(SecretStr(""), description="key of a vLLM server that wants one")
    llama_cpp_api_key: SecretStr = Field(SecretStr(""), description="key of a llama.cpp server that wants one")

    openai_base_url: str = Field("", description="another address for OpenAI, with its /v1")
    anthropic_base_url: str = Field("", description="another address for Anthropic")
    gemini_base_url: str = Field("", description="another address for the Gemini API")
    dashscope_base_url: str = Field("", description="another region's address for Alibaba")
    azure_openai_endpoint: str = Field("", description="address of the Azure OpenAI resource")
    ollama_base_url: str = Field("", description="address of an Ollama server")
    ollama_host: str = Field("", description="the same, as Ollama itself names it: a host, with a port or without")
    vllm_base_url: str = Field("", description="address of a vLLM server")
    llama_cpp_base_url: str = Field("", description="address of a llama.cpp server")
    bedrock_region: str = Field("", description="AWS region of Bedrock, which this turns on")
    bedrock_endpoint_url: str = Field("", description="another address for Bedrock")


PROVIDER_SETTINGS = frozenset(name.upper() for name in ProviderSettings.model_fields)


def from_secret(secret: str) -> dict[str, str]:
    """What a secret holds of these settings. Raises `ConfigurationError` for one that is no object of texts."""
    if not secret:
        return {}
    try:
        held = TypeAdapter(dict[str, str]).validate_json(secret)
    except ValidationError:
        raise ConfigurationError("The secret of PROVIDER_KEYS_SECRET is no JSON object of texts.") from None
    return {name: value.strip() for name, value in held.items() if name in PROVIDER_SETTINGS and value.strip()}
