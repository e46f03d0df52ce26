"""Counting page views, for visitors who agreed to it: daily totals by page, language and kind of device.

Nothing is kept of a visitor, and nothing of a view but its day. What is sent without a browser can't be told from what
a browser sends: somebody can add to a total, and nobody can find a person in it.
"""

from django.conf import settings
from django.db.models import F
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from consent import choice, inventory
from consent.models import Device, Language, PageCount

USAGE = "usage"
"""The purpose that counting serves."""


def agrees(held: choice.Choice | None) -> bool:
    """Return whether a browser's choice agrees to counting, whatever version was asked."""
    return held is not None and USAGE in held.agreed


def count_view(held: choice.Choice | None, path: str, device: Device) -> bool:
    """Count one view of the page at `path` today; return whether it was counted.

    It is not where the choice doesn't agree or doesn't answer what is asked now, nor where no counted page is at the
    path. Two SQL statements; a day's first view of a page takes four.
    """
    found = page_at(path)
    if not agrees(held) or not found:
        return False
    page, language = found
    if not choice.answering(held, inventory.notice_in_force(language).register):
        return False
    _add_one(PageCount(day=timezone.localdate(), page=page, language=language, device=device, views=0))
    return True


def page_at(path: str) -> tuple[str, str] | None:
    """Return the name and the language of the counted page at a path, or None: what else it may hold is not kept."""
    for language in Language.values:
        with translation.override(language):
            try:
                name = resolve(path).view_name
            except Resolver404:
                continue
        if name in settings.COUNTED_PAGES:
            return name, language
    return None


def _add_one(empty: PageCount) -> None:
    """Add one to a total. The database adds, so that no view is lost where many come at once."""
    row = PageCount.objects.filter(day=empty.day, page=empty.page, language=empty.language, device=empty.device)
    if not row.update(views=F("views") + 1):
        PageCount.objects.bulk_create([empty], ignore_conflicts=True)
        row.update(views=F("views") + 1)
