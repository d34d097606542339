"""How a cost grows, as a small SVG with logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Points = Sequence[tuple[float, float]]
_TEXT = 'font-family="sans-serif" font-size="11"'
_COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2")
_WIDTH, _HEIGHT, _LEFT, _TOP = 420, 240, 60, 40


def growth_svg(title: str, across: str, up: str, lines: Mapping[str, Points]) -> str:
    """One line for each name; every value is greater than 0."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    left, right = math.log10(min(xs)), math.log10(max(xs))
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def place(x: float, y: float) -> tuple[float, float]:
        share_x = (math.log10(x) - left) / ((right - left) or 1)
        share_y = (math.log10(y) - low) / ((high - low) or 1)
        return _LEFT + share_x * _WIDTH, _TOP + _HEIGHT * (1 - share_y)

    parts = []
    for power in range(low, high + 1):
        _, y = place(min(xs), 10.0**power)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + _WIDTH}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" {_TEXT} text-anchor="end">{10.0**power:g}</text>')
    for x in sorted(set(xs)):
        at, _ = place(x, 10.0**low)
        parts.append(f'<text x="{at:.1f}" y="{_TOP + _HEIGHT + 16}" {_TEXT} text-anchor="middle">{x:,g}</text>')
    for number, (name, points) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        parts.append(f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{_LEFT + 8}" y="{_TOP + 14 + 14 * number}" {_TEXT} fill="{colour}">{name}</text>')
    parts.append(
        f'<text x="{_LEFT + _WIDTH / 2}" y="{_TOP + _HEIGHT + 34}" {_TEXT} text-anchor="middle">{across}</text>'
    )
    parts.append(f'<text x="{_LEFT}" y="{_TOP - 6}" {_TEXT} text-anchor="end">{up}</text>')
    size = f'width="{_LEFT + _WIDTH + 30}" height="{_TOP + _HEIGHT + 46}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="10" y="18" {_TEXT} font-weight="bold">{title}</text>{"".join(parts)}</svg>\n'
    )
