"""Builds the classifier from its files; whatever is wrong with the model, there is a classifier."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from classifier.answers import ANSWERS, AnswerLengths
from classifier.encoder import ARTIFACTS, Encoder, EncoderError, EncoderUnavailable
from classifier.fusion import FUSION, Fusion, FusionError
from classifier.grams import GRAMS, Grams
from classifier.heads import missing_head, read_heads
from classifier.hybrid import Breaker, ClassifierInfo, HybridClassifier
from classifier.manifest import Manifest
from classifier.own import load_background
from classifier.rules import RULES, WEIGHTS, RuleBook

MODEL_NAME = "all-MiniLM-L6-v2"
MEASURED = "measured.json"
FIRST_RUN_DEADLINE_S = 5.0
"""For the one run at start-up that pages the weights in and shows that the model works here."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the files hold. The model has not run yet, so that a process that is forked from this one can use it."""

    folder: Path
    rules: RuleBook
    fusion: Fusion
    lengths: AnswerLengths
    encoder: Encoder | None
    about: ClassifierInfo
    grams: Grams | None


def load(artifacts: Path | None = None, *, breaker: Breaker | None = None, threads: int = 1) -> HybridClassifier:
    """The classifier with the model of `artifacts`, or by rules and words; `about` then says why.

    Without a breaker every prompt asks the model anew. Raises only when the package's own data files are broken.
    """
    return started(open_files(artifacts, threads=threads), breaker=breaker)


def open_files(artifacts: Path | None = None, *, threads: int = 1) -> Opened:
    """Read all files; the rest is for `started`. Leaves no thread. Raises as `load` does."""
    folder = ARTIFACTS if artifacts is None else artifacts
    rules, lengths = RuleBook.load(), AnswerLengths.load()
    encoder: Encoder | None = None
    reason: str | None = None
    try:
        fusion = Fusion.load(folder)
    except FusionError as error:
        fusion, reason = Fusion.unfitted(), str(error)
    else:
        try:
            encoder = _encoder(folder, threads)
        except EncoderError as error:
            reason = str(error)
    return Opened(folder, rules, fusion, lengths, encoder, _about(folder, encoder, reason), _grams(folder))


def started(opened: Opened, *, breaker: Breaker | None = None) -> HybridClassifier:
    """The classifier of these files, whose model has been seen to work; where it does not, as `load` has it."""
    encoder, about = opened.encoder, opened.about
    if encoder is not None:
        try:
            read_heads(encoder.encode("Is this model ready?", deadline_s=FIRST_RUN_DEADLINE_S))
        except EncoderError as error:
            encoder, about = None, _about(opened.folder, None, str(error))
    # Read where there are own categories, and then kept.
    background = cache(partial(load_background, opened.folder))
    return HybridClassifier(
        opened.rules,
        opened.fusion,
        opened.lengths,
        encoder,
        about,
        breaker,
        background=background,
        grams=opened.grams,
    )


def _about(folder: Path, encoder: Encoder | None, reason: str | None) -> ClassifierInfo:
    manifest = encoder.manifest if encoder else None
    return ClassifierInfo(
        available=encoder is not None,
        reason=reason,
        model=MODEL_NAME,
        version=_version(folder, manifest),
        artifacts={name: file.sha256 for name, file in manifest.files.items()} if manifest else {},
        measured=_measured(folder),
    )


def _grams(folder: Path) -> Grams | None:
    try:
        return Grams.load(folder)
    except ImportError:  # what reads it is away as well: the rules are left
        return None


def _encoder(folder: Path, threads: int) -> Encoder:
    encoder = Encoder.load(folder, threads=threads)
    if name := missing_head(encoder.manifest):
        raise EncoderUnavailable(f"The model has no fitting head {name}: it was built before it was trained.")
    return encoder


def _version(folder: Path, manifest: Manifest | None) -> str:
    """One short hash over everything that decides."""
    digest = hashlib.sha256((manifest.inputs if manifest else "rules").encode())
    for path in (RULES, WEIGHTS, ANSWERS, folder / FUSION, folder / GRAMS):
        digest.update(path.read_bytes() if path.is_file() else b"-")
    return digest.hexdigest()[:16]


def _measured(folder: Path) -> dict[str, float]:
    """The figures that the last evaluation left; empty when it left none that can be read."""
    try:
        raw = json.loads((folder / MEASURED).read_text(encoding="utf-8"))
        return {str(name): float(value) for name, value in raw.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
