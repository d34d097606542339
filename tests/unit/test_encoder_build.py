"""For which machine the build is, where its weights come from, and when it builds again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from classifier.manifest import MANIFEST, VALUES
from classifier.tokens import Tokeniser
from tests.support.encoder import base_source
from tests.support.trained import heads_file, noise_from, save
from training.build import source
from training.build.__main__ import main
from training.build.errors import BuildError
from training.build.target import Target, this_machine


@pytest.mark.parametrize(
    ("flags", "target"), [("avx2 avx512_vnni", "x86_64-vnni"), ("avx2 avx_vnni", "x86_64-vnni"), ("avx2", "x86_64")]
)
def test_the_target_is_chosen_by_what_the_processor_can_do(
    flags: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("sys.platform", "linux")
    (tmp_path / "cpuinfo").write_text(flags)
    assert this_machine(tmp_path / "cpuinfo") == Target(target)


def test_arm_processors_have_a_target_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert this_machine() is Target.ARM64


def copy_from_cache(folder: Path) -> None:
    """from the cache: for tests."""
    for file in source.FILES:
        shutil.copyfile(base_source() / file.name, folder / file.name)


def fail(folder: Path) -> None:
    """from nowhere: always fails."""
    raise BuildError("there is no network")


def spoiled(folder: Path) -> None:
    """from a mirror: the right size, one byte wrong."""
    copy_from_cache(folder)
    with (folder / source.TOKENIZER.name).open("r+b") as stream:
        stream.write(b"[")


def test_the_second_source_is_tried_when_the_first_fails(tmp_path: Path) -> None:
    said: list[str] = []
    source.obtain_source(tmp_path, report=said.append, sources=(fail, spoiled, copy_from_cache))
    assert source.is_intact(tmp_path)
    assert [line.rsplit(" from ")[1] for line in said] == ["nowhere", "a mirror", "the cache"]


def test_a_verified_source_is_not_fetched_again() -> None:
    assert source.obtain_source(base_source(), sources=(fail,)) == base_source()


def test_when_no_source_works_every_reason_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="there is no network; what arrived does not match its hashes"):
        source.obtain_source(tmp_path, report=lambda _: None, sources=(fail, spoiled))
    assert list(tmp_path.iterdir()) == []


def test_a_second_build_does_nothing_and_a_changed_input_builds_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--artifacts", str(tmp_path)]
    assert main(arguments) == 0
    first = (tmp_path / MANIFEST).read_text()
    capsys.readouterr()
    assert main(arguments) == 0
    assert "up to date" in capsys.readouterr().out
    heads_file(tmp_path, noise_from(5))
    assert main(arguments) == 0
    assert "category" in capsys.readouterr().out
    assert (tmp_path / MANIFEST).read_text() != first
    assert main([*arguments, "--verify"]) == 0


def test_a_failed_build_leaves_what_was_there(
    base_encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(base_encoder, tmp_path, dirs_exist_ok=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    save(tmp_path / "heads.npz", {"x.input": np.array("mean+cls")})
    assert main(["--artifacts", str(tmp_path)]) == 1
    assert "no first layer" in capsys.readouterr().err
    (tmp_path / "heads.npz").unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_spoiled_artefact_is_found_and_built_again(
    base_encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(base_encoder, tmp_path, dirs_exist_ok=True)
    assert main(["--artifacts", str(tmp_path), "--verify"]) == 0
    (tmp_path / VALUES).write_bytes(b"")
    assert main(["--artifacts", str(tmp_path), "--verify"]) == 1
    assert f"{VALUES} is not the file that was built" in capsys.readouterr().err
    assert main(["--artifacts", str(tmp_path)]) == 0
    assert Tokeniser(tmp_path / "tokenizer.json")("hello").count == 1
    assert main(["--artifacts", str(tmp_path), "--verify"]) == 0
