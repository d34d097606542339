"""How a job that a request finds due is run: in whose thread, and whether it is waited for."""

from __future__ import annotations

import threading

from llm_router.running import BACKGROUND_THREAD, READING_THREAD, at_once, beside_requests, in_background


def test_at_once_is_in_the_callers_thread_and_done_when_it_returns():
    ran: list[threading.Thread] = []
    at_once(lambda: ran.append(threading.current_thread()))
    assert ran == [threading.current_thread()]


def test_in_background_nobody_waits():
    go_on, ran = threading.Event(), threading.Event()
    names: list[str] = []

    def job() -> None:
        names.append(threading.current_thread().name)
        go_on.wait(30)
        ran.set()

    in_background(job)
    assert not ran.is_set()
    go_on.set()
    assert ran.wait(30)
    assert names == [BACKGROUND_THREAD]


def test_beside_requests_what_is_quick_is_waited_for():
    names: list[str] = []
    beside_requests(lambda: names.append(threading.current_thread().name))
    assert names == [READING_THREAD]
