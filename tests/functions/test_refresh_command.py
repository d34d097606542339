"""`make refresh`: the scheduled refresh from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_router.local import refresh
from tests.support.clock import FakeClock
from tests.support.sources import FakeWeb, healthy_web


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeWeb:
    found = healthy_web()
    monkeypatch.setattr("llm_router.adapters.https.HttpsTransport", lambda: found)
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    monkeypatch.setenv("OUTPUT_PATH", str(tmp_path / "export" / "catalogue.json"))
    return found


def test_it_shows_every_source_as_it_is_read_and_what_changed(web: FakeWeb, capsys: pytest.CaptureFixture[str]):
    assert refresh.main(["--dry-run"]) == 0
    said = capsys.readouterr().out
    for source in ("litellm", "models_dev", "openrouter", "lmarena", "livebench", "artificial_analysis"):
        assert source in said
    assert "nothing was written" in said


def test_without_any_source_it_says_so_and_fails(web: FakeWeb, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    web.pages.clear()
    assert refresh.main([], FakeClock()) == 1
    said = capsys.readouterr().out
    assert "failing" in said
    assert "no change" in said
