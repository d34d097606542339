"""The live view: asks again and again, and goes on showing the last answer while there is none."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.styled import Styled

from llm_router.cli.board import MOST, board
from llm_router.cli.client import Failed
from llm_router.cli.tables import plain
from llm_router.schemas.dashboard import DashboardData


def watch(console: Console, look: Callable[[], DashboardData], interval: float) -> None:
    """Until Ctrl-C. The first look may fail; later ones are shown as trouble over the figures held."""
    data, trouble = look(), ""
    with suppress(KeyboardInterrupt), Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(Frame(data, trouble), refresh=True)
            time.sleep(interval)
            try:
                data, trouble = look(), ""
            except Failed as failure:
                trouble = failure.message


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the live view. Trouble comes first and dims the figures, which are then old; the lists are as long
    as the screen has room for."""

    data: DashboardData
    trouble: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        unbounded = options.reset_height()

        def height(most: int) -> int:
            return len(console.render_lines(self._with(most), unbounded, pad=False))

        yield self._with(max(1, bisect_right(range(1, MOST + 1), console.height, key=height)))

    def _with(self, most: int) -> RenderableType:
        figures = board(self.data, most)
        return Group(plain(self.trouble, "bold red"), Styled(figures, "dim")) if self.trouble else figures
