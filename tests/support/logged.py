"""What loggers write, as it would be written."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Into(logging.Handler):
    def __init__(self, lines: list[str], formatter: logging.Formatter | None) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def logged(*loggers: logging.Logger, level: int) -> Iterator[list[str]]:
    """What these write meanwhile from this level on, each in its own form where it has one."""
    lines: list[str] = []
    before = [logger.level for logger in loggers]
    handlers = [_Into(lines, each.handlers[0].formatter if each.handlers else None) for each in loggers]
    for logger, handler in zip(loggers, handlers, strict=True):
        logger.setLevel(level)
        logger.addHandler(handler)
    try:
        yield lines
    finally:
        for logger, handler, was in zip(loggers, handlers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(was)
