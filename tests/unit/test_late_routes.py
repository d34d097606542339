"""What a start, and a request of another route, do not wait for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.running import ROOT


def test_the_forms_of_other_protocols_are_not_loaded_where_they_are_not_asked_for(tmp_path: Path):
    code = """
import sys
from functions.route import app

def loaded():
    forms = ("llm_router.schemas.responses", "llm_router.schemas.anthropic", "llm_router.endpoints.message")
    return {name for name in sys.modules if name.startswith(forms)} - {"llm_router.schemas.anthropic_error"}

app.door.routes.served("POST", "/v1/chat/completions")
app._expose_the_rest()
assert not loaded(), loaded()
app.door.routes.complete()
assert {"llm_router.schemas.responses_request", "llm_router.schemas.anthropic_request"} <= loaded()
exposed = {each.row.path for each in app.door.routes.operations}
assert {"/v1/responses", "/v1/messages", "/v1/messages/count_tokens"} <= exposed
"""
    paths = os.pathsep.join(str(each) for each in (ROOT, ROOT / "shared", ROOT / "layers" / "model"))
    environment = {"PYTHONPATH": paths, "STORE": "sqlite", "STATE_DIR": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=60)
