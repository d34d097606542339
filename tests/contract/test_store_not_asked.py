"""Stores that fail tell what was certainly not done apart from what may have been; and what comes of that."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from llm_router.adapters import sqlite
from llm_router.adapters.aws import AwsClients
from llm_router.adapters.aws_outage import OPEN_S
from llm_router.adapters.dynamodb_records import DynamoRecordStore
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.budgets import Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import StoreUnavailable
from llm_router.figures import TOTAL, BucketSize
from llm_router.ledger import Ledger
from llm_router.marks import Marks
from llm_router.ports import MOST_AMOUNTS, Record
from tests.support.aws import TABLE, error, fake_aws, served_aws
from tests.support.clock import FakeClock

MANY = {f"latency|{number:03d}": 1.0 for number in range(MOST_AMOUNTS + 1)}
"""More than is added in one step."""

URL = {"endpoint_url": "http://x.example"}


class Table:
    """A table whose next call fails before it is sent or after."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        clients = AwsClients("", self.clock)
        self._again, self._once = clients.dynamodb(), clients.dynamodb_once()
        self.records = DynamoRecordStore(self._again, clients.dynamodb_once, TABLE, self.clock)

    def fails(self, failure: Exception, ask: Callable[[], object]) -> StoreUnavailable:
        """What comes of a call that ends like this."""

        def fail(**_: object) -> None:
            raise failure

        clients = (self._again, self._once)
        for client in clients:
            client.meta.events.register_first("before-send.dynamodb", fail)
        with pytest.raises(StoreUnavailable) as refused:
            ask()
        for client in clients:
            client.meta.events.unregister("before-send.dynamodb", fail)
        return refused.value

    def sent_until_refused(self, failure: Exception, ask: Callable[[], object]) -> int:
        """How many requests go out to a table that answers none of them."""
        sent: list[object] = []
        for client in (self._again, self._once):
            client.meta.events.register_first("before-send.dynamodb", lambda request, **_: sent.append(request))
        self.fails(failure, ask)
        return len(sent)

    def fails_at_the_second_update(self, failure: Exception) -> None:
        """Once."""
        sent = itertools.count(1)

        def fail(**_: object) -> None:
            if next(sent) == 2:
                raise failure

        self._once.meta.events.register_first("before-send.dynamodb", fail)

    def add(self) -> object:
        return self.records.add("minute", "m", {"requests": 1.0})

    def replace(self) -> object:
        return self.records.replace(Record("note", "k", "{}"), expected_body="[]")

    def put(self) -> object:
        return self.records.put(Record("note", "k", "{}"))


@pytest.fixture
def table() -> Iterator[Table]:
    with fake_aws():
        yield Table()


@pytest.mark.parametrize(
    ("failure", "nothing"),
    [(ReadTimeoutError(**URL), False), (ConnectTimeoutError(**URL), True), (EndpointConnectionError(**URL), True)],
    ids=["late", "no connection in time", "no connection"],
)
@pytest.mark.parametrize("ask", [Table.add, Table.replace], ids=["add", "replace"])
def test_what_was_never_sent_was_not_done(
    table: Table, ask: Callable[[Table], object], failure: Exception, nothing: bool
):
    assert table.fails(failure, lambda: ask(table)).nothing_done is nothing


def test_of_what_was_sent_twice_nobody_knows(table: Table):
    assert table.fails(ConnectTimeoutError(**URL), table.put).nothing_done is False


def test_what_is_left_alone_was_not_done(table: Table):
    table.fails(ReadTimeoutError(**URL), table.add)
    with pytest.raises(StoreUnavailable) as refused:
        table.add()
    assert refused.value.nothing_done is True
    table.clock.pass_seconds(OPEN_S)
    table.add()


def test_whichever_client_finds_out_that_the_table_is_silent_neither_asks_for_a_while(table: Table):
    mark = Record("note", "k", "{}")
    table.fails(ReadTimeoutError(**URL), table.add)
    with pytest.raises(StoreUnavailable) as refused:
        table.records.get("note", "k")
    assert refused.value.nothing_done is True
    table.clock.pass_seconds(OPEN_S)
    assert table.records.get("note", "k") is None
    table.fails(ReadTimeoutError(**URL), table.put)
    with pytest.raises(StoreUnavailable) as refused:
        table.records.replace(mark, expected_body="[]")
    assert refused.value.nothing_done is True


def test_a_mark_on_a_silent_table_waits_for_one_call(table: Table):
    marks, mark = Marks(table.records, table.clock), Record("note", "k", "mine")
    assert table.sent_until_refused(ReadTimeoutError(**URL), lambda: marks.set(mark)) == 1


@pytest.mark.parametrize(("code", "status", "nothing"), [("ThrottlingException", 400, True), ("Internal", 500, False)])
def test_what_was_throttled_was_not_done(code: str, status: int, nothing: bool):
    with served_aws() as found:
        table = Table()
        found.dynamodb.does(error(code, status))
        with pytest.raises(StoreUnavailable) as refused:
            table.add()
    assert refused.value.nothing_done is nothing


def test_figures_that_stopped_after_a_part_was_added_are_added_once(table: Table):
    table.fails_at_the_second_update(ConnectTimeoutError(**URL))
    ledger = Ledger(table.records, table.clock, 3600.0)
    ledger.add(MANY)
    ledger.flush()
    table.clock.pass_seconds(OPEN_S)
    ledger.flush()
    for kind in (*BucketSize, TOTAL):
        ((_, counters),) = table.records.counters(kind, 2)
        assert counters == MANY


def test_what_waits_for_a_file_in_vain_was_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    store = SqliteRecordStore(Database(tmp_path / "router.db"), FakeClock())
    store.add("minute", "m", {"requests": 1.0})
    holder = sqlite3.connect(tmp_path / "router.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as refused:
        store.add("minute", "m", {"requests": 1.0})
    holder.execute("ROLLBACK")
    holder.close()
    assert refused.value.nothing_done is True
    assert store.add("minute", "m", {"requests": 1.0}) == {"requests": 2.0}


def test_one_late_write_of_figures_leaves_no_call_booked_at_the_most_that_it_could_cost(table: Table):
    budgets, key = Budgets(table.records, table.clock), ClientKey("k1", "k", "", 0.0, usd_per_day=1.0)
    calls = [budgets.reserve(key, 0.2) for _ in range(4)]
    table.fails(ReadTimeoutError(**URL), table.add)
    table.clock.pass_seconds(1)
    for call in calls:
        call.settle(0.001)
    table.clock.pass_seconds(OPEN_S)
    budgets.reserve(key, 0.3).settle(0.001)
    assert budgets.spends()["k1"].day == pytest.approx(0.005)
