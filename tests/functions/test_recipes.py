"""The recipes of `docs/extending.md`, followed as they stand there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import tomllib
from importlib import resources
from pathlib import Path

from llm_router.catalogue.tables import Tables, make_tables
from tests.support.categories import once_read
from tests.support.pages import DOCS, ROOT, Block, blocks, commands, request
from tests.support.service import ADMIN_KEY, Reply, Service

PAGE = DOCS / "extending.md"


def only(language: str) -> Block:
    (found,) = blocks(language, PAGE)
    return found


def with_rows(providers: str = "", models: str = "") -> Tables:
    """The package's tables with rows added to their files."""
    data = resources.files("llm_router.catalogue") / "data"
    read = {name: (data / f"{name}.toml").read_text("utf-8") for name in ("providers", "models")}
    return make_tables(tomllib.loads(f"{read['providers']}\n{providers}"), tomllib.loads(f"{read['models']}\n{models}"))


def followed(api: Service, command: str) -> Reply:
    """The answer to a curl of the page."""
    sent = request(command, ADMIN_KEY)
    return api.send(sent.method, sent.path, sent.body, sent.headers)


def curls(needle: str) -> list[str]:
    return [command for block in blocks("sh", PAGE) for command in commands(block) if needle in command]


def test_a_category_added_as_described_is_used(fresh: Service):
    (add,) = curls("/categories")
    (classify,) = curls("/classify")
    assert followed(fresh, classify).json["primary_use_case"] != "recipes"
    assert followed(fresh, add).status == 200
    assert once_read(lambda: followed(fresh, classify)).json["primary_use_case"] == "recipes"


def test_a_model_added_as_described_is_in_the_catalogue_and_ranked(fresh: Service):
    update, look = curls("acme/quill-2")
    assert followed(fresh, update).json["added"] == 1
    assert followed(fresh, look).json["display_name"] == "Quill 2"
    mine = {"prompt": "Write a haiku", "constraints": {"providers": ["acme"]}}
    assert fresh.post("/route", mine).json["recommended_model"]["id"] == "acme/quill-2"


def test_a_table_for_a_model_makes_its_other_names_known():
    (row,) = [block.text for block in blocks("toml", PAGE) if "[quill-2]" in block.text]
    known = with_rows(models=row).model("acme-quill-2")
    assert known is not None
    assert known.name == "Quill 2"


def test_a_row_for_a_provider_makes_its_offerings_known():
    (row,) = [block.text for block in blocks("toml", PAGE) if "[provider.acme]" in block.text]
    tables = with_rows(providers=row)
    assert tables.by_source["litellm", "acme_ai"] is tables.by_source["openrouter", "acme"]


def changed(folder: Path, diff: Block) -> None:
    """The package copied into a folder, with a change of the page made to it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shared" / "llm_router", folder / "llm_router", ignore=ignored)
    (folder / "change.diff").write_text(diff.text, "utf-8")
    command = ["git", "apply", "-C1", "change.diff"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def tried(folder: Path, script: str) -> None:
    """A script that uses the changed package; it must not fail."""
    paths = os.pathsep.join(map(str, (folder, ROOT / "layers" / "model", ROOT)))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_provider_with_a_row_and_a_key_as_described_is_spoken_to(tmp_path: Path):
    key_setting, _, _ = blocks("diff", PAGE)
    changed(tmp_path, key_setting)
    (row,) = [block.text for block in blocks("toml", PAGE) if "[acme]" in block.text]
    speakers = tmp_path / "llm_router/adapters/providers/speakers.toml"
    speakers.write_text(f"{speakers.read_text('utf-8')}\n{row}", "utf-8")
    tried(
        tmp_path,
        """
        import asyncio
        from llm_router.composition.services import Services
        from llm_router.settings import load
        from tests.support.chat import ask
        from tests.support.clock import FakeClock
        def providers(**given):
            return Services(load({"STORE": "memory", **given}), FakeClock()).generating.providers()
        assert providers().why_not("acme") == "ACME_API_KEY is not set"
        made = providers(ACME_API_KEY="sk-acme")
        assert made.why_not("acme") is None
        post = asyncio.run(made.find("acme").protocol.post("quill-2", ask(max_tokens=9), stream=False))
        assert post.url == "https://api.acme.example/v1/chat/completions", post.url
        assert post.headers["authorization"] == "Bearer sk-acme"
        """,
    )


def test_a_source_written_as_described_is_asked_read_and_reports_what_it_cannot_read(tmp_path: Path):
    _, entered, _ = blocks("diff", PAGE)
    changed(tmp_path, entered)
    (tmp_path / "llm_router/adapters/sources/acme_prices.py").write_text(only("python").text, "utf-8")
    (row,) = [block.text for block in blocks("toml", PAGE) if "[provider.acme]" in block.text]
    providers = tmp_path / "llm_router/catalogue/data/providers.toml"
    providers.write_text(f'{providers.read_text("utf-8")}\n{row}acme_prices = "acme"\n', "utf-8")
    tried(
        tmp_path,
        f"""
        from llm_router.adapters.sources import acme_prices
        from tests.support.sources import RefresherWorld
        world = RefresherWorld()
        world.web.serve(acme_prices.URL, {only("json").text!r}.encode())
        done = world.refresher().refresh()
        entry = world.catalogue().find("acme/quill-2")
        assert (entry.display_name, entry.input_usd_per_mtok, entry.context_window) == ("Quill 2", 0.2, 128000)
        (state,) = [state for state in world.refresher().states() if state.name == "acme_prices"]
        assert len(state.problems) == 1, state
        """,
    )


def test_a_constraint_added_as_described_binds_and_says_so(tmp_path: Path):
    _, _, change = blocks("diff", PAGE)
    changed(tmp_path, change)
    tried(
        tmp_path,
        f"""
        import llm_router
        from tests.support.service import service
        assert llm_router.__file__.startswith({str(tmp_path)!r})
        with service() as api:
            first = api.post("/route", {{"prompt": "Write a haiku"}}).json
            out = first["recommended_model"]["provider"]
            limits = {{"exclude_providers": [out]}}
            second = api.post("/route", {{"prompt": "Write a haiku", "constraints": limits}}).json
            assert second["recommended_model"]["provider"] != out
            assert "exclude_providers" in [each["reason"] for each in second["excluded"]]
        """,
    )
