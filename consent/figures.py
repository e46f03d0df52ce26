"""Published statistics as a page shows them: side by side by month, and those of one month."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consent import charts
from consent.charts import Cell, Chart, LyingBar
from consent.models import Edition
from consent.tables import Rows

MONTHS = 12
"""How many months stand side by side on a page; the files hold all of them."""

TOTAL = "total"


@dataclass(frozen=True)
class Row:
    """One line of a table; `edition` is the month it belongs to, where each line is a month."""

    name: str
    cells: list[Cell]
    edition: str = ""


@dataclass(frozen=True)
class Figures:
    """A table to read, with its charts: upright ones by month, lying ones for one month."""

    key: str
    title: str
    head: str
    columns: list[str]
    rows: list[Row]
    charts: list[Chart] = field(default_factory=list)
    bars: list[tuple[str, list[LyingBar]]] = field(default_factory=list)


def month_name(month: str) -> str:
    """Return a month such as "2026-10" in words."""
    return format_date(date.fromisoformat(f"{month}-01"), pgettext("date format", "F Y"))


def by_month(editions: Sequence[Edition], language: str) -> list[Figures]:
    """Return each table that has one number a month for each of its columns; `editions` come newest first."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for edition in editions:
        for table in edition.content["tables"]:
            if len(table["lists"]) == 1 or table["rows"] == Rows.LISTS:
                found.setdefault(table["key"], {})[edition.month] = table
    return [_over_months(key, tables, editions, language) for key, tables in found.items()]


def _over_months(key: str, tables: dict[str, dict[str, Any]], editions: Sequence[Edition], language: str) -> Figures:
    newest = next(iter(tables.values()))
    names: dict[str, str] = {TOTAL: newest["whole"][language]}
    for table in tables.values():
        for part in table[_columns_of(table)]:
            names.setdefault(part["key"], part["name"][language])
    months = [edition.month for edition in editions]
    lines = {month: _line(tables[month]) if month in tables else {} for month in months}
    rows = [Row(month_name(month), [lines[month].get(name, Cell()) for name in names], month) for month in months]
    most = max(charts.most_of(row.cells) for row in rows)
    drawn = [
        charts.upright(name, [row.cells[place] for row in reversed(rows)], MONTHS, most)
        for place, name in enumerate(names.values())
    ]
    title = newest["title"][language]
    if newest["rows"] == Rows.LISTS:
        title = _("%(title)s: %(item)s") % {"title": title, "item": newest["items"][0]["name"][language]}
    return Figures(key, title, _("Period"), list(names.values()), rows, charts=drawn)


def _columns_of(table: dict[str, Any]) -> str:
    return "lists" if table["rows"] == Rows.LISTS else "items"


def _line(table: dict[str, Any]) -> dict[str, Cell]:
    """Return a table's numbers for one line: its total, and each item's, or each list's first item's."""
    cells = {TOTAL: _cell(table["lists"][0]["total"])}
    if table["rows"] == Rows.LISTS:
        return cells | {each["key"]: _cell(each["counts"][0]) for each in table["lists"]}
    counts = table["lists"][0]["counts"]
    return cells | {item["key"]: _cell(count) for item, count in zip(table["items"], counts, strict=True)}


def of_month(edition: Edition, language: str, only: str = "") -> list[Figures]:
    """Return the tables of one month, or the one with a key."""
    return [_of_month(table, language) for table in edition.content["tables"] if only in {"", table["key"]}]


def _of_month(table: dict[str, Any], language: str) -> Figures:
    items = [item["name"][language] for item in table["items"]]
    lists = [each["name"][language] for each in table["lists"]]
    counts = [[_cell(count) for count in each["counts"]] for each in table["lists"]]
    totals = [_cell(each["total"]) for each in table["lists"]]
    title, head = table["title"][language], table["head"][language]
    if table["rows"] == Rows.LISTS:
        rows = [Row(name, [*cells, total]) for name, cells, total in zip(lists, counts, totals, strict=True)]
        bars = [(items[0], charts.lying(lists, [cells[0] for cells in counts], charts.most_of(totals)))]
        return Figures(table["key"], title, head, [*items, table["whole"][language]], rows, bars=bars)
    rows = [Row(name, list(cells)) for name, cells in zip(items, zip(*counts, strict=True), strict=True)]
    most = max(charts.most_of(cells) for cells in counts)
    bars = [(name, charts.lying(items, cells, most)) for name, cells in zip(lists, counts, strict=True)]
    return Figures(table["key"], title, head, lists, [*rows, Row(_("Total"), totals)], bars=bars)


def _cell(count: int | None) -> Cell:
    return Cell(count, is_hidden=count is None)
