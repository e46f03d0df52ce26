"""Check the whole ledger against its proof, without leaving this machine: every record against its entry in the log,
every entry against the signed tree heads, the signatures on receipts and texts, and what was added past the log.

It reads in batches, so that its memory doesn't grow with the ledger, and takes no lock: what it reads is only ever
added to, and what comes while it reads is left to the next time.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from consent import guards, keys, receipts
from consent.models import (
    STORED_LEVELS,
    Decision,
    ErasurePermit,
    Issuer,
    Leaf,
    Node,
    Notice,
    Receipt,
    TreeHead,
    Unsealed,
    VerificationRun,
)
from consent.proof import SEALED_WITHIN, Entry, LogCheck, Statement, TextsCheck, canonical, is_signed
from consent.statements import in_utc, policy_numbers, record_of, signed_head, texts
from consent.tree import BrokenLogError, LogTree

BATCH = 1_000

UNREADABLE = (ValueError, AttributeError, KeyError, DatabaseError)
"""What reading a row raises that somebody altered so that it is no record any more."""


def verify(tell: Callable[[str], None], outside: Iterable[Statement] = ()) -> VerificationRun:
    """Check everything, tell of each thing that is wrong, and store what came of it.

    `outside` are tree heads that were kept elsewhere. Raises KeyFileError where a key file can't be read.
    """
    started_at, check = timezone.now(), Check(outside)
    count, first = 0, ""
    for sentence in check.findings():
        count, first = count + 1, first or sentence
        tell(sentence)
    return VerificationRun.objects.create(
        started_at=started_at,
        finished_at=timezone.now(),
        entries=check.log.size,
        records=check.log.records,
        findings=count,
        first_finding=first,
    )


class Check:
    """One pass over the ledger, up to the newest tree head at its beginning."""

    def __init__(self, outside: Iterable[Statement] = ()) -> None:
        kept = keys.kept_heads()  # before the database is read: they never run ahead of it
        self.head = TreeHead.objects.newest()
        self.size = self.head.size if self.head else 0
        own = [head for head in kept if self.head and head["log"] == str(self.head.log)]
        self.foreign = [head for head in kept if head not in own]
        self.keys = keys.public_keys()
        self.texts = TextsCheck(self.keys)
        heads = TreeHead.objects.filter(size__lte=self.size).order_by("size").iterator(BATCH)
        years = settings.DECISION_LEDGER_YEARS
        self.log = LogCheck(map(signed_head, heads), self.keys, [*own, *outside], self.texts.notices, years)
        self._read = Reader()

    def findings(self) -> Iterator[str]:
        """Yield a sentence for each thing that is wrong, the log's in its order."""
        yield from self.texts.findings(texts())
        yield from self._issuers()
        yield from self.log.findings(self._entries())
        yield from self._past_the_log()
        yield from self._past_the_heads()
        yield from self._nodes()
        yield from self._surroundings()

    def _entries(self) -> Iterator[Entry]:
        last = -1
        leaves = Leaf.objects.filter(position__lt=self.size).order_by("position")
        while batch := list(leaves.filter(position__gt=last)[:BATCH]):
            last = batch[-1].position
            signed = Receipt.objects.filter(position__range=(batch[0].position, last))
            by_position = {receipt.position: receipt for receipt in signed}
            records = self._read.records([receipt.pk for receipt in by_position.values()])
            for leaf in batch:
                receipt = by_position.get(leaf.position)
                record = records.get(receipt.pk) if receipt else None
                flaw = self._flaw(receipt, record) if receipt and record else ""
                yield Entry(leaf.position, bytes(leaf.hash), str(receipt or ""), record, flaw)

    def _flaw(self, receipt: Receipt, record: bytes) -> str:
        """Return what is wrong with the signature on a receipt, or nothing."""
        notice = self._read.notices.get(json.loads(record)["notice"])
        issuer = self._read.issuers.get(receipt.issuer_id)
        if notice is None or issuer is None:
            return "what its receipt was made of was altered or removed."
        if receipt.version != receipts.VERSION:
            return f"its receipt is of the unknown version {receipt.version}."
        statement = receipts.receipt_of(record, notice, issuer.content)
        if is_signed(statement, receipt.key, bytes(receipt.signature), self.keys):
            return ""
        return "the signature on its receipt does not fit."

    def _issuers(self) -> Iterator[str]:
        for issuer in Issuer.objects.exclude(pk__in=self._read.issuers):
            yield f"OCCTO's details {issuer} in receipts were altered."

    def _past_the_log(self) -> Iterator[str]:
        """Yield what is in the ledger and not in the log, and what was to be in the log and is not in the ledger."""
        sealed, waits = (model.objects.filter(pk=OuterRef("pk")) for model in (Receipt, Unsealed))
        old_enough = Decision.objects.filter(made_at__lt=timezone.now() - SEALED_WITHIN)
        unsealed = old_enough.filter(~Exists(sealed)).annotate(waits=Exists(waits)).order_by("pk")
        try:
            for decision in unsealed.only("made_at").iterator(BATCH):
                says = f"it says {in_utc(decision.made_at)}, and has no entry in the log"
                if decision.waits:
                    yield f"Record {decision.pk} waits to be sealed: {says}. Is the worker running?"
                else:
                    yield f"Record {decision.pk} was added in the past, past the log: {says}."
        except UNREADABLE as error:
            _require_unreadable(error)
            yield "A record that can't be read was added, or altered so that it can't be."
        for row in Unsealed.objects.filter(~Exists(Decision.objects.filter(pk=OuterRef("pk")))).iterator(BATCH):
            yield f"Record {row.pk} was removed before it was sealed."

    def _past_the_heads(self) -> Iterator[str]:
        """Yield what stands beyond the newest head, which is written in one transaction with its entries."""
        entries = Leaf.objects.aggregate(last=Max("position"))["last"]
        receipt = Receipt.objects.order_by("-position").first()
        head = TreeHead.objects.newest()
        size = head.size if head else 0
        if entries is not None and entries >= size:
            yield f"The entries {size} to {entries} were added past the newest tree head."
        if receipt and receipt.position >= size:
            yield f"Record {receipt.pk} was added in the past: its entry {receipt.position} is not in the log."

    def _nodes(self) -> Iterator[str]:
        """Yield the stored parts of the tree that do not fit what is below them."""
        for level in STORED_LEVELS:
            for first in range(0, self.size >> level, BATCH):
                last = min(first + BATCH, self.size >> level) - 1
                rows = Node.objects.filter(level=level, position__range=(first, last))
                stored = {position: bytes(hash_) for position, hash_ in rows.values_list("position", "hash")}
                for position in range(first, last + 1):
                    if not self._is_sound(level, position, stored.get(position)):
                        yield f"The node {position} of level {level} was altered: proofs that need it do not fit."

    def _is_sound(self, level: int, position: int, stored: bytes | None) -> bool:
        try:
            return LogTree(self.size).node(level, position) == stored
        except BrokenLogError:
            return False

    def _surroundings(self) -> Iterator[str]:
        if lost := guards.problems():
            names = ", ".join(lost)
            yield f"Guards are missing or were altered: {names}. Look into it, then make them again: manage.py prepare"
        if ErasurePermit.objects.exists():
            yield "The permit to erase decisions was left standing in consent_erasurepermit; take it away."
        for head in self.foreign:
            yield (
                f"The keys' folder knows a log of {head['size']} entries, signed on {head['time']}, that is not in "
                f"this database; where it is another database's, take the file head-{head['log']}.json away."
            )


