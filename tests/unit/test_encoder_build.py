"""What the build takes, what it refuses, and that what it rewrites stays the same network."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.encoder import Encoder
from classifier.manifest import MANIFEST
from classifier.tokens import Tokeniser
from tests.support.encoder import base_source, build_encoder
from training.build import pipeline, source
from training.build.__main__ import main
from training.build.adapters import merge_adapters
from training.build.errors import BuildError
from training.build.heads import read_heads
from training.build.inputs import SMOOTHING, Inputs
from training.build.network import WIDTH, Floats, Weights, narrowing
from training.build.quantise import quantise_columns, quantise_rows
from training.build.reference import embedding, head_output, hidden_states
from training.build.smooth import read_smoothing, split_channels
from training.build.target import Target, this_machine
from training.build.weights import load_weights, read_weights

IDS = (101, 2054, 2003, 1996, 3007, 1997, 2605, 1029, 102)
QUERY = "encoder.layer.3.attention.self.query"
RANDOM = np.random.default_rng(5)
Arrays = Mapping[str, NDArray[np.generic]]


@pytest.fixture(scope="module")
def weights() -> Weights:
    return load_weights(base_source(), None)


def save(path: Path, arrays: Arrays) -> Path:
    np.savez(path, allow_pickle=False, **arrays)
    return path


def noise(*shape: int) -> Floats:
    return RANDOM.normal(0, 0.02, shape).astype(np.float32)


def adapters(path: Path, **arrays: NDArray[np.generic]) -> Path:
    return save(path / "adapters.npz", {"base_sha256": np.array(source.MODEL.sha256), **arrays})


def test_an_adapter_is_added_to_its_matrix(weights: Weights, tmp_path: Path) -> None:
    a, b, bias = noise(4, WIDTH), noise(WIDTH, 4), noise(WIDTH)
    path = adapters(tmp_path, **{f"{QUERY}.weight.A": a, f"{QUERY}.weight.B": b, f"{QUERY}.bias.delta": bias})
    merged = merge_adapters(weights, path, base_sha256=source.MODEL.sha256)
    np.testing.assert_allclose(merged[f"{QUERY}.weight"], weights[f"{QUERY}.weight"] + b @ a, rtol=1e-6)
    np.testing.assert_allclose(merged[f"{QUERY}.bias"], weights[f"{QUERY}.bias"] + bias, rtol=1e-6)
    assert all(merged[name] is weights[name] for name in weights if not name.startswith(QUERY))


def test_the_factors_may_be_whole_numbers_of_a_step_for_each_direction(weights: Weights, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    a, b = (random.integers(-127, 128, shape).astype(np.int8) for shape in ((4, WIDTH), (WIDTH, 4)))
    a_step, b_step = (random.uniform(0, 0.001, shape) for shape in ((4, 1), (1, 4)))
    name = f"{QUERY}.weight"
    entries: dict[str, NDArray[np.generic]] = {f"{name}.A": a, f"{name}.B": b}
    entries |= {f"{name}.A_step": a_step, f"{name}.B_step": b_step}
    path = adapters(tmp_path, **entries)
    merged = merge_adapters(weights, path, base_sha256=source.MODEL.sha256)
    np.testing.assert_allclose(merged[name], weights[name] + (b * b_step) @ (a * a_step), rtol=1e-4, atol=1e-6)


def test_a_few_rows_of_a_table_can_change(weights: Weights, tmp_path: Path) -> None:
    words, rows, change = "embeddings.word_embeddings.weight", np.array([2054, 7]), noise(2, WIDTH)
    path = adapters(tmp_path, **{f"{words}.rows": rows, f"{words}.delta": change})
    merged = merge_adapters(weights, path, base_sha256=source.MODEL.sha256)
    changed = np.flatnonzero((merged[words] != weights[words]).any(axis=1))
    assert changed.tolist() == [7, 2054]


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"no.such.layer.weight.A": noise(2, 2)}, "does not have"),
        ({f"{QUERY}.weight.A": noise(4, WIDTH)}, "right shape"),
        ({f"{QUERY}.bias.delta": noise(3)}, "right shape"),
        ({f"{QUERY}.bias.delta": np.full(WIDTH, np.nan, np.float16)}, "not finite"),
        ({f"{QUERY}.bias.C": noise(WIDTH)}, "no adapter|right shape"),
        ({"base_sha256": np.array("another")}, "does not belong"),
    ],
)
def test_adapters_that_do_not_fit_are_refused(weights: Weights, tmp_path: Path, entries: Arrays, reason: str) -> None:
    path = save(tmp_path / "adapters.npz", {"base_sha256": np.array(source.MODEL.sha256), **entries})
    with pytest.raises(BuildError, match=reason):
        merge_adapters(weights, path, base_sha256=source.MODEL.sha256)


def heads_file(folder: Path) -> Path:
    return save(
        folder / "heads.npz",
        {
            "category.input": np.array("mean+cls@4"),
            "category.0.weight": noise(32, 2 * WIDTH),
            "category.0.bias": noise(32),
            "category.0.activation": np.array("gelu"),
            "category.1.weight": noise(3, 32),
            "category.1.bias": noise(3),
            "category.1.activation": np.array("softmax"),
            "category.labels": np.array(["red", "green", "blue"]),
            "difficulty.input": np.array("embedding"),
            "difficulty.0.weight": noise(1, WIDTH),
            "difficulty.0.bias": noise(1),
            "difficulty.0.activation": np.array("sigmoid"),
            "reach.input": np.array("max"),
            "reach.0.weight": noise(2, WIDTH),
            "reach.0.bias": noise(2),
            "reach.0.activation": np.array("tanh"),
        },
    )


def test_heads_come_out_of_the_same_pass_as_the_reference_computes_them(tmp_path: Path) -> None:
    path = adapters(tmp_path, **{f"{QUERY}.bias.delta": noise(WIDTH)})
    inputs = Inputs(adapters=path, heads=heads_file(tmp_path))
    shutil.copyfile(SMOOTHING / f"{Inputs().weights_key}.npz", tmp_path / f"{inputs.weights_key}.npz")
    with pytest.MonkeyPatch.context() as patch:
        # The base's smoothing serves slightly changed weights as well; finding their own takes half a minute.
        patch.setattr(pipeline, "SMOOTHING", tmp_path)
        encoder = Encoder.load(build_encoder(tmp_path / "built", inputs))
    output = encoder.encode("What is the capital of France?")
    states = hidden_states(load_weights(base_source(), path), IDS)
    for head in read_heads(heads_file(tmp_path) if inputs.heads is None else inputs.heads):
        np.testing.assert_allclose(output.heads[head.name], head_output(head, states), atol=0.01)
    assert output.embedding @ embedding(states) > 0.99
    assert encoder.manifest.outputs["category"].labels == ("red", "green", "blue")
    assert encoder.manifest.adapted


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"x.0.weight": noise(2, WIDTH)}, "no input"),
        ({"x.input": np.array("mean")}, "no first layer"),
        ({"x.input": np.array("median"), "x.0.weight": noise(2, WIDTH)}, "does not exist"),
        ({"x.input": np.array("mean@7"), "x.0.weight": noise(2, WIDTH)}, "does not exist"),
        ({"x.input": np.array("mean"), "x.0.weight": noise(2, 5), "x.0.bias": noise(2)}, "does not take 384"),
        ({"x.input": np.array("mean"), "x.0.weight": noise(2, WIDTH)}, "no fitting bias"),
        ({"embedding.input": np.array("mean"), "embedding.0.weight": noise(2, WIDTH)}, "names a head"),
        (
            {"x.input": np.array("mean"), "x.0.weight": noise(2, WIDTH), "x.0.bias": noise(2), "x.2.bias": noise(2)},
            "belongs to no head",
        ),
        (
            {
                "x.input": np.array("mean"),
                "x.0.weight": noise(2, WIDTH),
                "x.0.bias": noise(2),
                "x.labels": np.array(["a"]),
            },
            "1 labels for the 2",
        ),
    ],
)
def test_heads_that_do_not_fit_are_refused(tmp_path: Path, entries: Arrays, reason: str) -> None:
    with pytest.raises(BuildError, match=reason):
        read_heads(save(tmp_path / "heads.npz", entries))


def test_splitting_channels_changes_no_result(weights: Weights) -> None:
    smoothing = read_smoothing(SMOOTHING / f"{Inputs().weights_key}.npz")
    split = split_channels(weights, smoothing.splits)
    assert split[f"{narrowing(0)}.weight"].shape == (384, 1568)
    np.testing.assert_allclose(hidden_states(split, IDS)[-1], hidden_states(weights, IDS)[-1], atol=2e-5)


def test_quantised_columns_stay_within_half_a_step_and_in_range() -> None:
    matrix = noise(50, 7) * np.array([1, 10, 100, 0, 1, 1, 1], np.float32)
    for largest in (64, 127):
        quantised = quantise_columns(matrix, largest=largest)
        assert np.abs(quantised.values).max() == largest
        restored = quantised.values.astype(np.float32) * quantised.scales
        assert (np.abs(restored - matrix) <= quantised.scales * 0.5001).all()


def test_quantised_rows_have_a_scale_each() -> None:
    table = noise(6, 4)
    quantised = quantise_rows(table)
    assert quantised.scales.shape == (6, 1)
    np.testing.assert_allclose(quantised.values * quantised.scales, table, atol=float(quantised.scales.max()))


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


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    header = b'{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(BuildError, match="word_embeddings"):
        read_weights(tmp_path / "model.safetensors")


def test_a_second_build_does_nothing_and_a_changed_input_builds_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--artifacts", str(tmp_path)]
    assert main(arguments) == 0
    first = (tmp_path / MANIFEST).read_text()
    capsys.readouterr()
    assert main(arguments) == 0
    assert "up to date" in capsys.readouterr().out
    heads_file(tmp_path)
    assert main(arguments) == 0
    assert "category" in capsys.readouterr().out
    assert (tmp_path / MANIFEST).read_text() != first
    assert main([*arguments, "--verify"]) == 0


def test_a_failed_build_leaves_what_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--artifacts", str(tmp_path)]) == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    save(tmp_path / "heads.npz", {"x.input": np.array("mean")})
    assert main(["--artifacts", str(tmp_path)]) == 1
    assert "no first layer" in capsys.readouterr().err
    (tmp_path / "heads.npz").unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_spoiled_artefact_is_found_and_built_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--artifacts", str(tmp_path)]) == 0
    (tmp_path / "model.bin").write_bytes(b"")
    assert main(["--artifacts", str(tmp_path), "--verify"]) == 1
    assert "model.bin is not the file that was built" in capsys.readouterr().err
    assert main(["--artifacts", str(tmp_path)]) == 0
    assert Tokeniser(tmp_path / "tokenizer.json")("hello").count == 1
    assert main(["--artifacts", str(tmp_path), "--verify"]) == 0
