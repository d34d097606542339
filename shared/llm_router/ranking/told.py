"""Figures as an answer tells them. Bounds are held against these, so that a figure sent back as a bound is met.

A cost is told as it is expected, and its bound held at full price: where a provider's cache holds some of it, its own
figure is too tight a bound. So it is for an answer that is to be generated, where most of the cost is for reading:
there the bound must pay for a somewhat longer prompt, since no answer may cost more than its bound.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

STEP_USD, STEP_MS, STEP_QUALITY = 1e-10, 1, 1e-6
"""From one figure that can be told to the next."""


def told_usd(amount: float) -> float:
    """USD to ten digits behind the point: less than any token costs."""
    return round(amount, 10)


def told_ms(amount: float) -> int:
    """Whole milliseconds."""
    return round(amount)


def told_quality(chance: float) -> float:
    """A chance to six digits."""
    return round(chance, 6)


def usd(amount: float) -> str:
    """Dollars in words: to two significant digits, however few, and to the cent from a dollar on."""
    if amount >= 0.995 or amount <= 0:
        return f"${amount:.2f}"
    return f"${Decimal(f'{amount:.1e}'):f}"


def exact_usd(amount: float) -> str:
    """Dollars that somebody has set: to six significant digits, and to the cent at least."""
    number = Decimal(repr(amount))
    number = round(number, max(2, 5 - number.adjusted()))
    return f"${number:.2f}" if number == round(number, 2) else f"${_plain(number)}"


def enough_usd(amount: float) -> str:
    """The least number of three significant digits that is not below what is told of an amount."""
    told = Decimal(str(told_usd(amount)))
    return _plain(told.quantize(Decimal(1).scaleb(told.adjusted() - 2), ROUND_CEILING)) if told else "0"


def low_quality(chance: float) -> str:
    """The largest number of three digits that is not above what is told of a chance."""
    return str(Decimal(str(told_quality(chance))).quantize(Decimal("0.001"), ROUND_FLOOR))


def _plain(number: Decimal) -> str:
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
