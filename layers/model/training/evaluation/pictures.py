"""A reliability diagram, a confusion matrix and cost-quality curves as small SVG files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.evaluation.metrics import Bin, Integers

_TEXT = 'font-family="sans-serif" font-size="11"'


def reliability_svg(bins: Sequence[Bin], title: str) -> str:
    """Bars of accuracy over confidence; on the diagonal is right, the label is the number of answers."""
    size, left, top = 260, 40, 30
    parts = [f'<line x1="{left}" y1="{top + size}" x2="{left + size}" y2="{top}" stroke="#999" stroke-dasharray="4"/>']
    width = size / len(bins)
    for place, each in enumerate(bins):
        x = left + place * width
        if each.count:
            height = each.accuracy * size
            parts.append(
                f'<rect x="{x + 1:.1f}" y="{top + size - height:.1f}" width="{width - 2:.1f}" height="{height:.1f}" '
                f'fill="#4c78a8"/><text x="{x + width / 2:.1f}" y="{top + size - height - 3:.1f}" {_TEXT} '
                f'text-anchor="middle" fill="#333">{each.count}</text>'
            )
        parts.append(f'<text x="{x:.1f}" y="{top + size + 14}" {_TEXT} text-anchor="middle">{place / 10:.1f}</text>')
    parts.append(f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="none" stroke="#333"/>')
    parts.append(f'<text x="{left + size / 2}" y="{top + size + 30}" {_TEXT} text-anchor="middle">confidence</text>')
    parts.append(f'<text x="{left - 8}" y="{top + 8}" {_TEXT} text-anchor="end">1</text>')
    parts.append(f'<text x="{left - 8}" y="{top + size}" {_TEXT} text-anchor="end">0</text>')
    return _picture(left + size + 20, top + size + 40, title, parts)


def confusion_svg(counts: Integers, names: Sequence[str], title: str) -> str:
    """Rows are what was asked, columns what was guessed; shaded by the share of the row."""
    cell, left, top = 46, 120, 60
    parts = []
    for row, name in enumerate(names):
        y = top + row * cell
        parts.append(f'<text x="{left - 6}" y="{y + cell / 2 + 4}" {_TEXT} text-anchor="end">{name}</text>')
        parts.append(
            f'<text x="{left + row * cell + cell / 2}" y="{top - 6}" {_TEXT} text-anchor="middle">{name[:7]}</text>'
        )
        total = max(1, int(counts[row].sum()))
        for column in range(len(names)):
            count = int(counts[row, column])
            shade = count / total
            ink = "#fff" if shade > 0.5 else "#222"
            parts.append(
                f'<rect x="{left + column * cell}" y="{y}" width="{cell}" height="{cell}" fill="#4c78a8" '
                f'fill-opacity="{shade:.2f}" stroke="#ddd"/><text x="{left + column * cell + cell / 2}" '
                f'y="{y + cell / 2 + 4}" {_TEXT} text-anchor="middle" fill="{ink}">{count or ""}</text>'
            )
    return _picture(left + cell * len(names) + 10, top + cell * len(names) + 10, title, parts)


@dataclass(frozen=True, slots=True)
class Line:
    """Points `(usd, quality)` under a name; joined by a line, or each with its own label."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]
    labels: Sequence[str] = ()


def curves_svg(lines: Sequence[Line], title: str) -> str:
    """Quality over the mean cost of a request in thousandths of a dollar."""
    width, height, left, top = 520, 320, 50, 30
    every = [point for line in lines for point in line.points]
    right_usd = max(usd for usd, _ in every) * 1.05
    low, high = min(quality for _, quality in every) - 0.02, max(quality for _, quality in every) + 0.02

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return left + point[0] / right_usd * width, top + (high - point[1]) / (high - low) * height

    parts = [f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#333"/>']
    for step in range(5):
        usd, quality = right_usd * step / 4, low + (high - low) * step / 4
        x, y = place((usd, quality))
        parts.append(
            f'<text x="{x:.0f}" y="{top + height + 14}" {_TEXT} text-anchor="middle">{usd * 1000:.3g}</text>'
            f'<text x="{left - 6}" y="{y + 4:.0f}" {_TEXT} text-anchor="end">{quality:.2f}</text>'
        )
    parts.append(
        f'<text x="{left + width / 2}" y="{top + height + 30}" {_TEXT} text-anchor="middle">'
        "thousandths of a dollar a request</text>"
    )
    for index, line in enumerate(lines):
        spots = [place(point) for point in line.points]
        if line.labels:
            parts += [
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{line.colour}"/>'
                f'<text x="{x + 5:.1f}" y="{y + 4:.1f}" {_TEXT} fill="{line.colour}">{label}</text>'
                for (x, y), label in zip(spots, line.labels, strict=True)
            ]
        else:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="2"/>')
            parts.append(
                f'<text x="{left + width - 8}" y="{top + height - 12 - 14 * index}" {_TEXT} text-anchor="end" '
                f'fill="{line.colour}">{line.name}</text>'
            )
    return _picture(left + width + 120, top + height + 40, title, parts)


def _picture(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}">'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="10" y="18" {_TEXT} font-weight="bold">{title}</text>'
        + "".join(parts)
        + "</svg>\n"
    )
