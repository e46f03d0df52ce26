"""Tables of numbers for publication: what is counted, what each number is called, and what is left out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from consent.suppression import shown

Words = dict[str, str]
"""A text in each language of the site."""

LANGUAGES = {"ja": pgettext_lazy("language", "Japanese"), "en": pgettext_lazy("language", "English")}
"""The languages by their names in the reader's language."""


class Rows(StrEnum):
    """What stands in a table's rows where a person reads it: the items, or the lists."""

    ITEMS = "items"
    LISTS = "lists"


@dataclass(frozen=True)
class Named:
    """Something that is counted: a key for machines and a name for people."""

    key: str
    name: Words


@dataclass(frozen=True)
class NumberList:
    """One number for each item of a table; together they are a total."""

    of: Named
    counts: Sequence[int]


@dataclass(frozen=True)
class Table:
    """Numbers as they were counted, not yet fit for publication. `head` names the rows, and `whole` the totals.

    Tables of one month may share a total, and a list may split a number that another table publishes; they may
    overlap in no other way (see `consent.suppression`). Which items there are must not depend on the numbers.
    """

    key: str
    title: Words
    head: Words
    whole: Words
    items: Sequence[Named]
    lists: Sequence[NumberList]
    rows: Rows = Rows.ITEMS

    def published(self) -> dict[str, Any]:
        """Return the table as it is published; null stands for a number that is not shown."""
        return {
            "key": self.key,
            "title": self.title,
            "head": self.head,
            "whole": self.whole,
            "rows": str(self.rows),
            "items": [{"key": item.key, "name": item.name} for item in self.items],
            "lists": [
                {"key": each.of.key, "name": each.of.name, "total": fit.total, "counts": fit.counts}
                for each, fit in ((each, shown(each.counts)) for each in self.lists)
            ],
        }


def words(text: str | Promise) -> Words:
    """Return a translated text in each language of the site."""
    found = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(text)
    return found
