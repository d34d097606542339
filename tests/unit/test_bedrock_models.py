"""Of Bedrock only those models are asked that the stack's parameter names, as its policy has it."""

from __future__ import annotations

import asyncio
import re
import string
from urllib.parse import unquote

import pytest

from llm_router.adapters.providers.bedrock import Bedrock
from llm_router.adapters.providers.bedrock_models import may_be_asked
from llm_router.catalogue.bundled import bundled
from llm_router.errors import ConfigurationError
from tests.support.chat import ask
from tests.support.configured import providers, settings
from tests.support.template import document, resolved

NAMES = tuple(sorted(model.api_name for model in bundled() if model.provider == "bedrock"))
HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0"
PATTERNS = ("*", "anthropic.*", "*claude-haiku*", HAIKU, "openai.gpt-?-*", "*:0", "us.anthropic.*", "claude*")
REGIONS = ("eu-central-1", "us-east-1", "us-gov-west-1", "ap-northeast-1", "sa-east-1")
WHY_NOT = "it is none of BEDROCK_MODELS"


def policy(pattern: str) -> list[re.Pattern[str]]:
    """What the route function's role may ask with this parameter, as IAM reads it."""
    policies = resolved({"BedrockModels": pattern})["Resources"]["RouteRole"]["Properties"]["Policies"]
    statements = [each for found in policies for each in found["PolicyDocument"]["Statement"]]
    (asks,) = (each for each in statements if "bedrock:InvokeModel" in each["Action"])
    values = {"BedrockModels": pattern, "AWS::Partition": "aws", "AWS::AccountId": "000000000000"}
    arns = [re.sub(r"\${([^}]+)}", lambda name: values[name[1]], arn["Fn::Sub"]) for arn in asks["Resource"]]
    return [re.compile(re.escape(arn).replace(r"\*", ".*").replace(r"\?", ".")) for arn in arns]


def asked_as(model: str, region: str) -> str:
    """The name under which it is put to Bedrock."""
    post = asyncio.run(Bedrock(region, key="key").post(model, ask(), stream=False))
    return unquote(post.url.split("/")[4])


def is_allowed(arns: list[re.Pattern[str]], model: str, served: str, region: str) -> bool:
    """Whether IAM lets that be asked: through an inference profile that takes the profile and the model behind it."""
    needed = [f"arn:aws:bedrock:{region}::foundation-model/{model}"]
    if served != model:
        needed.append(f"arn:aws:bedrock:{region}:000000000000:inference-profile/{served}")
    return all(any(arn.fullmatch(each) for arn in arns) for each in needed)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_model_may_be_asked_where_the_stack_s_policy_lets_it(pattern: str):
    arns = policy(pattern)
    for region in REGIONS:
        for name in NAMES:
            served = asked_as(name, region)
            allowed = is_allowed(arns, name, served, region)
            assert may_be_asked(name, pattern) is allowed, (name, region)
            assert may_be_asked(served, pattern) is allowed, (served, region)


@pytest.mark.parametrize("profile", ["us", "eu", "apac", "jp", "us-gov", "global"])
def test_an_inference_profile_is_asked_where_the_model_behind_it_is(profile: str):
    arn = f"arn:aws:bedrock:eu-central-1:000000000000:inference-profile/{profile}.{HAIKU}"
    for name in (f"{profile}.{HAIKU}", arn):
        assert may_be_asked(name, "anthropic.*")
        assert may_be_asked(name, HAIKU)
        assert not may_be_asked(name, "amazon.*")
        assert not may_be_asked(name, f"{profile}.anthropic.*"), "the policy names no model behind it"


def test_a_maker_s_name_is_no_geography():
    assert may_be_asked("zai.glm-4.7", "zai.*")
    assert may_be_asked("deepseek.v3.2", "deepseek.v3.2")


@pytest.mark.parametrize("function", ["RouteFunction", "RouteStreamFunction"])
def test_the_functions_that_ask_are_told_the_pattern_that_their_policy_has(function: str):
    given = resolved({"BedrockModels": "anthropic.*", "StreamingDoor": "true"})["Resources"]
    variables = given[function]["Properties"]["Environment"]["Variables"]
    assert variables["BEDROCK_ENABLED"] == "true"
    assert variables["BEDROCK_MODELS"] == {"Ref": "BedrockModels"}


def test_every_pattern_that_the_parameter_takes_is_one_for_the_setting():
    taken = document()["Parameters"]["BedrockModels"]["AllowedPattern"]
    for sign in filter(re.compile(taken).search, string.printable.strip()):
        assert settings(BEDROCK_MODELS=sign).bedrock_models == sign
    assert settings(BEDROCK_MODELS="").bedrock_models == "*"


@pytest.mark.parametrize("wrong", ["anthropic.*,amazon.*", "anthropic.[a-z]*", "a b"])
def test_what_is_no_pattern_is_said_at_the_start(wrong: str):
    with pytest.raises(ConfigurationError, match="BEDROCK_MODELS"):
        settings(BEDROCK_MODELS=wrong)


def test_only_bedrock_s_models_are_withheld_and_only_where_bedrock_itself_would_be_asked():
    found = providers(BEDROCK_REGION="eu-central-1", BEDROCK_MODELS="anthropic.*", DEMO_PROVIDER="true")
    assert found.withheld("bedrock", "amazon.nova-lite-v1:0") == WHY_NOT
    assert found.withheld("bedrock", HAIKU) is None
    assert found.withheld("openai", "gpt-4o") is None
    demo = providers(BEDROCK_MODELS="anthropic.*", DEMO_PROVIDER="true")
    assert demo.withheld("bedrock", "amazon.nova-lite-v1:0") is None
    every = providers(BEDROCK_REGION="eu-central-1")
    assert not any(every.withheld("bedrock", name) for name in NAMES)
