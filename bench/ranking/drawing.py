"""Draws figures with their intervals as SVG, by hand: one panel beside the other, one row a method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, GAP, ROW, TOP = 300, 215, 28, 26, 64
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2937}.t{font-weight:600}.s{font-size:11px;fill:#4b5563}"
    ".l{stroke:#9ca3af}.g{stroke:#e5e7eb}.o{stroke:#2563eb;fill:#2563eb}.n{stroke:#6b7280;fill:#6b7280}"
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.s{fill:#9ca3af}.g{stroke:#374151}.o{stroke:#60a5fa;fill:#60a5fa}}"
)


@dataclass(frozen=True)
class Bar:
    at: float
    low: float
    high: float


def drawn(title: str, names: Sequence[str], panels: Mapping[str, Sequence[Bar]], ends: tuple[float, float]) -> str:
    """The first name is ours. A line stands at 1, which is chance."""
    height = TOP + ROW * len(names) + 34
    width = LEFT + (WIDTH + GAP) * len(panels)
    parts = [f'<text class="t" x="0" y="18">{escape(title)}</text>']
    for row, name in enumerate(names):
        parts.append(f'<text x="0" y="{TOP + ROW * row + 17}">{escape(name)}</text>')
    for place, (heading, bars) in enumerate(panels.items()):
        parts += _panel(heading, bars, LEFT + place * (WIDTH + GAP), ends)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">\n<style>{STYLE}</style>\n{body}\n</svg>\n'
    )


def _panel(heading: str, bars: Sequence[Bar], left: int, ends: tuple[float, float]) -> list[str]:
    low, high = ends

    def x(value: float) -> float:
        return round(left + (min(high, max(low, value)) - low) / (high - low) * WIDTH, 1)

    bottom = TOP + ROW * len(bars) + 6
    parts = [f'<text class="s" x="{left}" y="{TOP - 16}">{escape(heading)}</text>']
    for tick in range(int(low * 4), int(high * 4) + 1):
        kind = "l" if tick == 4 else "g"
        parts.append(f'<line class="{kind}" x1="{x(tick / 4)}" x2="{x(tick / 4)}" y1="{TOP - 8}" y2="{bottom}"/>')
        label = f'<text class="s" text-anchor="middle" x="{x(tick / 4)}" y="{bottom + 16}">{tick / 4:g}</text>'
        parts += [label] if tick % 2 == 0 else []
    for row, bar in enumerate(bars):
        y, kind = TOP + ROW * row + 13, "o" if row == 0 else "n"
        parts.append(f'<line class="{kind}" stroke-width="2" x1="{x(bar.low)}" x2="{x(bar.high)}" y1="{y}" y2="{y}"/>')
        parts.append(f'<circle class="{kind}" cx="{x(bar.at)}" cy="{y}" r="4.5"/>')
    return parts
