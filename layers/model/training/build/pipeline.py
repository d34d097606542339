"""The build from end to end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from classifier.manifest import Manifest, ManifestError, verified_manifest
from training.build.errors import BuildError
from training.build.inputs import SMOOTHING, Inputs
from training.build.source import Report, obtain_source
from training.build.target import Target


@dataclass(frozen=True, slots=True)
class Order:
    """What to build: from what, for which processor, with the base model kept in `cache`, into `destination`."""

    inputs: Inputs
    target: Target
    cache: Path
    destination: Path


def up_to_date(order: Order) -> bool:
    """Whether the destination already holds what `build` would make, intact. Imports nothing heavy."""
    try:
        return verified_manifest(order.destination).inputs == order.inputs.fingerprint(order.target)
    except ManifestError:
        return False


def build(order: Order, report: Report) -> Manifest:
    """Fetch, merge, quantise, write, check, and put in place.

    Raises `BuildError` for what is missing or wrong in the inputs, `EncoderUnavailable` or `EncoderFailed` when
    what was built cannot be used. The destination is then as it was.
    """
    source = obtain_source(order.cache, report=report)
    # numpy and onnx are imported only when there is something to build.
    from classifier.tokens import Tokeniser
    from training.build.calibrate import calibration_prompts
    from training.build.check import LEAST_COSINE, check_artifacts
    from training.build.glosses import glossed_tokeniser
    from training.build.graph import build_graph
    from training.build.heads import read_heads
    from training.build.publish import new_folder, put_in_place, write_artifacts
    from training.build.smooth import calibrate, read_smoothing, write_smoothing
    from training.build.weights import load_weights

    inputs = order.inputs
    report(f"Reading the weights{' and merging the adapters' if inputs.adapters else ''}")
    weights = load_weights(source, inputs.adapters)
    heads = read_heads(inputs.heads) if inputs.heads else ()
    tokeniser = glossed_tokeniser(source)
    tokenise = Tokeniser(tokeniser)

    committed, kept = (folder / f"{inputs.weights_key}.npz" for folder in (SMOOTHING, order.cache / "smoothing"))
    if not committed.is_file() and not kept.is_file():
        report("Calibrating for these weights, about a minute (training.build.calibrate stores it for good)")
        write_smoothing(kept, calibrate(weights, calibration_prompts(tokenise)))
    smoothing = read_smoothing(committed if committed.is_file() else kept)

    report(f"Quantising for {order.target.value}")
    graph = build_graph(weights, smoothing, heads, order.target)
    with new_folder(order.destination) as folder:
        fingerprint = inputs.fingerprint(order.target)
        adapted = inputs.adapters is not None
        manifest = write_artifacts(folder, graph, tokeniser, heads, order.target, fingerprint, adapted=adapted)
        least = check_artifacts(folder, weights, tokenise)
        report(f"Checked against float32: cosine at least {least:.4f}")
        if least < LEAST_COSINE:
            raise BuildError(
                f"The quantised model strays from the original (cosine {least:.3f}); nothing was replaced."
            )
        put_in_place(folder, order.destination)
    return manifest
