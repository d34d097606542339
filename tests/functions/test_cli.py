"""`router`, the command line, against a running service."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from llm_router.cli.__main__ import main
from llm_router.cli.client import printable
from tests.support.loopback import free_port
from tests.support.pages import DOCS, blocks, commands
from tests.support.running import Running, running_service


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("state")) as found:
        yield found


CALLERS = [command for block in blocks("sh", DOCS / "callers.md") for command in commands(block)]
SHOWN = [command for command in CALLERS if command.startswith(".venv/bin/router ")]


def run(router: Running, *arguments: str, given: str | None = None, **environment: str) -> Result:
    told = {"ROUTER_URL": router.url(), "COLUMNS": "140"} | environment
    return CliRunner().invoke(main, list(arguments), input=given, env=told)


def answered(router: Running, *arguments: str) -> dict:
    found = run(router, *arguments, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.output)


def test_classify_says_the_kind_and_with_explain_the_rules(router: Running):
    found = run(router, "classify", "--explain", "Write", "a", "Python", "function")
    assert found.output.startswith("coding, easy")
    assert "programming-language" in found.output
    assert answered(router, "classify", "Write a Python function")["primary_use_case"] == "coding"


@pytest.mark.parametrize("command", SHOWN)
def test_every_command_of_the_callers_guide_is_answered(router: Running, command: str):
    assert len(SHOWN) > 3
    found = run(router, *shlex.split(command)[1:])
    assert found.exit_code == 0, found.output


def test_a_prompt_can_come_from_standard_input(router: Running):
    assert run(router, "classify", "-", given="Write a Python function\nto sort").output.startswith("coding")


def test_route_recommends_within_its_limits(router: Running):
    found = answered(
        router, "route", "Sort a list in Python", "--max-cost", "0.001", "--provider", "openai", "--preference", "1"
    )
    assert found["recommended_model"]["provider"] == "openai"
    assert found["ranking"][0]["estimated_cost_usd"] <= 0.001
    assert found["preference"] == 1
    shown = run(router, "route", "Sort a list in Python", "--provider", "openai", "--top", "2")
    usable = answered(router, "route", "Sort a list in Python", "--provider", "openai")["eligible_models"]
    assert f"and {usable - 2} more" in shown.output
    assert "left out" in shown.output
    assert "has the best balance" in shown.output


def test_limits_that_nobody_meets_say_what_binds(router: Running):
    found = run(router, "route", "Sort a list", "--max-cost", "0.0000000001", "--min-quality", "0.9")
    assert found.exit_code == 1
    assert "constraints.max_cost_usd" in found.output


def test_models_can_be_filtered_and_sorted(router: Running):
    found = run(router, "models", "--provider", "openai", "--sort", "price", "--limit", "3")
    rows = [line for line in found.output.splitlines() if line.startswith("openai/")]
    assert len(rows) == 3
    prices = [float(row.split()[2]) for row in rows]
    assert prices == sorted(prices)
    assert "4 of" not in found.output


def test_status_tells_of_each_part_and_source(router: Running):
    found = run(router, "status")
    assert "The router is up" in found.output
    assert "catalogue" in found.output
    assert "litellm" in found.output
    assert answered(router, "status")["status"] == "up"


def test_decisions_are_listed_and_explained(router: Running):
    made = answered(router, "route", "What is the capital of Peru?")["decision_id"]
    assert made in run(router, "decisions").output
    assert made in run(router, "decisions", made).output
    assert run(router, "decisions", "nothing").exit_code == 1


def test_top_shows_the_figures(router: Running):
    answered(router, "route", "What is the capital of Chile?")
    found = run(router, "top", "--once")
    assert "● up" in found.output
    assert "Recent decisions" in found.output


def test_a_service_that_does_not_run_is_told_in_one_sentence(router: Running):
    found = run(router, "status", ROUTER_URL=f"http://127.0.0.1:{free_port()}")
    assert found.exit_code == 3
    assert "make run" in found.output
    assert "Traceback" not in found.output


def test_a_wrong_key_is_told_and_where_to_give_the_right_one(router: Running):
    admin = {"authorization": f"Bearer {router.admin_key}"}
    _, made = router.ask("PORT", "POST", "/keys", {"name": "so that keys are needed"}, **admin)
    found = run(router, "route", "hello", ROUTER_KEY="wrong")
    router.ask("PORT", "DELETE", f"/keys/{json.loads(made)['id']}", **admin)
    assert found.exit_code == 1
    assert "ROUTER_KEY" in found.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_can_complete_it(router: Running, shell):
    assert "_ROUTER_COMPLETE" in run(router, "completion", shell).output


def test_what_comes_from_outside_cannot_command_the_terminal():
    assert "\x1b" not in printable("\x1b]0;owned\x07[red]plain\u202e")
    assert "[red]plain" in printable("[red]plain")
