"""How many requests a minute a client key may make where nothing is generated: each function counts them itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.generating import PROMPT, Client, Holder
from tests.support.service import service


@pytest.mark.parametrize(
    ("path", "body"), [("/classify", {"prompt": PROMPT}), ("/classify/batch", {"prompts": [PROMPT, "Hello"]})]
)
def test_classifications_count_whether_they_are_cached_or_not(tmp_path: Path, path: str, body: dict):
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as found:
        holder = Holder(Client(found), requests_per_minute=2)
        # Twice as many and one, since a minute may begin in between.
        replies = [holder.send(path, body) for _ in range(5)]
    assert replies[0].status == 200
    refused = next(reply for reply in replies if reply.status != 200)
    assert (refused.status, refused.error) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
