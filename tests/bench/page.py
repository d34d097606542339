"""Puts what the bench prints into `docs/scaling.md`: `python -m tests.bench.page`."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import monthly_cost, scaling

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
PRINTED: Mapping[str, Callable[[], None]] = {"monthly_cost": monthly_cost.main, "scaling": scaling.main}


def renewed(page: str) -> str:
    """The page with what is printed now between each pair of marks."""
    for name, printing in PRINTED.items():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            printing()
        before, mark, after = page.partition(f"<!-- {name} -->\n")
        rest = re.sub(r"\A.*?(?=<!-- end -->)", "", after, flags=re.DOTALL)
        page = f"{before}{mark}\n{printed.getvalue().strip()}\n\n{rest}"
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
