"""`DEMO_PROVIDER=true make run`: without any key one sees answers, streams and fall-back, and that it is a demo."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

from tests.support.loopback import refusing_url
from tests.support.running import Running, running_service

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Write a Python function to sort a list"}]
DEMO = "This is a demo answer"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Without a key but one, whose provider cannot be reached."""
    given = {"DEMO_PROVIDER": "true", "WORKERS": "1", "OPENAI_API_KEY": "sk-demo", "OPENAI_BASE_URL": refusing_url()}
    with running_service(tmp_path_factory.mktemp("state"), **given) as found:
        yield found


def generate(running: Running, **fields: object) -> dict:
    body = {"prompt": "Write a Python function to sort a list", "mode": "generate", **fields}
    status, answer = running.ask("PORT", "POST", "/route", body)
    assert status == 200
    return json.loads(answer)


def test_generating_answers_without_a_key_and_says_that_it_is_a_demo(running: Running):
    found = generate(running)
    assert found["output"].startswith(DEMO)
    assert found["usage"]["completion_tokens"] > 0


def test_a_stream_comes_in_pieces_that_add_up(running: Running):
    with OpenAI(base_url=f"{running.url()}/v1", api_key=running.admin_key, max_retries=0) as client:
        chunks = list(client.chat.completions.create(model="auto", messages=ASKED, stream=True))
    said = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(said) > 10
    assert "".join(said).startswith(DEMO)


def test_what_fails_falls_back_to_the_demo(running: Running):
    """The provider with the key comes first and refuses; the demo stands in for the next."""
    both = {"providers": ["openai", "mistral"]}
    ranked = [row["id"] for row in generate(running, constraints=both)["ranking"]]
    ours = next(name for name in ranked if name.startswith("openai/"))
    found = generate(running, constraints={**both, "exclude_models": ranked[: ranked.index(ours)]})
    assert (found["attempts"][0]["id"], found["attempts"][0]["outcome"]) == (ours, "unreachable")
    assert found["attempts"][-1]["outcome"] == "ok"
    assert found["output"].startswith(DEMO)
