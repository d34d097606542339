"""How long something usually takes."""

from __future__ import annotations

FOLLOWS = 1 / 16
"""The share of each new measurement: after some tens of them the earlier ones are forgotten."""


class Typical:
    """A moving average of seconds, from what is assumed before the first measurement."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def add(self, seconds: float) -> None:
        """One more measurement."""
        self.seconds += FOLLOWS * (seconds - self.seconds)
