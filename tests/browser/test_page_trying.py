"""The playground tells what is wrong with each field, what a try costs, and hands out code that runs."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from playwright.sync_api import Page, Request, expect

from tests.support.browsing import PROMPT


def test_a_prompt_that_no_request_may_carry_is_named_with_each_refusal(board: Page):
    board.get_by_label("Prompt", exact=True).fill("a" * 1_000_001)
    found = board.locator("#found .trouble")
    expect(found.first).to_contain_text(re.compile("prompt: .*at most 1000000 characters"), timeout=20_000)
    expect(found.nth(1)).to_contain_text("262144 bytes")


def test_what_is_wrong_with_an_entry_of_a_list_is_said_at_the_list(board: Page):
    board.get_by_label("Prompt", exact=True).fill(PROMPT)
    board.get_by_label("Without models").fill(f"acme/one, {'x' * 300}")
    expect(board.locator("#limit-exclude_models-out")).to_contain_text("at most 200 characters")
    expect(board.locator("#found .trouble")).not_to_contain_text("exclude_models")


def test_that_a_try_counts_is_said_beside_it(board: Page):
    expect(board.locator("#ask")).to_contain_text("Each try counts as traffic")


def unlimited(sent: Request) -> bool:
    return sent.url.endswith("/route") and "constraints" not in (sent.post_data or "")


def test_the_preference_is_no_constraint_and_stays_when_all_are_dropped(board: Page):
    board.get_by_label("Prompt", exact=True).fill(PROMPT)
    board.get_by_label("Preference").fill("0.9")
    board.get_by_label("Quality at least").fill("0.4")
    with board.expect_request(unlimited) as asked:
        board.get_by_role("button", name="Drop all constraints").click()
    assert asked.value.post_data_json == {"prompt": PROMPT, "preference": 0.9}
    expect(board.get_by_label("Preference")).to_have_value("0.9")
    expect(board.locator("#preference-said")).to_have_text("0.9")


def test_a_prompt_too_long_for_an_argument_goes_to_curl_on_its_standard_input(board: Page, tmp_path: Path):
    prompt = "It's $HOME, `ls` and\nEOF\n" + "ü" * 60_000
    board.get_by_label("Prompt", exact=True).fill(prompt)
    board.get_by_text("Copy as code").click()
    snippet = board.locator("#snippet")
    expect(snippet).to_contain_text("curl http")
    script = tmp_path / "snippet.sh"
    script.write_text(f"curl() {{ cat; }}\n{snippet.text_content()}\n", encoding="utf-8")
    ran = subprocess.run(["bash", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == {"prompt": prompt, "preference": 0.5}
