"""What a start, and a request of another route, do not wait for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.running import ROOT


def test_the_forms_of_responses_are_not_loaded_where_it_is_not_asked_for(tmp_path: Path):
    code = """
import sys
from functions.route import app

def loaded():
    return {name for name in sys.modules if name.startswith("llm_router.") and "respons" in name}

app.door.routes.served("POST", "/v1/chat/completions")
app._expose_the_rest()
assert not loaded(), loaded()
app.door.routes.complete()
assert "llm_router.schemas.responses_request" in loaded()
assert ("POST", "/v1/responses") in {(each.row.method, each.row.path) for each in app.door.routes.operations}
"""
    paths = os.pathsep.join(str(each) for each in (ROOT, ROOT / "shared", ROOT / "layers" / "model"))
    environment = {"PYTHONPATH": paths, "STORE": "sqlite", "STATE_DIR": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=60)
