"""Every command, JSON and Python block of the pages is what the project takes and gives; generated pages are fresh."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from llm_router.adapters import https
from llm_router.local.reference import PAGES as TOLD
from llm_router.provider_settings import PROVIDER_SETTINGS
from llm_router.settings import Settings
from tests.bench import monthly_cost, page, scaling
from tests.bench.workload import Workload
from tests.support.packages import locked, problem_of_importing
from tests.support.pages import DOCS, PAGES, ROOT, Block, blocks, commands, request
from tests.support.service import ADMIN_KEY, Service, service
from tests.support.sources import healthy_web
from tests.support.template import document

SAM = ".build/sam/bin/sam"
ROUTER = ".venv/bin/router"
SHELL = [(block, command) for block in blocks("sh") for command in commands(block)]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TEXT = {page: page.read_text("utf-8") for page in PAGES}
PROGRAMS = ("curl", "export", "make", SAM, "docker", ".venv/bin/python", ROUTER, "aws")
TARGETS = re.compile(r"`make ([a-z -]+)")
MODULES = re.compile(r"python -m ([\w.]+)")
PATHS = re.compile(r"`((?:shared|layers|functions|tests|docs|\.ci)/[\w./*-]+)`")
LINKS = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("state")
    with (
        pytest.MonkeyPatch.context() as patch,
        service(STORE="sqlite", STATE_DIR=str(folder), DEMO_PROVIDER="true") as running,
    ):
        patch.setattr(https, "HttpsTransport", healthy_web)
        yield running


def of(program: str, shell: Sequence[tuple[Block, str]] = SHELL) -> list[str]:
    """The commands of the pages that start this program, whatever variables stand before it."""
    found = []
    for _, command in shell:
        words = [word for word in command.split() if not re.fullmatch(r"[A-Z_]+=\S*", word)]
        if words and words[0] == program:
            found.append(command)
    return found


def test_every_command_is_of_a_kind_that_is_checked_here():
    checked = {command for program in PROGRAMS for command in of(program)}
    assert {command for _, command in SHELL} == checked


def test_there_is_something_of_every_kind_that_is_checked_here():
    assert [program for program in PROGRAMS if not of(program)] == []
    assert [language for language in ("json", "python", "toml") if not list(blocks(language))] == []
    assert [
        kind.pattern for kind in (TARGETS, MODULES, PATHS, LINKS) if not any(map(kind.findall, TEXT.values()))
    ] == []


def test_every_curl_is_answered_with_200_in_the_order_of_the_pages(fresh: Service):
    """One after the other, as a reader sends them; the key and the decision that one makes are those of later ones."""
    key, decision, asked = "", "", of("curl")
    assert len(asked) > 10
    for command in asked:
        sent = request(command, ADMIN_KEY, key, decision)
        reply = fresh.send(sent.method, sent.path, sent.body, sent.headers)
        assert reply.status == 200, (command, reply.body[:300])
        key = reply.json["key"] if sent.path == "/keys" else key
        decision = reply.json["decision_id"] if sent.path == "/route" else decision
    assert key
    assert decision


def test_every_variable_that_is_exported_is_a_setting():
    names = [command.split()[1].partition("=")[0] for command in of("export")]
    assert names
    assert {name.lower() for name in names} <= Settings.model_fields.keys()


@pytest.mark.parametrize("command", sorted(set(of("make"))))
def test_every_make_target_and_variable_is_there(command: str):
    words = [word for word in command.split() if word != "make"]
    settings = {name.upper() for name in Settings.model_fields}
    for word in words:
        name, is_variable, _ = word.partition("=")
        if not is_variable:
            assert re.search(rf"^{word}:", MAKEFILE, re.MULTILINE), command
        elif not name.startswith("AWS_"):
            assert name in settings or f"$({name})" in MAKEFILE, command


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_target_named_in_a_sentence_is_there(path: Path):
    for targets in TARGETS.findall(TEXT[path]):
        for target in targets.split():
            assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_every_module_that_is_run_is_there():
    modules = {module for text in TEXT.values() for module in MODULES.findall(text)}
    assert {command.split()[2] for command in of(".venv/bin/python")} <= modules
    assert all(find_spec(module) is not None for module in modules)


@pytest.mark.parametrize("command", sorted(set(of(".venv/bin/python"))))
def test_every_module_that_is_run_needs_no_more_than_make_run_installs(command: str):
    module = command.partition(" -m ")[2].split()[0]
    assert problem_of_importing(module, locked(ROOT / "shared/llm_router/local/requirements.txt")) == ""


@pytest.mark.parametrize("command", of("aws"))
def test_every_aws_command_and_option_is_one_that_aws_takes(command: str):
    _, service_name, operation, *options = command.split()
    model = botocore.session.get_session().get_service_model(service_name)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    takes = model.operation_model(names[operation]).input_shape
    assert takes is not None
    given = [xform_name(name, "-") for name in takes.members]
    required = {xform_name(name, "-") for name in takes.required_members}
    said = {word.removeprefix("--") for word in options if word.startswith("--")}
    assert required <= said <= {*given}


def test_every_object_of_settings_that_a_page_shows_holds_settings_of_providers():
    shown = [found for block in blocks("json") if {*(found := json.loads(block.text))} & PROVIDER_SETTINGS]
    assert shown
    assert all(found.keys() <= PROVIDER_SETTINGS for found in shown)


def test_every_file_that_sam_and_docker_are_given_is_there():
    given = [name for command in of(SAM) + of("docker") for name in re.findall(r"\S+\.(?:json|ya?ml|toml)\b", command)]
    assert given
    assert [name for name in given if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_every_json_block_parses(block):
    json.loads(block.text)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_every_python_block_compiles(block):
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_every_toml_block_parses(block):
    tomllib.loads(block.text)


@pytest.mark.parametrize("source", PAGES, ids=lambda source: source.name)
def test_every_path_and_link_leads_somewhere(source: Path):
    for path in PATHS.findall(TEXT[source]):
        assert list(ROOT.glob(path)), path
    for target, _, anchor in (link.partition("#") for link in LINKS.findall(TEXT[source])):
        if "://" in target:
            continue
        found = (source.parent / target).resolve() if target else source
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("name", TOLD)
def test_a_page_told_from_the_code_is_as_the_code_tells_it(name: str):
    assert (DOCS / name).read_text("utf-8") == TOLD[name](), "run `make docs`"


def test_the_costs_and_the_scaling_on_their_page_are_what_the_commands_print():
    found = page.PAGE.read_text("utf-8")
    assert found == page.renewed(found), "run `make docs`"
    assert "| **all** |" in found


def test_more_traffic_never_costs_less_and_an_option_never_saves():
    price, load = monthly_cost.prices(), Workload()
    totals = {
        name: [sum(monthly_cost.bill(routes, options, load, price).values()) for routes in monthly_cost.ROUTES]
        for name, options in monthly_cost.CHOICES.items()
    }
    plain = next(iter(totals.values()))
    for each in totals.values():
        assert each == sorted(each)
        assert all(more >= least for more, least in zip(each, plain, strict=True))


def test_what_a_nat_gateway_costs_has_its_public_address_and_the_template_tells_it():
    price, load = monthly_cost.prices(), Workload()
    least = monthly_cost.bill(0, monthly_cost.Options(valkey=True, nat=True), load, price)
    without = monthly_cost.bill(0, monthly_cost.Options(valkey=True), load, price)
    (added,) = set(least) - set(without)
    assert least[added] == pytest.approx(730 * (0.045 + 0.005))
    told = document()["Parameters"]["Egress"]["Description"]
    assert f"about {math.ceil(least[added])} dollars" in told


def test_a_simulation_is_the_same_each_time():
    assert scaling.simulate(10, Workload()) == scaling.simulate(10, Workload())
