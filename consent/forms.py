"""What a visitor's browser sends with a decision: unambiguous, or refused with a sentence."""

import re
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.models import Method

LONGEST_PAGE = 2_000
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
HASH = re.compile(r"[0-9a-f]{64}")
VARNAME = re.compile(r"[-_a-zA-Z0-9]{1,32}")

NO_DECISION = _(
    'It was not clear which choice you made, so nothing was recorded. Open "Cookie settings" and choose again.'
)
NO_NOTICE = _(
    "We could not tell which notice you were shown, so nothing was recorded. "
    "Go back, reload the page and choose again."
)
NO_PURPOSE = _(
    'Your choice named a purpose that was not shown, so nothing was recorded. Open "Cookie settings" and choose again.'
)
NO_PAGE = _("What was sent could not be read, so nothing was recorded. Go back, reload the page and choose again.")


class UnclearPressError(ValueError):
    """What was sent is no decision; `problem` is the sentence for the visitor. Nothing was recorded."""

    def __init__(self, problem: Promise) -> None:
        super().__init__("Not a decision")
        self.problem = problem


@dataclass(frozen=True)
class Press:
    """One press of one button."""

    method: Method
    notice: str
    purposes: list[str]
    """The purposes switched on, by their varnames; whether the notice names them, the ledger checks."""

    signal: bool
    page: str


def read_press(sent: QueryDict) -> Press:
    """Return the press that a browser sent. Each field counts only if it was sent once, purposes as often as sent.

    Not a form of Django's: nothing here is ever shown again, and making one takes a tenth of a decision's time.
    Raises UnclearPressError.
    """
    method, purposes = _once(sent, "decision", NO_DECISION), sent.getlist("purpose")
    notice = _once(sent, "notice", NO_NOTICE)
    signal, page = _once(sent, "signal", NO_DECISION), _once(sent, "page", NO_PAGE)
    if method not in Method.values or signal not in {"", "gpc"}:
        raise UnclearPressError(NO_DECISION)
    if not HASH.fullmatch(notice):
        raise UnclearPressError(NO_NOTICE)
    if not all(VARNAME.fullmatch(purpose) for purpose in purposes):
        raise UnclearPressError(NO_PURPOSE)
    if len(page) > LONGEST_PAGE or CONTROL.search(page):
        raise UnclearPressError(NO_PAGE)
    return Press(Method(method), notice, purposes, signal == "gpc", page)


def _once(sent: QueryDict, name: str, problem: Promise) -> str:
    """Return a field's value, or nothing where it was not sent. Raises UnclearPressError where it was sent again."""
    values = sent.getlist(name)
    if len(values) > 1:
        raise UnclearPressError(problem)
    return values[0] if values else ""
