"""The documentation's pages and their fenced blocks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATION = DOCS / "generation.md"
"""What its requests are answered has tests of its own."""
PAGES = sorted([*(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")), *DOCS.glob("*.md")])


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: str
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(language: str, *pages: Path) -> list[Block]:
    """Every block of a language, of these pages or of all."""
    return [block for page in pages or PAGES for block in _of(page) if block.language == language]


def _of(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Block(page.name, found[1], found[2], text.count("\n", 0, found.start()) + 1)


def commands(block: Block) -> list[str]:
    """The commands of a shell block: continued lines joined, comments gone."""
    lines, pending = [], ""
    for line in block.text.splitlines():
        pending += line.removesuffix("\\") + ("" if line.endswith("\\") else "\n")
        if not line.endswith("\\") and pending.count("'") % 2 == 0:
            lines.append(pending.strip())
            pending = ""
    return [re.sub(r"\s+# .*$", "", line) for line in lines if line and not line.startswith("#")]


@dataclass(frozen=True)
class Request:
    """A curl of the pages to the service on its usual port, with `$ADMIN_KEY`, `$KEY` and `$DECISION_ID` filled in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


def request(command: str, admin_key: str, key: str = "", decision_id: str = "") -> Request:
    """What a curl would send. Fails where it is not for the service."""
    filled = command.replace("$ADMIN_KEY", admin_key).replace("$KEY", key).replace("$DECISION_ID", decision_id)
    words = shlex.split(filled)
    address = urlsplit(words[1])
    assert words[0] == "curl", command
    assert (address.hostname, address.port) == ("127.0.0.1", 8080), command
    headers = dict(word.split(": ", 1) for flag, word in pairwise(words) if flag == "-H")
    body = words[words.index("-d") + 1].encode() if "-d" in words else None
    return Request("GET" if body is None else "POST", address.path, headers, body)
