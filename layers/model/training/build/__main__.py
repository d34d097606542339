"""`python -m training.build`: obtains the base model and builds the encoder, unless it is there already."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from classifier.encoder import EncoderError
from classifier.manifest import Manifest, ManifestError, verified_manifest
from training.build.errors import BuildError
from training.build.inputs import ARTIFACTS, Inputs
from training.build.pipeline import Order, build, up_to_date
from training.build.source import CACHE
from training.build.target import Target, this_machine


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 when the artefacts are in place and intact."""
    options = _parse(arguments)
    target = this_machine() if options.target is None else Target(options.target)
    inputs = Inputs() if options.base else Inputs.find(options.artifacts)
    order = Order(inputs, target, options.cache, options.output or options.artifacts)
    try:
        if options.verify:
            print(_describe(verified_manifest(order.destination)))
        elif not options.force and up_to_date(order):
            print("The model is up to date.")
        else:
            print(_describe(build(order, _report)))
    except (BuildError, ManifestError, EncoderError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.build", description=__doc__)
    parser.add_argument("--target", choices=[target.value for target in Target], help="default: this machine")
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS, help="where adapters.npz and heads.npz are")
    parser.add_argument("--output", type=Path, help="where the result goes; default: beside them")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the base model is kept")
    parser.add_argument("--base", action="store_true", help="the base weights alone: no adapters, no heads")
    parser.add_argument("--force", action="store_true", help="build even when nothing has changed")
    parser.add_argument("--verify", action="store_true", help="only check what is in place")
    return parser.parse_args(arguments)


def _report(line: str) -> None:
    print(line, flush=True)


def _describe(manifest: Manifest) -> str:
    size = sum(file.size for file in manifest.files.values()) / 1e6
    kind = "fine-tuned" if manifest.adapted else "base weights"
    return f"{manifest.model} for {manifest.target}, {kind}, {size:.1f} MB, gives {', '.join(manifest.outputs)}"


if __name__ == "__main__":
    sys.exit(main())
