"""An encoder that is not exactly what was built is refused, with the reason."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from classifier.encoder import Encoder, EncoderUnavailable
from classifier.manifest import FILES, GRAPH, MANIFEST, VALUES, record_file


@pytest.fixture
def artifacts(base_encoder: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return shutil.copytree(base_encoder, tmp_path / "artifacts")


def test_what_was_built_loads(base_encoder: Path) -> None:
    assert Encoder.load(base_encoder).manifest.model == "all-MiniLM-L6-v2"


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="has not been built"):
        Encoder.load(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(artifacts: Path, name: str) -> None:
    (artifacts / name).unlink()
    with pytest.raises(EncoderUnavailable, match=f"{name} is missing"):
        Encoder.load(artifacts)


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file_is_refused(artifacts: Path, name: str) -> None:
    (artifacts / name).write_bytes(b"")
    with pytest.raises(EncoderUnavailable, match=f"{name} is not the file"):
        Encoder.load(artifacts)


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_is_noticed(artifacts: Path, name: str) -> None:
    content = bytearray((artifacts / name).read_bytes())
    content[len(content) // 2] ^= 1
    (artifacts / name).write_bytes(content)
    with pytest.raises(EncoderUnavailable, match=f"{name} is not the file"):
        Encoder.load(artifacts)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": 3}', "null"])
def test_a_damaged_manifest_is_refused(artifacts: Path, content: str) -> None:
    (artifacts / MANIFEST).write_text(content)
    with pytest.raises(EncoderUnavailable, match="damaged"):
        Encoder.load(artifacts)


def test_a_manifest_that_leaves_a_file_out_is_refused(artifacts: Path) -> None:
    manifest = json.loads((artifacts / MANIFEST).read_text())
    del manifest["files"][VALUES]
    (artifacts / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(EncoderUnavailable, match=f"does not list {VALUES}"):
        Encoder.load(artifacts)


def test_a_graph_that_matches_its_hash_but_is_none_is_refused(artifacts: Path) -> None:
    (artifacts / GRAPH).write_bytes(b"no graph at all")
    manifest = json.loads((artifacts / MANIFEST).read_text())
    record = record_file(artifacts / GRAPH)
    manifest["files"][GRAPH] = {"sha256": record.sha256, "size": record.size}
    (artifacts / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(EncoderUnavailable, match="cannot open"):
        Encoder.load(artifacts)


def test_outputs_other_than_the_manifest_names_are_refused(artifacts: Path) -> None:
    manifest = json.loads((artifacts / MANIFEST).read_text())
    manifest["outputs"]["category"] = {"width": 7, "labels": []}
    (artifacts / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(EncoderUnavailable, match="outputs"):
        Encoder.load(artifacts)


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_a_library_that_cannot_be_imported_is_named(
    base_encoder: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EncoderUnavailable, match=library):
        Encoder.load(base_encoder)
