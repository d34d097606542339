"""How long one attempt may take, and how much longer once its provider has been heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.ports import Clock

NEARLY = 0.99
"""Of a time, by which it has been had, and with which there is enough of it: two clocks never agree to the last."""


@dataclass(slots=True)
class Limit:
    """An attempt has `seconds`. One whose provider shows that it works on the answer `goes_on` for up to `most_s`."""

    clock: Clock
    seconds: float
    most_s: float
    started: float = field(init=False)
    _timer: asyncio.Timeout | None = None

    def __post_init__(self) -> None:
        self.started = self.clock.monotonic()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Raises `ProviderFailed` when the block takes longer."""
        try:
            async with asyncio.timeout(self.seconds) as self._timer:
                yield
        except TimeoutError:
            raise ProviderFailed(Failure.TIMEOUT) from None

    def goes_on(self) -> None:
        """The provider has been heard. Raises `ProviderFailed` when there is no time left all the same."""
        self.seconds = self.most_s
        left = self.most_s - self._waited
        if left <= 0:
            raise ProviderFailed(Failure.TIMEOUT)
        if self._timer is not None:
            self._timer.reschedule(asyncio.get_running_loop().time() + left)

    def was_too_short(self, failure: ProviderFailed, takes_s: float) -> bool:
        """Whether it failed because it was given less time than it was expected to take."""
        ours = failure.failure is Failure.TIMEOUT and failure.status is None and self._waited >= NEARLY * self.seconds
        return ours and self.seconds < NEARLY * takes_s

    @property
    def _waited(self) -> float:
        return self.clock.monotonic() - self.started
