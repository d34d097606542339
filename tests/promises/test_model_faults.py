"""F13 and F14: without its model, or with one that fails, the router answers by rules and words and says so."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.encoder import ARTIFACTS, EncoderFailed, EncoderOutput, EncoderTimeout
from classifier.manifest import FILES, MANIFEST
from classifier.runtime import RunOptions, runtime_errors
from llm_router.local.functions import load_module
from tests.support.service import Service, service

PROMPT = {"prompt": "Write a Python function to sort a list"}
CALCULATION = "What are {} apples at 15 cents and 7 pears at 40 cents together?"
"""What the model is always asked about."""
BUILT = (*FILES, MANIFEST)


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


BREAK: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "one bit flipped": flip_a_bit,
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "something else": lambda path: path.write_bytes(b"<html>not found</html>"),
}


def answers_by_rules(api: Service) -> None:
    """The function starts, sorts a plain prompt right, and says what it lacks."""
    classified = api.post("/classify", PROMPT)
    assert classified.status == 200
    found = classified.json
    assert found["primary_use_case"] == "coding"
    assert found["classification_method"] == "rule-based"
    assert found["ml_confidence"] is None
    assert found["degraded"] == ["ml_model"]
    routed = api.post("/route", PROMPT).json
    assert routed["degraded"] == ["ml_model"]
    assert routed["recommended_model"]["id"]


@pytest.mark.parametrize("damage", BREAK.values(), ids=BREAK.keys())
@pytest.mark.parametrize("name", BUILT)
def test_f13_a_damaged_model_file_leaves_the_rules_and_info_says_why(tmp_path: Path, name: str, damage):
    folder = tmp_path / "model"
    shutil.copytree(ARTIFACTS, folder)
    damage(folder / name)
    with service(MODEL_DIR=str(folder)) as api:
        answers_by_rules(api)
        info = api.get("/info").json
        assert info["ml_model_available"] is False
        assert len(info["reason"]) > 10
        assert api.get("/classify/health").json["status"] == "degraded"
        assert api.get("/route/health").json["degraded"] == ["ml_model"]


def test_f13_without_onnxruntime_the_rules_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with service() as api:
        answers_by_rules(api)
        assert api.get("/info").json["ml_model_available"] is False


class Failing:
    """An encoder that fails in a given way, and counts how often it was asked."""

    def __init__(self, fail: Callable[[], EncoderOutput]) -> None:
        self.fail = fail
        self.asked = 0

    def encode(self, _text: str, *, deadline_s: float | None = None) -> EncoderOutput:
        assert deadline_s in {None, 0.25}  # none where an operator's examples are read
        self.asked += 1
        return self.fail()

    def count(self, _text: str) -> int:
        return 5


def raising(failure: Exception) -> Callable[[], EncoderOutput]:
    def fail() -> EncoderOutput:
        raise failure

    return fail


def with_encoder(api: Service, encoder: Failing) -> None:
    """Put the encoder into the running classify function."""
    running: Any = load_module(api.template.functions["ClassifyFunction"]).service
    broken = replace(running.model(), encoder=encoder)
    running.model = lambda: broken


@pytest.mark.parametrize(
    ("failure", "asked"),
    [(EncoderFailed("raised, or gave NaN"), 3), (EncoderTimeout("hangs"), 1)],
    ids=["raises or gives NaN", "hangs"],
)
def test_f14_a_failing_model_is_left_alone_after_three_errors_or_one_time_out(failure: Exception, asked: int):
    with service() as api:
        encoder = Failing(raising(failure))
        with_encoder(api, encoder)
        for number in range(6):
            found = api.post("/classify", {"prompt": CALCULATION.format(number)}).json
            assert found["classification_method"] == "rule-based"
            assert found["degraded"] == ["ml_model"]
        assert encoder.asked == asked


def test_f14_a_run_that_hangs_is_cut_off_and_answered_by_rules():
    with service() as api:
        running: Any = load_module(api.template.functions["ClassifyFunction"]).service
        real = running.model()
        assert real.encoder is not None

        class Hanging:
            """A session that ends only when it is told to, as onnxruntime's does."""

            def run(self, _outputs: object, _inputs: object, options: RunOptions) -> object:
                while not options.terminate:
                    threading.Event().wait(0.001)
                raise runtime_errors()[0]("told to stop")

        original = real.encoder._session
        real.encoder._session = Hanging()
        try:
            found = api.post("/classify", {"prompt": CALCULATION.format("a dozen")}).json
            assert found["classification_method"] == "rule-based"
            assert found["ms"] < 2000
        finally:
            real.encoder._session = original


def test_f14_with_an_own_category_a_failing_model_is_answered_for_by_rules(tmp_path: Path):
    own = {"name": "recipes", "description": "Cooking", "examples": [f"recipe for soup {n}" for n in range(12)]}
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as api:
        assert api.admin("/categories", own).status == 200
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as api:
        with_encoder(api, Failing(raising(EncoderFailed("raised"))))
        found = api.post("/classify", {"prompt": "recipe for onion soup"})
        assert (found.status, found.json["degraded"]) == (200, ["ml_model"])
