"""Every column that is sealed to OCCTO's key: what counts, and seals again, goes through this one list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Func

from inquiries import sealing
from inquiries.fields import HOLDS, PERSONAL, REASON, THREAD
from inquiries.models import DataRequest, Hold, Inquiry, Look, Message


@dataclass(frozen=True)
class SealedColumn:
    """A column of envelopes. `context` says what an envelope is bound to, given the inquiry's reference number."""

    model: type[models.Model]
    name: str
    context: Callable[[str], str]
    fields: Sequence[str]
    """What the log of looks says that was opened."""
    label: str
    """What it holds, for whoever reads a count."""
    inquiry: str = "inquiry"
    """The row's foreign key to its inquiry; empty where the row is the inquiry."""

    def naming(self, key: str) -> models.QuerySet[Any]:
        """Return the rows whose envelope opens with a key: found by how it begins, unopened."""
        begin = sealing.head_for(key)
        end = begin[:-1] + bytes([begin[-1] + 1])  # a key's name ends with a hexadecimal digit
        rows: models.QuerySet[Any] = self.model._default_manager.filter(
            **{f"{self.name}__gte": begin, f"{self.name}__lt": end}
        )
        return rows

    def names(self) -> dict[str, int]:
        """Return how many envelopes name each key, unopened: it reads the beginning of every row."""
        begin = len(sealing.head_for(""))
        name = Func(F(self.name), begin + 1, sealing.NAME_LENGTH, function="SUBSTR", output_field=models.BinaryField())
        rows = self.model._default_manager.filter(**{f"{self.name}__isnull": False}).annotate(key=name).order_by()
        found = rows.values_list("key").annotate(count=Count("pk"))
        return {bytes(key).decode("ascii", "replace"): count for key, count in found}

    def inquiry_of(self, row: Any) -> Inquiry:
        """Return the inquiry that a row belongs to."""
        inquiry: Inquiry = getattr(row, self.inquiry) if self.inquiry else row
        return inquiry

    def replace(self, row: Any, old: bytes, new: bytes) -> bool:
        """Put one envelope in the place of another; return whether that one still stood there."""
        unchanged = self.model._default_manager.filter(pk=row.pk, **{self.name: old})
        return unchanged.update(**{self.name: new}) == 1


COLUMNS = [
    SealedColumn(Inquiry, "sealed", sealing.inquiry_context, PERSONAL, "inquiries", inquiry=""),
    SealedColumn(Message, "sealed", sealing.message_context, [THREAD], "messages"),
    SealedColumn(DataRequest, "sealed", sealing.request_context, [THREAD], "requests"),
    SealedColumn(DataRequest, "decision_sealed", sealing.decision_context, [THREAD], "decisions on requests"),
    SealedColumn(Hold, "reason_sealed", sealing.hold_context, [HOLDS], "reasons of holds"),
    SealedColumn(Look, "reason_sealed", sealing.look_context, [REASON], "reasons of looks"),
]
"""The copies that are sealed to a sender's own key are not among them: no key of OCCTO's opens those."""