class Reader:
    """Reads records as they stand in the database, also where somebody wrote into it what is none."""

    def __init__(self) -> None:
        self.notices = {each.pk: each for each in Notice.objects.all() if _digest(each.words) == each.pk}
        self.issuers = {each.pk: each for each in Issuer.objects.all() if _digest(each.content) == each.pk}
        self._policies = policy_numbers()

    def records(self, numbers: list[UUID]) -> dict[UUID, bytes]:
        """Return the records of these numbers that are there; one that can't be read is an empty one."""
        try:
            return self._read(numbers)
        except UNREADABLE as error:
            _require_unreadable(error)
            return {number: record for each in numbers for number, record in self._read_one(each).items()}

    def _read(self, numbers: list[UUID]) -> dict[UUID, bytes]:
        found = Decision.objects.filter(pk__in=numbers)
        return {decision.pk: record_of(decision, self._policies[decision.policy_id]) for decision in found}

    def _read_one(self, number: UUID) -> dict[UUID, bytes]:
        try:
            return self._read([number])
        except UNREADABLE as error:
            _require_unreadable(error)
            return {number: b""}


def _require_unreadable(error: Exception) -> None:
    """Pass on an error of the database that is not about what a row holds."""
    if isinstance(error, DatabaseError) and "decode" not in str(error):
        raise error


def _digest(content: object) -> str:
    return sha256(canonical(content)).hexdigest()
