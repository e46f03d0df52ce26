"""What a sender corrected, applied: the original stays as it was sent, and each correction says what holds since."""

from collections.abc import Iterable

from inquiries.fields import CORRECTABLE
from inquiries.sealing import Document

Replaced = dict[int, Document]
"""For each correction, by its message's primary key, the fields that it changed and what they held before."""


def apply(document: Document, corrections: Iterable[tuple[int, Document]]) -> tuple[Document, Replaced]:
    """Return a document as it holds after its corrections, in the order they were made, and what each replaced.

    Of a correction only fields that may be corrected count.
    """
    now = dict(document)
    replaced: Replaced = {}
    for key, changes in corrections:
        known = {name: value for name, value in changes.items() if name in CORRECTABLE}
        replaced[key] = {name: now.get(name, "") for name in known}
        now |= known
    return now, replaced
