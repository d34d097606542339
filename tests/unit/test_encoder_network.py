"""What the build takes into the network, what it refuses, and that what it rewrites stays the same network."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.encoder import Encoder
from tests.support.encoder import base_source, build_encoder
from tests.support.trained import Arrays, adapters, heads_file, noise_from, save
from training.build import pipeline, source
from training.build.adapters import merge_adapters
from training.build.errors import BuildError
from training.build.heads import INPUT_WIDTH, read_heads
from training.build.inputs import SMOOTHING, Inputs
from training.build.network import TOPIC_LAYER, WIDTH, Weights, narrowing
from training.build.quantise import quantise_columns, quantise_rows
from training.build.reference import embedding, head_output, hidden_states
from training.build.smooth import read_smoothing, split_channels
from training.build.weights import load_weights, read_weights

IDS = (101, 2054, 2003, 1996, 3007, 1997, 2605, 1029, 102)
QUERY = "encoder.layer.3.attention.self.query"
noise = noise_from(5)
READS, WIDE = np.array("mean+cls"), noise(2, INPUT_WIDTH)


@pytest.fixture(scope="module")
def weights() -> Weights:
    return load_weights(base_source(), None)


def test_what_a_parameter_has_moved_by_is_added_to_it(weights: Weights, tmp_path: Path) -> None:
    bias = noise(WIDTH)
    path = adapters(tmp_path, **{f"{QUERY}.bias.delta": bias})
    merged = merge_adapters(weights, path, base_sha256=source.MODEL.sha256)
    np.testing.assert_allclose(merged[f"{QUERY}.bias"], weights[f"{QUERY}.bias"] + bias, rtol=1e-6)
    assert all(merged[name] is weights[name] for name in weights if name != f"{QUERY}.bias")


def test_two_factors_in_whole_numbers_of_a_step_for_each_direction_are_added(weights: Weights, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    a, b = (random.integers(-127, 128, shape).astype(np.int8) for shape in ((4, WIDTH), (WIDTH, 4)))
    a_step, b_step = (random.uniform(0, 0.001, shape) for shape in ((4, 1), (1, 4)))
    name = f"{QUERY}.weight"
    entries: dict[str, NDArray[np.generic]] = {f"{name}.A": a, f"{name}.B": b}
    entries |= {f"{name}.A_step": a_step, f"{name}.B_step": b_step}
    path = adapters(tmp_path, **entries)
    merged = merge_adapters(weights, path, base_sha256=source.MODEL.sha256)
    np.testing.assert_allclose(merged[name], weights[name] + (b * b_step) @ (a * a_step), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"no.such.layer.weight.A": noise(2, 2)}, "does not have"),
        ({f"{QUERY}.weight.A": noise(4, WIDTH)}, "right shape"),
        ({f"{QUERY}.weight.A": noise(4, WIDTH), f"{QUERY}.weight.B": noise(WIDTH, 4)}, "right shape"),
        ({f"{QUERY}.bias.delta": noise(1, WIDTH), f"{QUERY}.bias.rows": np.array([0])}, "right shape"),
        ({f"{QUERY}.bias.delta": noise(3)}, "right shape"),
        ({f"{QUERY}.bias.delta": np.full(WIDTH, np.nan, np.float16)}, "not finite"),
        ({f"{QUERY}.bias.C": noise(WIDTH)}, "right shape"),
        ({"base_sha256": np.array("another")}, "does not belong"),
    ],
)
def test_adapters_that_do_not_fit_are_refused(weights: Weights, tmp_path: Path, entries: Arrays, reason: str) -> None:
    path = save(tmp_path / "adapters.npz", {"base_sha256": np.array(source.MODEL.sha256), **entries})
    with pytest.raises(BuildError, match=reason):
        merge_adapters(weights, path, base_sha256=source.MODEL.sha256)


def test_heads_come_out_of_the_same_pass_as_the_reference_computes_them(tmp_path: Path) -> None:
    path = adapters(tmp_path, **{f"{QUERY}.bias.delta": noise(WIDTH)})
    inputs = Inputs(adapters=path, heads=heads_file(tmp_path, noise))
    shutil.copyfile(SMOOTHING / f"{Inputs().weights_key}.npz", tmp_path / f"{inputs.weights_key}.npz")
    with pytest.MonkeyPatch.context() as patch:
        # The base's smoothing serves slightly changed weights as well; finding their own takes half a minute.
        patch.setattr(pipeline, "SMOOTHING", tmp_path)
        encoder = Encoder.load(build_encoder(tmp_path / "built", inputs))
    output = encoder.encode("What is the capital of France?")
    states = hidden_states(load_weights(base_source(), path), IDS)
    for head in read_heads(heads_file(tmp_path, noise) if inputs.heads is None else inputs.heads):
        np.testing.assert_allclose(output.heads[head.name], head_output(head, states), atol=0.02)
    assert output.embedding @ embedding(states) > 0.99
    assert output.topic @ embedding(states, TOPIC_LAYER) > 0.99
    assert encoder.manifest.outputs["category"].labels == ("red", "green", "blue")
    assert encoder.manifest.adapted


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"x.0.weight": noise(2, WIDTH)}, "no input"),
        ({"x.input": READS}, "no first layer"),
        ({"x.input": np.array("mean"), "x.0.weight": noise(2, WIDTH), "x.0.bias": noise(2)}, "not mean\\+cls"),
        ({"x.input": READS, "x.0.weight": noise(2, 5), "x.0.bias": noise(2)}, "does not take 768"),
        ({"x.input": READS, "x.0.weight": WIDE}, "no fitting bias"),
        (
            {"x.input": READS, "x.0.weight": WIDE, "x.0.bias": noise(2), "x.0.activation": np.array("tanh")},
            "activation",
        ),
        ({"embedding.input": READS, "embedding.0.weight": WIDE}, "names a head"),
        ({"topic.input": READS, "topic.0.weight": WIDE}, "names a head"),
        ({"x.input": READS, "x.0.weight": WIDE, "x.0.bias": noise(2), "x.2.bias": noise(2)}, "belongs to no head"),
        (
            {"x.input": READS, "x.0.weight": WIDE, "x.0.bias": noise(2), "x.labels": np.array(["a"])},
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


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    header = b'{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(BuildError, match="word_embeddings"):
        read_weights(tmp_path / "model.safetensors")
