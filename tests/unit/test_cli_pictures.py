"""What a terminal shows: nothing is lost in a narrow one, lists say what they leave out, old figures look old."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from rich.console import Console, RenderableType

from llm_router.cli import board, tables, top
from llm_router.cli.client import Failed
from llm_router.cli.top import Frame
from llm_router.schemas.dashboard import DashboardData
from tests.support.figures import NOW, dashboard_data, decision_line

TROUBLE = "The router does not answer."
DAY_S = 86_400


def shown(picture: RenderableType, width: int = 80, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height)
    with console.capture() as captured:
        console.print(picture)
    return captured.get().splitlines()


def busy() -> DashboardData:
    names = [{"name": f"own_category_{number}", "count": 40 - number} for number in range(30)]
    return dashboard_data(categories=names, decisions=[decision_line(number) for number in range(15)])


@pytest.mark.parametrize("height", [16, 24, 50])
@pytest.mark.parametrize("trouble", ["", TROUBLE])
def test_the_live_view_fits_the_screen_and_says_what_it_leaves_out(height: int, trouble: str):
    lines = shown(Frame(busy(), trouble), height=height)
    assert len(lines) <= height
    rows = [line for line in lines if line.lstrip().startswith("own category")]
    assert rows
    assert any(line.startswith(f"and {30 - len(rows)} more") for line in lines)


def test_trouble_is_the_first_that_is_seen_and_the_time_of_the_figures_stays():
    lines = shown(Frame(busy(), TROUBLE))
    assert lines[0].startswith(TROUBLE)
    assert lines[1].startswith(f"● up at {tables.moment(NOW, NOW)}")


def test_the_live_view_shows_trouble_over_the_figures_held_until_the_service_answers_again(monkeypatch):
    looks: Iterator[DashboardData | BaseException] = iter([busy(), Failed(TROUBLE), busy(), KeyboardInterrupt()])
    frames: list[Frame] = []

    def look() -> DashboardData:
        found = next(looks)
        if isinstance(found, BaseException):
            raise found
        return found

    def frame(data: DashboardData, trouble: str) -> Frame:
        frames.append(Frame(data, trouble))
        return frames[-1]

    monkeypatch.setattr(top, "Frame", frame)
    top.watch(Console(file=io.StringIO(), width=80, height=24), look, interval=0.0)
    assert [frame.trouble for frame in frames] == ["", TROUBLE, ""]


def test_a_narrow_terminal_breaks_words_and_loses_nothing_of_them():
    lines = shown(board.recent(dashboard_data(decisions=[decision_line(7)])))
    assert "…" not in "".join(lines)
    assert "$0.00012" in lines[2]
    assert tables.moment(NOW, NOW) in lines[2]
    wide = lines[1].index("at")
    assert "".join(line[:wide].strip() for line in lines[2:]) == f"{7:032x}"


@pytest.mark.parametrize(("columns", "lines"), [(None, 3), ("60", 5)])
def test_a_pipe_gets_whole_lines_unless_it_says_how_wide_they_may_be(monkeypatch, capsys, columns, lines):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    tables.console().print(board.recent(dashboard_data(decisions=[decision_line(7)])))
    found = capsys.readouterr().out.splitlines()
    assert len(found) >= lines if columns else len(found) == lines


def test_a_time_of_another_day_is_told_with_its_date():
    lines = shown(board.recent(dashboard_data(decisions=[decision_line(1), decision_line(2, NOW - 3 * DAY_S)])), 140)
    assert tables.moment(NOW, NOW).count(":") == 2
    assert "Jan " in lines[3]
