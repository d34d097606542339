"""Server-sent events, as streams of answers use them (WHATWG HTML, 9.2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_EVENT_BYTES = 8 * 1024 * 1024


class EventTooLong(ValueError):
    """One event is longer than any that a provider sends."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its data, and its name where it has one."""

    data: bytes
    name: str = ""


@dataclass(slots=True)
class EventReader:
    """Takes bytes as they arrive, cut anywhere, and gives the events that are complete.

    Comments, ids and retry hints are dropped. What stands unfinished at the end of a stream is no event.
    """

    _rest: bytearray = field(default_factory=bytearray)
    _scanned: int = 0
    _data: list[bytes] = field(default_factory=list)
    _name: str = ""
    _size: int = 0

    def feed(self, received: bytes) -> Iterator[ServerEvent]:
        """The events that these bytes complete. Raises `EventTooLong`."""
        self._rest += received
        start = 0
        while (end := self._rest.find(b"\n", max(start, self._scanned))) >= 0:
            line = bytes(self._rest[start:end]).removesuffix(b"\r")
            start = end + 1
            if line:
                self._take(line)
            elif (event := self._finish()) is not None:
                yield event
        del self._rest[:start]
        self._scanned = len(self._rest)
        if len(self._rest) + self._size > MAX_EVENT_BYTES:
            raise EventTooLong

    def _take(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._size += len(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")

    def _finish(self) -> ServerEvent | None:
        event = ServerEvent(b"\n".join(self._data), self._name) if self._data else None
        self._data, self._name, self._size = [], "", 0
        return event
