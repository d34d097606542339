"""What all pictures for a terminal are made of. What comes from outside goes in as plain text, never as markup."""

from __future__ import annotations

import os
import sys
import time

from rich.console import Console
from rich.table import Table
from rich.text import Text

from llm_router.cli.client import printable

ANY_WIDTH = 10_000
"""Columns of what is no terminal: whoever reads a pipe wants whole lines."""
MOMENT = "at"
"""The column of times, whose entries are never broken."""


def console() -> Console:
    """Where pictures go: as wide as the terminal or as COLUMNS says, and else as wide as they are."""
    made = Console(highlight=False)
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS"):
        made.width = ANY_WIDTH
    return made


def plain(text: object, style: str = "") -> Text:
    """Text as it is, without markup and control characters."""
    return Text(printable(str(text)), style=style)


def table(*columns: str, title: str = "") -> Table:
    """An empty table; columns that begin with `>` hold numbers, which stay whole where words are broken."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    made.pad_edge = False
    for name in columns:
        made.add_column(
            name.lstrip(">"),
            justify="right" if name.startswith(">") else "left",
            header_style="dim",
            no_wrap=name.startswith(">") or name == MOMENT,
            overflow="fold",
        )
    return made


def and_more(listed: Table, hidden: int, place: str | None = None) -> None:
    """A last row that says how many there are beside those shown, where there are any; `place` fills a first column."""
    if hidden > 0:
        said = plain(f"and {hidden:,} more", "dim")
        listed.add_row(*((said,) if place is None else (place, said)))


def moment(at: float, now: float) -> str:
    """The time of day, with the date where it is not today's; both in epoch seconds."""
    then, today = time.localtime(at), time.localtime(now)
    return time.strftime("%H:%M:%S" if then[:3] == today[:3] else "%d %b %H:%M", then)


def words(name: str) -> str:
    """A name as prose."""
    return name.replace("_", " ")


def milliseconds(value: float | None) -> str:
    """Milliseconds, or seconds from one on."""
    if value is None:
        return "–"
    return f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.3g} ms"


def percent(value: float | None) -> str:
    """A share in whole per cent."""
    return "–" if value is None else f"{value:.0%}"


def age(seconds: float) -> str:
    """A time span in its largest unit that makes sense."""
    for limit, unit, name in ((90, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{max(0, round(seconds / unit))} {name}"
    return f"{round(seconds / 86_400)} days"
