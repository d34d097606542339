"""What all pictures for a terminal are made of. What comes from outside goes in as plain text, never as markup."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from llm_router.cli.client import printable


def plain(text: object, style: str = "") -> Text:
    """Text as it is, without markup and control characters."""
    return Text(printable(str(text)), style=style)


def table(*columns: str, title: str = "") -> Table:
    """An empty table; columns that begin with `>` hold numbers."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    made.pad_edge = False
    for name in columns:
        made.add_column(
            name.lstrip(">"),
            justify="right" if name.startswith(">") else "left",
            header_style="dim",
            no_wrap=name in ("model", "decision"),
        )
    return made


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
