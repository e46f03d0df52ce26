"""The geometry of bar charts, drawn by templates as SVG: whole numbers on a grid, no words and no styles."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100
STEP = 10
LOW = 6
"""How high the mark of a number stands that is not shown: always the same."""


@dataclass(frozen=True)
class Cell:
    """A number as it is shown: a count, or "not shown", or neither where there is no such number."""

    count: int | None = None
    is_hidden: bool = False

    @property
    def digits(self) -> str:
        """The number with its thousands apart."""
        return "" if self.count is None else f"{self.count:,}"


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    is_hidden: bool


@dataclass(frozen=True)
class Chart:
    """Upright bars side by side; `most` is the highest one's number."""

    name: str
    most: str
    width: int
    bars: list[Bar]


@dataclass(frozen=True)
class LyingBar:
    """A bar beside a name; `length` in hundredths of the longest."""

    name: str
    length: int
    is_hidden: bool


def upright(name: str, cells: Sequence[Cell], places: int, most: int) -> Chart:
    """Return a chart with room for `places` bars, as high as the grid for `most`."""
    bars = [
        Bar(place * STEP + 1, HEIGHT - height, height, cell.is_hidden)
        for place, cell in enumerate(cells)
        if (height := LOW if cell.is_hidden else _part(cell, most))
    ]
    return Chart(name, f"{most_of(cells):,}", places * STEP, bars)


def lying(names: Sequence[str], cells: Sequence[Cell], most: int) -> list[LyingBar]:
    """Return a bar for each name, the longest for `most`."""
    return [LyingBar(name, _part(cell, most), cell.is_hidden) for name, cell in zip(names, cells, strict=True)]


def most_of(cells: Sequence[Cell]) -> int:
    """Return the largest number shown, or 0."""
    return max((cell.count or 0 for cell in cells), default=0)


def _part(cell: Cell, most: int) -> int:
    """Return a number's hundredths of `most`, at least 1 for what is more than nothing."""
    return max(1, cell.count * HEIGHT // most) if cell.count and most else 0
