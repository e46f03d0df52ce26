"""Somebody who wants to find out hidden numbers, and has nothing but what is published."""

import csv
import io
from typing import Any

Place = tuple[str, ...]
"""A published number: month, table, list and item, or "total"."""

Bounds = tuple[int, float]

UNKNOWN: Bounds = (0, float("inf"))


class Attacker:
    """Writes down every equation between published numbers, and narrows each hidden one as far as they allow.

    The equations form a tree: each number is in one sum of its own and in one above it. So narrowing each by its sums
    until nothing changes gives exactly what follows from all of them together.
    """

    def __init__(self, published: dict[str, Any]) -> None:
        self.bounds: dict[Place, Bounds] = {}
        self.sums: list[tuple[Place, list[Place]]] = []
        self.alike: list[list[Place]] = []
        for edition in published["editions"]:
            self._read(edition["month"], edition["tables"])
        while self._narrow():
            pass

    def _read(self, month: str, tables: list[dict[str, Any]]) -> None:
        totals: dict[str, list[Place]] = {}
        languages = {}
        for table in tables:
            for each in table["lists"]:
                head: Place = (month, table["key"], each["key"])
                parts: list[Place] = [(*head, item["key"]) for item in table["items"]]
                for place, count in zip(parts, each["counts"], strict=True):
                    self.bounds[place] = UNKNOWN if count is None else (count, count)
                    if table["key"] == "languages":
                        languages[place[-1]] = place
                whole: Place = (*head, "total")
                self.bounds[whole] = UNKNOWN if each["total"] is None else (each["total"], each["total"])
                self.sums.append((whole, parts))
                if each["key"] in languages:
                    self.alike.append([whole, languages[each["key"]]])
                else:
                    totals.setdefault("decisions" if table["key"] == "decisions" else "views", []).append(whole)
        self.alike += totals.values()

    def _narrow(self) -> bool:
        before = dict(self.bounds)
        for places in self.alike:
            low, high = max(self.bounds[one][0] for one in places), min(self.bounds[one][1] for one in places)
            self.bounds.update(dict.fromkeys(places, (low, high)))
        for whole, parts in self.sums:
            lows = sum(self.bounds[part][0] for part in parts)
            highs = sum(self.bounds[part][1] for part in parts)
            self._tighten(whole, lows, highs)
            low, high = self.bounds[whole]
            for part in parts:
                own_low, own_high = self.bounds[part]
                others = sum(self.bounds[one][1] for one in parts if one != part)
                self._tighten(part, low - others, high - (lows - own_low))
                lows += self.bounds[part][0] - own_low
                highs += self.bounds[part][1] - own_high if own_high != self.bounds[part][1] else 0
        return before != self.bounds

    def _tighten(self, place: Place, low: float, high: float) -> None:
        own_low, own_high = self.bounds[place]
        self.bounds[place] = (max(own_low, int(low) if low > 0 else 0), min(own_high, high))


def read_csv(text: str) -> list[dict[str, str]]:
    """Return the lines of a CSV file as a spreadsheet would."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
