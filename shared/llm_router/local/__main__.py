"""`python -m llm_router.local`: the whole service on this machine, as `make run` starts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from llm_router import settings
from llm_router.errors import ConfigurationError
from llm_router.local.environment import ROOT, local_environment
from llm_router.local.listening import bind
from llm_router.local.server import Supervisor
from llm_router.setting_addresses import bracketed
from llm_router.settings import Settings


def banner(chosen: Settings) -> str:
    """Where everything listens, the admin key, and one request to try."""
    at = f"http://{bracketed(chosen.host)}"
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


def main(arguments: Sequence[str] = ()) -> int:
    """Serve until stopped; the exit status. Takes no arguments."""
    if arguments:
        print("This takes no arguments; every setting is an environment variable.", file=sys.stderr)
        return 2
    try:
        values = local_environment(dict(os.environ))
        chosen = settings.load(values)
        supervisor = Supervisor(chosen, ROOT / "template.yaml", values, bind(chosen))
    except ConfigurationError as failure:
        print(failure.message, file=sys.stderr)
        return 2
    return supervisor.run(lambda: print(banner(chosen), flush=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
