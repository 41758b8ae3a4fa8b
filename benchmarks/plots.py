"""Distribution curves as SVG, written by hand: no plotting library, no fonts, readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 48, 56
_COLOURS = ("#0b6e4f", "#c8553d", "#5b5f97", "#8d6a9f")
_TEXT = 'font-family="sans-serif" fill="#222"'


def distribution(
    title: str, axis: str, series: Mapping[str, Sequence[float]], *, most: float, logarithmic: bool = False
) -> str:
    """The share of values that are at most x, for each series; infinite values are never reached.

    `most` is the right end of the axis. On a logarithmic axis, values are shifted by one, so that 0 has a place.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="28" font-size="16" {_TEXT}>{escape(title)}</text>',
    ]
    scale = _Scale(most, logarithmic)
    parts += _grid(scale, axis)
    for index, (name, values) in enumerate(series.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        parts.append(f'<path d="{_steps(values, scale)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = HEIGHT - _BOTTOM - 14 - 20 * (len(series) - 1 - index)
        x = WIDTH - _RIGHT - 300
        parts.append(f'<rect x="{x}" y="{y - 9}" width="16" height="4" fill="{colour}"/>')
        label = f"{name} (n={len(values)})"
        parts.append(f'<text x="{x + 24}" y="{y}" font-size="13" {_TEXT}>{escape(label)}</text>')
    return "\n".join([*parts, "</svg>", ""])


class _Scale:
    """Values to pixels."""

    def __init__(self, most: float, logarithmic: bool) -> None:
        self.most = most
        self.logarithmic = logarithmic

    def x(self, value: float) -> float:
        """From the left."""
        share = math.log1p(value) / math.log1p(self.most) if self.logarithmic else value / self.most
        return _LEFT + min(1.0, share) * (WIDTH - _LEFT - _RIGHT)

    @staticmethod
    def y(share: float) -> float:
        """From the top."""
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def ticks(self) -> list[float]:
        """Where the axis is labelled."""
        if self.logarithmic:
            powers = [0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0]
            return [value for value in powers if value <= self.most]
        step = 10 ** math.floor(math.log10(self.most))
        step = next(size for size in (step / 5, step / 2, step, 2 * step) if self.most / size <= 10)
        return [round(step * index, 6) for index in range(int(self.most / step) + 1)]


def _grid(scale: _Scale, axis: str) -> list[str]:
    lines = []
    for value in scale.ticks():
        x = scale.x(value)
        lines.append(f'<path d="M{x:.1f} {_TOP}V{HEIGHT - _BOTTOM}" stroke="#e4e4e4"/>')
        lines.append(f'<text x="{x:.1f}" y="{HEIGHT - _BOTTOM + 18}" {_CENTRED}>{value:g}</text>')
    for quarter in range(5):
        y = scale.y(quarter / 4)
        lines.append(f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="#e4e4e4"/>')
        lines.append(f'<text x="{_LEFT - 24}" y="{y + 4:.1f}" {_CENTRED}>{25 * quarter} %</text>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    return [*lines, f'<text x="{middle}" y="{HEIGHT - 14}" {_CENTRED}>{escape(axis)}</text>']


_CENTRED = f'font-size="12" text-anchor="middle" {_TEXT}'


def _steps(values: Sequence[float], scale: _Scale) -> str:
    """The path of the curve."""
    path = [f"M{scale.x(0):.1f} {scale.y(0):.1f}"]
    for index, value in enumerate(sorted(values)):
        if value > scale.most:
            break
        path.append(f"H{scale.x(value):.1f}V{scale.y((index + 1) / len(values)):.1f}")
    return "".join(path) + f"H{scale.x(scale.most):.1f}"
