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


def forget_logger() -> None:
    """Let go of where ours writes, which was standard output when it was made: the next one to be made finds out anew
    where that is, and at which level it is to write."""
    logger = logging.getLogger("llm-router")
    if (handler := getattr(logger, "powertools_handler", None)) is not None:
        logger.removeHandler(handler)
        logger.__dict__.update(powertools_handler=None, init=False)


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
