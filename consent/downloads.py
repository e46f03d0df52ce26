"""Published statistics as files: CSV for spreadsheets, JSON for programs. Both hold every edition."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consent.models import Edition
from consent.suppression import THRESHOLD

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the start of a formula."""

BYTE_ORDER_MARK = "\ufeff"
"""By it a spreadsheet knows UTF-8."""


def as_csv(editions: Sequence[Edition], language: str) -> str:
    """Return one line for each number, in a language (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Period"), _("Table"), _("Part"), _("Item"), _("Number"), pgettext("statistics", "Counted")])
    for edition in editions:
        counted = timezone.localdate(edition.published_at).isoformat()
        for names, number in _lines(edition, language):
            shown = _("Not shown") if number is None else number
            writer.writerow([edition.month, *map(harmless, names), shown, counted])
    return BYTE_ORDER_MARK + text.getvalue()


def as_data(editions: Sequence[Edition]) -> dict[str, Any]:
    """Return everything published, for JSON.

    Each edition is a month with its tables. A table has `items`, and `lists` of one number for each item; with those
    that are hidden they add up to the list's `total`. null stands for a number that is not shown.
    """
    return {
        "threshold": THRESHOLD,
        "editions": [
            {
                "month": edition.month,
                "counted": timezone.localdate(edition.published_at).isoformat(),
                "tables": edition.content["tables"],
            }
            for edition in editions
        ],
    }


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _lines(edition: Edition, language: str) -> Iterable[tuple[list[str], int | None]]:
    for table in edition.content["tables"]:
        for each in table["lists"]:
            head = [table["title"][language], each["name"][language]]
            for item, count in zip(table["items"], each["counts"], strict=True):
                yield [*head, item["name"][language]], count
            yield [*head, _("Total")], each["total"]
