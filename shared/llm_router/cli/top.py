"""The live view: asks again and again, and goes on showing the last answer while there is none."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from llm_router.cli.board import board
from llm_router.cli.client import Failed
from llm_router.schemas.dashboard import DashboardData


def watch(console: Console, look: Callable[[], DashboardData], interval: float) -> None:
    """Until Ctrl-C. The first look may fail; later ones are shown as trouble over the figures held."""
    data = look()
    with Live(console=console, screen=True, auto_refresh=False) as live:
        trouble = Text("")
        while True:
            live.update(Group(board(data), trouble), refresh=True)
            try:
                time.sleep(interval)
                data, trouble = look(), Text("")
            except Failed as failure:
                trouble = Text(failure.message, style="red")
            except KeyboardInterrupt:
                return
