"""onnxruntime, set up for one short prompt at a time. The only module that touches it; it has no type hints."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ERRORS = (
    "EPFail",
    "EngineError",
    "Fail",
    "InvalidArgument",
    "InvalidGraph",
    "InvalidProtobuf",
    "NoModel",
    "NoSuchFile",
    "NotFound",
    "NotImplemented",
    "RuntimeException",
)


class RunOptions(Protocol):
    """Setting `terminate` makes the run stop before its next operator and raise."""

    terminate: bool


class Output(Protocol):
    """One of a graph's outputs."""

    @property
    def name(self) -> str: ...


class Session(Protocol):
    """An open graph."""

    def run(
        self, outputs: Sequence[str], inputs: Mapping[str, NDArray[np.generic]], options: RunOptions | None, /
    ) -> Sequence[NDArray[np.float32]]: ...

    def get_outputs(self) -> Sequence[Output]: ...


def import_runtime() -> Any:
    """The runtime's module. Raises `ImportError`."""
    # Read once, when numpy is first imported: a pool of threads that nothing here uses costs a third of that import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The import alone would start a thread, and lay a file of what it will tell into the user's home.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    onnxruntime = import_module("onnxruntime")
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def open_session(path: Path, *, threads: int) -> Session:
    """Open a graph that was written as it shall run. Raises one of `runtime_errors`, or `ImportError`."""
    onnxruntime = import_runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Looking for optimisations costs time at every start and finds none in this graph.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Patterns are kept for each length seen: memory for no gain. The arena stays: without it runs are slower.
    options.enable_mem_pattern = False
    # A spinning thread burns the processor that another request could use.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # What goes wrong is raised; the runtime's own log lines would add nothing.
    options.log_severity_level = 4
    session: Session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session


def new_run_options() -> RunOptions:
    """Options for one run."""
    options: RunOptions = import_module("onnxruntime").RunOptions()
    return options


def runtime_errors() -> tuple[type[Exception], ...]:
    """What onnxruntime raises; its exceptions have no root of their own."""
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    return tuple(getattr(state, name) for name in ERRORS)
