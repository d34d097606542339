"""Everything that can be configured, read from the environment once. No other module reads it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from llm_router.errors import ConfigurationError

Port = Annotated[int, Field(ge=1, le=65_535)]


class Listener(StrEnum):
    """Where requests come from. On `loopback` client routes are open until a client key is defined."""

    LOOPBACK = "loopback"
    PUBLIC = "public"


class Store(StrEnum):
    """What keeps the catalogue and the records."""

    SQLITE = "sqlite"
    AWS = "aws"
    MEMORY = "memory"


class Settings(BaseModel):
    """One field per environment variable, of the same name in capitals. A blank variable counts as not set."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    listener: Listener = Field(Listener.PUBLIC, description="`loopback` or `public`; the local gateway sets it")
    host: str = Field("127.0.0.1", description="address the local gateway binds to")
    port: Port = Field(8080, description="port of the whole API, locally")
    classifier_port: Port = Field(5001, description="port of the classifier alone, locally")
    ingestor_port: Port = Field(8001, description="port of the ingestor alone, locally")
    dashboard_port: Port = Field(8090, description="port of the dashboard alone, locally")
    workers: int = Field(0, ge=0, le=64, description="local worker processes; 0: one per processor, at most 4")
    max_in_flight: int = Field(64, ge=1, le=10_000, description="requests a local worker holds before it sheds load")

    store: Store = Field(Store.AWS, description="`sqlite`, `aws` or `memory`")
    state_dir: Path = Field(Path(".local"), description="folder of the embedded store, locally")
    table_name: str = Field("llm-router", description="DynamoDB table")
    bucket_name: str = Field("", description="S3 bucket of catalogue snapshots")
    aws_endpoint_url: str = Field("", description="another AWS endpoint, such as LocalStack's")

    redis_url: SecretStr = Field(SecretStr(""), description="Redis or Valkey, as redis:// or rediss:// address")
    redis_host: str = Field("", description="Redis or Valkey host, when no REDIS_URL is set")
    redis_port: Port = Field(6379, description="Redis port, with REDIS_HOST")
    redis_password: SecretStr = Field(SecretStr(""), description="Redis password, with REDIS_HOST")
    cache_ttl: float = Field(3600.0, gt=0, le=2_592_000, description="seconds a cached classification is kept")
    cache_entries: int = Field(4096, ge=1, le=1_000_000, description="entries of the in-process cache")

    admin_key: SecretStr = Field(SecretStr(""), description="key of the admin routes; none: they are closed")
    admin_key_secret: str = Field("", description="Secrets Manager id of the admin key, on AWS")
    hash_secret_id: str = Field("", description="Secrets Manager id of the hash secret, on AWS")
    hash_secret: SecretStr = Field(SecretStr(""), description="keys the hashes of cached and logged prompts")

    model_dir: str = Field("", description="folder of the model's files; default: beside the classifier")
    analytics_api_key: SecretStr = Field(SecretStr(""), description="Artificial Analysis key, for the refresh")
    models_json_path: str = Field("", description="the operator's own models: a file or s3://bucket/key")
    output_path: str = Field("", description="where a refresh exports the catalogue as JSON")
    decision_ttl: float = Field(604_800.0, gt=0, le=31_536_000, description="seconds a decision is kept")
    aws_lambda_function_name: str = Field("", description="set by Lambda: the function's name")
    aws_lambda_function_memory_size: int = Field(0, ge=0, description="set by Lambda: the function's memory in MB")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="least level that is logged")

    @model_validator(mode="after")
    def _needs_a_bucket(self) -> Self:
        if self.store is Store.AWS and not self.bucket_name:
            raise ValueError("bucket_name must be set when the store is aws")
        return self

    @property
    def loopback(self) -> bool:
        return self.listener is Listener.LOOPBACK

    @property
    def redis_address(self) -> str:
        """The Redis address, or an empty string when no Redis is configured. Holds the password: never log it."""
        if address := self.redis_url.get_secret_value():
            return address
        if not self.redis_host:
            return ""
        password = self.redis_password.get_secret_value()
        login = f":{password}@" if password else ""
        return f"redis://{login}{self.redis_host}:{self.redis_port}/0"


def load(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables. Raises `ConfigurationError` naming every bad one, never its value."""
    given = {name: environment[name.upper()] for name in Settings.model_fields if environment.get(name.upper())}
    try:
        return Settings.model_validate(given)
    except ValidationError as failure:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])).upper() or 'settings'}: {problem['msg']}"
            for problem in failure.errors(include_input=False, include_url=False, include_context=False)
        )
        raise ConfigurationError(f"These settings are wrong: {problems}") from None
