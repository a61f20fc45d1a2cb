"""Small plots as SVG in HTML: no script, no image files; every word is escaped.

Shares in [0, 1] throughout. Rows stand in HTML around tiny drawings, so that words keep their size
at any width.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

Point = tuple[float, float]
_SIZE, _LEFT, _BOTTOM, _PAD = 300, 44, 38, 12


def interval_rows(rows: Iterable[tuple[str, float | None, float | None, float | None]]) -> str:
    """A row a figure: label, a dot at its value with its interval, the value in digits.

    What lies below 0 or above 1, a difference say, is drawn at the end.
    """
    return f'<div class="rows">{"".join(_interval(*row) for row in rows)}</div>'


def count_rows(rows: Sequence[tuple[str, int, int]], part: str) -> str:
    """A row a count, the longest bar for the largest; the darker part is the second number."""
    most = max((n for _, n, _ in rows), default=1)
    drawn = "".join(
        f'<div class="row"><span class="label">{escape(label)}</span>'
        f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="bar" x="0" y="1" width="{_n(100 * n / most)}" height="8"/>'
        f'<rect class="part" x="0" y="1" width="{_n(100 * dark / most)}" height="8"/></svg>'
        f'<span class="digits">{n}<small> / {dark}</small></span></div>'
        for label, n, dark in rows
    )
    return f'<div class="rows">{drawn}</div><p class="small">{escape(part)}</p>'


def curve(
    title: str,
    axes: tuple[str, str],
    points: Sequence[Point],
    *,
    diagonal: bool = False,
    level: float | None = None,
    dots: bool = False,
    mark: Point | None = None,
) -> str:
    """A plot of [0, 1] by [0, 1]: a line or dots, a diagonal or level to compare with, one mark."""
    parts = [_grid(axes)]
    if diagonal:
        parts.append(_line([(0, 0), (1, 1)], "guide"))
    if level is not None:
        parts.append(_line([(0, level), (1, level)], "guide"))
    if len(points) > 1:
        parts.append(_line(points, "line"))
    if dots or len(points) == 1:
        parts += [f'<circle class="dot" cx="{_x(x)}" cy="{_y(y)}" r="4"/>' for x, y in points]
    if mark is not None:
        parts.append(f'<circle class="mark" cx="{_x(mark[0])}" cy="{_y(mark[1])}" r="6"/>')
    width, height = _LEFT + _SIZE + _PAD, _PAD + _SIZE + _BOTTOM
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg class="plot" role="img" '
        f'aria-label="{escape(title)}" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
        "</figure>"
    )


def _interval(label: str, value: float | None, low: float | None, high: float | None) -> str:
    drawn = '<rect class="track" x="0" y="4.6" width="100" height="0.8"/>'
    if low is not None and high is not None:
        left = _drawn(low)
        width = max(100 * (_drawn(high) - left), 0.3)
        drawn += f'<rect class="range" x="{_n(100 * left)}" y="3" width="{_n(width)}" height="4"/>'
    if value is not None:
        at = _n(100 * _drawn(value) - 0.5)
        drawn += f'<rect class="value" x="{at}" y="0" width="1" height="10"/>'
    digits = "-" if value is None else f"{value:.3f}"
    between = "" if low is None or high is None else f"<small> {low:.3f} to {high:.3f}</small>"
    return (
        f'<div class="row"><span class="label">{escape(label)}</span>'
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'{drawn}</svg><span class="digits">{digits}{between}</span></div>'
    )


def _drawn(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _grid(axes: tuple[str, str]) -> str:
    parts = []
    for tenth in range(0, 11, 2):
        at = tenth / 10
        parts.append(_line([(at, 0), (at, 1)], "grid") + _line([(0, at), (1, at)], "grid"))
        parts.append(_text(_x(at), _PAD + _SIZE + 14, f"{at:.1f}", "middle"))
        parts.append(_text(str(_LEFT - 6), float(_y(at)) + 4, f"{at:.1f}", "end"))
    middle = _PAD + _SIZE / 2
    parts.append(_text(_x(0.5), _PAD + _SIZE + 32, axes[0], "middle"))
    parts.append(
        f'<text text-anchor="middle" transform="translate(12 {_n(middle)}) rotate(-90)">'
        f"{escape(axes[1])}</text>"
    )
    return "".join(parts)


def _line(points: Sequence[Point], kind: str) -> str:
    return f'<polyline class="{kind}" points="{" ".join(f"{_x(x)},{_y(y)}" for x, y in points)}"/>'


def _text(x: str, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x}" y="{_n(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def _x(share: float) -> str:
    return _n(_LEFT + share * _SIZE)


def _y(share: float) -> str:
    return _n(_PAD + (1 - share) * _SIZE)


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
