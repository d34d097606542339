"""Everything that can be configured, and its check; what providers need is in `provider_settings`.

Whoever starts a process gives it the environment, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)

from llm_router.errors import ConfigurationError
from llm_router.provider_addresses import wrong_among
from llm_router.provider_settings import PROVIDER_SETTINGS, ProviderSettings, from_secret
from llm_router.setting_addresses import (
    check_host,
    check_http_address,
    check_place,
    check_redis_address,
    check_redis_host,
    join_redis_address,
    ollama_address,
)

_NO_PARAMETER = "not on AWS unless the template is edited"
SERVICES = {"port": "", "classifier_port": "classify", "ingestor_port": "ingest", "dashboard_port": "dashboard"}
"""The settings that hold a port of their own, and the service that each serves alone; the first serves all."""


def _redis_address(address: SecretStr) -> SecretStr:
    check_redis_address(address.get_secret_value())
    return address


def _port_of_its_own(port: int, info: ValidationInfo) -> int:
    """Each service is known by its port alone."""
    for other in SERVICES:
        if info.data.get(other) == port:
            raise ValueError(f"must differ from {other.upper()}")
    return port


Port = Annotated[int, Field(ge=1, le=65_535)]
ServicePort = Annotated[Port, Field(validate_default=True), AfterValidator(_port_of_its_own)]


class Listener(StrEnum):
    """Where requests come from. On `loopback` client routes are open until a client key is defined."""

    LOOPBACK = "loopback"
    PUBLIC = "public"


class Store(StrEnum):
    """What keeps the catalogue and the records."""

    SQLITE = "sqlite"
    AWS = "aws"
    MEMORY = "memory"


class Settings(ProviderSettings):
    """One field per environment variable, of the same name in capitals. A blank variable counts as not set."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    listener: Listener = Field(
        Listener.PUBLIC,
        description="`loopback` or `public` (`make run`: `loopback`, unless HOST is no loopback address)",
    )
    host: Annotated[str, AfterValidator(check_host)] = Field(
        "127.0.0.1", description="address the local gateway binds to"
    )
    port: ServicePort = Field(8080, description="port of the whole API, locally")
    classifier_port: ServicePort = Field(5001, description="port of the classifier alone, locally")
    ingestor_port: ServicePort = Field(8001, description="port of the ingestor alone, locally")
    dashboard_port: ServicePort = Field(8090, description="port of the dashboard alone, locally")
    workers: int = Field(0, ge=0, le=64, description="local worker processes; 0: one per processor, at most 4")
    max_in_flight: int = Field(64, ge=1, le=10_000, description="requests a local worker holds before it sheds load")
    max_generating: int = Field(256, ge=1, le=10_000, description="the same for requests that may ask a provider")

    store: Store = Field(
        Store.AWS, description="`sqlite`, `aws`, or `memory`, each process' own (`make run`: `sqlite`, never `memory`)"
    )
    state_dir: Path = Field(Path(".local"), description="folder of the embedded store and the workers' cache, locally")
    table_name: str = Field("llm-router", description="DynamoDB table")
    bucket_name: str = Field("", description="S3 bucket of catalogue snapshots")
    aws_endpoint_url: Annotated[str, AfterValidator(check_http_address)] = Field(
        "", description="another AWS endpoint, such as LocalStack's"
    )

    redis_url: Annotated[SecretStr, AfterValidator(_redis_address)] = Field(
        SecretStr(""), description="Redis or Valkey, as redis:// or rediss:// address"
    )
    redis_host: Annotated[str, AfterValidator(check_redis_host)] = Field(
        "", description="Redis or Valkey host, when no REDIS_URL is set"
    )
    redis_port: Port = Field(6379, description="Redis port, with REDIS_HOST")
    redis_password: SecretStr = Field(SecretStr(""), description="Redis password, with REDIS_HOST")
    cache_ttl: float = Field(3600.0, gt=0, le=2_592_000, description="seconds a cached classification is kept")
    cache_entries: int = Field(4096, ge=1, le=1_000_000, description="entries of the in-process cache")

    admin_key: SecretStr = Field(
        SecretStr(""), description="key of the admin routes; none: they are closed (`make run` makes one in STATE_DIR)"
    )
    admin_key_secret: str = Field("", description="Secrets Manager id of the admin key, on AWS")
    hash_secret_id: str = Field("", description="Secrets Manager id of the hash secret, on AWS")
    hash_secret: SecretStr = Field(
        SecretStr(""), description="keys the hashes of cached and logged prompts (`make run` makes one in STATE_DIR)"
    )

    model_dir: str = Field("", description="folder of the model's files; default: beside the classifier")
    analytics_api_key: SecretStr = Field(
        SecretStr(""), description=f"Artificial Analysis key, for the refresh; {_NO_PARAMETER}"
    )
    models_json_path: Annotated[str, AfterValidator(check_place)] = Field(
        "", description=f"the operator's own models: a file or s3://bucket/key; {_NO_PARAMETER}"
    )
    output_path: Annotated[str, AfterValidator(check_place)] = Field(
        "", description=f"where a refresh exports the catalogue as JSON; {_NO_PARAMETER}"
    )
    provider_keys_secret: str = Field("", description="Secrets Manager id of a JSON object of provider settings")
    bedrock_enabled: bool = Field(False, description="turns Bedrock on in AWS_REGION, when no BEDROCK_REGION is set")
    bedrock_models: str = Field(
        "*", pattern="^[A-Za-z0-9.:*?-]+$", description="models of Bedrock that may be asked, such as `anthropic.*`"
    )
    aws_region: str = Field("", description="region that Lambda runs in; AWS sets it")
    private_http_providers: bool = Field(False, description="allows http:// to a provider at a private address")
    demo_provider: bool = Field(False, description="answers, as a demo, for every provider that is not configured")
    decision_ttl: float = Field(604_800.0, gt=0, le=31_536_000, description="seconds a decision is kept")
    session_ttl: float = Field(3600.0, gt=0, le=2_592_000, description="seconds a session is kept from its last turn")
    feedback_half_life: float = Field(
        1_209_600.0, ge=86_400, le=31_536_000, description="seconds after which feedback counts half"
    )
    longest_answer: int = Field(8192, ge=1, le=1_000_000, description="most tokens of one answer, whatever is asked")
    stream_timeout: float = Field(120.0, gt=0, le=900, description="seconds of a streamed answer in all")
    aws_lambda_function_name: str = Field("", description="set by Lambda: the function's name")
    aws_lambda_function_memory_size: int = Field(0, ge=0, description="set by Lambda: the function's memory in MB")
    aws_lambda_initialization_type: str = Field("", description="set by Lambda: whether instances wait for requests")
    metrics_namespace: str = Field("LLMRouter", pattern="^[A-Za-z0-9._/#:-]+$", description="CloudWatch namespace")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="least level that is logged (`make run`: `WARNING`)"
    )

    @property
    def provisioned(self) -> bool:
        """Whether this process is started before anybody asks for it."""
        return self.aws_lambda_initialization_type == "provisioned-concurrency"

    @property
    def loopback(self) -> bool:
        return self.listener is Listener.LOOPBACK

    def provider_settings(self, secret: str = "") -> dict[str, str]:
        """The provider settings that are not blank, by name; holds keys. `secret` is what a secret of them holds.

        What the environment sets counts before the secret. Raises `ConfigurationError` for a secret that is no object.
        """
        plain = {name: getattr(self, name.lower()) for name in PROVIDER_SETTINGS}
        own = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in plain.items()
        }
        found = from_secret(secret) | {name: value for name, value in own.items() if value}
        if self.bedrock_enabled and self.aws_region:
            found.setdefault("BEDROCK_REGION", self.aws_region)
        if host := found.pop("OLLAMA_HOST", ""):
            found.setdefault("OLLAMA_BASE_URL", ollama_address(host))
        return found

    @property
    def shared_cache(self) -> Path:
        """The file that local workers share as a cache, where there is one."""
        return self.state_dir / "cache.bin"

    @property
    def shares_cache(self) -> bool:
        """Whether local workers share that file: beside the embedded store, unless Redis is what they share."""
        return self.store is Store.SQLITE and not self.redis_address

    @property
    def redis_address(self) -> str:
        """The Redis address, or an empty string when no Redis is configured. Holds the password: never log it."""
        if address := self.redis_url.get_secret_value():
            return address
        if not self.redis_host:
            return ""
        return join_redis_address(self.redis_host, self.redis_port, self.redis_password.get_secret_value())


def load(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables. Raises `ConfigurationError` naming every bad one, never its value."""
    given = {
        name: environment[name.upper()] for name in Settings.model_fields if environment.get(name.upper(), "").strip()
    }
    problems = []
    try:
        found = Settings.model_validate(given)
    except ValidationError as failure:
        problems = [
            f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in failure.errors(include_input=False, include_url=False, include_context=False)
        ]
    # No validators of the model's: pydantic passes over those once a single field is wrong.
    problems += [f"{name}: {problem}" for name, problem in wrong_among(given)]
    if given.get("store", Store.AWS) == Store.AWS and not given.get("bucket_name", "").strip():
        problems.append("BUCKET_NAME: must be set when STORE is aws")
    if problems:
        raise ConfigurationError(f"These settings are wrong: {'; '.join(problems)}")
    return found
