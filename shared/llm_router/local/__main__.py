"""`python -m llm_router.local`: the whole service on this machine, as `make run` starts it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from llm_router import settings
from llm_router.errors import ConfigurationError
from llm_router.local.keys import kept_secret
from llm_router.local.server import Supervisor, bind
from llm_router.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


def environment(given: dict[str, str]) -> dict[str, str]:
    """What the functions see: the caller's environment, and what a local installation adds where nothing is set."""
    local = {"STORE": "sqlite", "LISTENER": "loopback", "LOG_LEVEL": "WARNING"} | given
    folder = Path(local.get("STATE_DIR") or ROOT / ".local")
    local["STATE_DIR"] = str(folder)
    local["ADMIN_KEY"] = local.get("ADMIN_KEY") or kept_secret(folder, "admin_key")
    local["HASH_SECRET"] = local.get("HASH_SECRET") or kept_secret(folder, "hash_secret")
    if local.get("HOST", "127.0.0.1") not in ("127.0.0.1", "localhost", "::1"):
        local["LISTENER"] = "public"
    return local


def banner(chosen: Settings) -> str:
    """Where everything listens, the admin key, and one request to try."""
    at = f"http://{chosen.host}"
    return "\n".join(
        (
            "",
            "The router is running. Ctrl-C ends it.",
            "",
            f"  the whole API   {at}:{chosen.port}",
            f"  classifier      {at}:{chosen.classifier_port}",
            f"  ingestor        {at}:{chosen.ingestor_port}",
            f"  dashboard       {at}:{chosen.dashboard_port}",
            f"  admin key       {chosen.admin_key.get_secret_value()}",
            "",
            "Try:",
            "",
            f"  curl {at}:{chosen.port}/route -H 'content-type: application/json' "
            '-d \'{"prompt": "Write a Python function to sort a list"}\'',
            "",
        )
    )


def main() -> int:
    """Serve until stopped; the exit status."""
    try:
        values = environment(dict(os.environ))
        chosen = settings.load(values)
        supervisor = Supervisor(chosen, ROOT / "template.yaml", values, bind(chosen))
    except ConfigurationError as failure:
        print(failure.message, file=sys.stderr)
        return 2
    return supervisor.run(lambda: print(banner(chosen), flush=True))


if __name__ == "__main__":
    sys.exit(main())
