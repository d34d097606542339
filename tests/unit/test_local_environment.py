"""What a local installation makes of the caller's environment, and what it refuses before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_router import settings
from llm_router.errors import ConfigurationError
from llm_router.local.__main__ import banner, main
from llm_router.local.environment import local_environment
from llm_router.settings import Settings

KEYS = {"ADMIN_KEY": "an-admin-key", "HASH_SECRET": "a-hash-secret"}


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What the command says when it does not start with these settings; it must be one line, and its status 2."""

    def said(**environment: str) -> str:
        monkeypatch.delenv("ADMIN_KEY", raising=False)
        monkeypatch.delenv("HASH_SECRET", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert main() == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        return told.err

    return said


@pytest.mark.parametrize("blank", ["", "  "], ids=["empty", "spaces"])
def test_a_blank_variable_counts_as_not_set(tmp_path: Path, blank: str):
    given = {"STATE_DIR": str(tmp_path), **KEYS}
    blanks = dict.fromkeys(("HOST", "STORE", "LISTENER", "LOG_LEVEL", "WORKERS", "REDIS_URL"), blank)
    assert settings.load(local_environment(given | blanks)) == settings.load(local_environment(given))
    assert settings.load({"STORE": "memory"} | {"WORKERS": blank, "LISTENER": blank}) == settings.load(
        {"STORE": "memory"}
    )


def test_blank_keys_are_made(tmp_path: Path):
    made = local_environment({"STATE_DIR": str(tmp_path), "ADMIN_KEY": " ", "HASH_SECRET": ""})
    assert made["ADMIN_KEY"] == (tmp_path / "admin_key").read_text()
    assert made["HASH_SECRET"] == (tmp_path / "hash_secret").read_text()


@pytest.mark.parametrize(
    ("host", "listener"),
    [
        ("127.0.0.1", "loopback"),
        (" 127.0.0.1 ", "loopback"),
        ("::1", "loopback"),
        ("127.0.0.2", "loopback"),
        ("0.0.0.0", "public"),
    ],
)
def test_only_what_listens_beyond_this_machine_is_public(tmp_path: Path, host: str, listener: str):
    assert local_environment({"STATE_DIR": str(tmp_path), "HOST": host, **KEYS})["LISTENER"] == listener


@pytest.mark.parametrize("below", ["", "below"], ids=["a file", "below a file"])
def test_a_state_dir_that_is_no_folder_is_refused_in_one_sentence(tmp_path: Path, refused, below: str):
    (tmp_path / "file").write_text("")
    assert "STATE_DIR" in refused(STATE_DIR=str(tmp_path / "file" / below))


def test_a_state_dir_that_is_a_file_is_refused_though_no_key_need_be_kept_there(tmp_path: Path, refused):
    (tmp_path / "file").write_text("")
    assert "STATE_DIR" in refused(STATE_DIR=str(tmp_path / "file"), **KEYS)


def test_a_state_dir_that_cannot_be_written_to_is_refused_in_one_sentence(tmp_path: Path, refused, monkeypatch):
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("llm_router.local.keys.os.open", denied)
    said = refused(STATE_DIR=str(tmp_path))
    assert "STATE_DIR" in said
    assert "Permission denied" in said


def test_a_key_file_that_holds_no_key_is_refused_and_not_shown(tmp_path: Path, refused):
    (tmp_path / "hash_secret").write_bytes(b"canary\xff")
    said = refused(STATE_DIR=str(tmp_path))
    assert "hash_secret" in said
    assert "HASH_SECRET" in said
    assert "canary" not in said


@pytest.mark.parametrize("store", ["memory", " Memory "])
def test_a_store_that_the_workers_would_not_share_is_refused(tmp_path: Path, refused, store: str):
    assert "STORE must be sqlite or aws" in refused(STATE_DIR=str(tmp_path), STORE=store, **KEYS)


@pytest.mark.parametrize(
    ("ports", "first", "second"),
    [
        ({"INGESTOR_PORT": "7001", "DASHBOARD_PORT": "7001"}, "INGESTOR_PORT", "DASHBOARD_PORT"),
        ({"PORT": "8090"}, "PORT", "DASHBOARD_PORT"),
    ],
    ids=["both set", "one the other's default"],
)
def test_two_services_on_one_port_are_refused_in_one_sentence(tmp_path: Path, refused, ports, first, second):
    assert f"{second}: Value error, must differ from {first}\n" in refused(STATE_DIR=str(tmp_path), **KEYS, **ports)


def test_equal_ports_are_named_beside_other_wrong_settings():
    with pytest.raises(ConfigurationError, match=r"CLASSIFIER_PORT.*WORKERS"):
        settings.load({"STORE": "memory", "PORT": "7001", "CLASSIFIER_PORT": "7001", "WORKERS": "many"})


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:8080"), ("::1", "http://[::1]:8080"), ("::", "http://[::]:8080")],
)
def test_the_banner_shows_an_address_that_can_be_used(host: str, address: str):
    said = banner(Settings(host=host))
    assert f"  {address}\n" in said.replace("the whole API ", "")
    assert f"curl {address}/route" in said


@pytest.mark.parametrize("argument", ["--help", "8080"])
def test_arguments_start_nothing_and_are_refused(argument: str, capsys: pytest.CaptureFixture[str]):
    assert main([argument]) == 2
    assert "environment variable" in capsys.readouterr().err
