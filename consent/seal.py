"""What the worker does for the proof: an entry in the log for each new record, a signature on its receipt and on the
tree head, and one on each text that decisions rest on.

The log takes in whatever was added to the ledger, also a record that claims to be an old one: its place in the log
then says when it really came. A batch is one transaction, so that a worker that is killed leaves nothing half done;
and of two workers one finds the next place taken, and leaves the batch to the other.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent import keys, receipts
from consent.keys import SigningKey
from consent.models import Decision, Issuer, Leaf, Node, Notice, Receipt, SignedText, TreeHead, Unsealed
from consent.proof import canonical, leaf_hash, states
from consent.statements import (
    policy_numbers,
    record_of,
    signed_head,
    texts,
    unsigned_head,
    unsigned_names,
    unsigned_text,
)
from consent.tree import HOW_TO_LEARN_MORE, BrokenLogError, LogTree

BATCH = 500
TURN_SECONDS = 20.0
"""How long the worker seals before it looks after its other work again."""


def seal_new() -> None:
    """Seal the records that wait, oldest first, and sign the texts that are new.

    Raises BrokenLogError where the log in the database is not the one that was signed, and KeyFileError where no key
    can sign: nothing is sealed then.
    """
    end = time.monotonic() + TURN_SECONDS
    sign_texts()
    for batch in _waiting():
        if not _seal(batch) or time.monotonic() > end:
            return


def sign_texts() -> None:
    """Sign the published policy versions and the notices that have no signature yet."""
    if not unsigned_names():
        return
    key = keys.ready_key()
    for text in texts():
        if text.statement:
            continue
        digest = sha256(canonical(text.content)).hexdigest()
        row = SignedText(kind=text.kind, name=text.name, digest=digest, signed_at=timezone.now(), key=key.name)
        row.signature = key.sign(unsigned_text(row))
        with suppress(IntegrityError), transaction.atomic():  # another worker may have been first
            row.save(force_insert=True)


def _waiting() -> Iterator[list[uuid.UUID]]:
    """Yield the numbers of the records that wait, in batches; record numbers sort by time."""
    last = uuid.UUID(int=0)
    while batch := list(Unsealed.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield batch
        last = batch[-1]


def _seal(numbers: list[uuid.UUID]) -> bool:
    """Seal a batch; return whether to go on: not where another worker sealed at the same time."""
    sealed = set(Receipt.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    decisions = _decisions(set(numbers) - sealed)
    before = TreeHead.objects.newest()
    if not decisions:  # sealed already, or removed before they were: `verify_decisions` names those
        Unsealed.objects.filter(pk__in=sealed).delete()
        return True
    _require_sound(before)
    key, issuer = keys.ready_key(), receipts.issuer_now()
    leaves, signed = _entries(decisions, before.size if before else 0, key, issuer)
    try:
        with transaction.atomic():
            head = _add(leaves, signed, issuer, before, key)
            Unsealed.objects.filter(pk__in=sealed.union(decision.pk for decision in decisions)).delete()
    except IntegrityError:
        if TreeHead.objects.newest() == before:
            raise
        return False
    _keep(head)
    return True


def _decisions(numbers: set[uuid.UUID]) -> list[Decision]:
    """Return decisions with their notices, oldest first."""
    decisions = sorted(Decision.objects.filter(pk__in=numbers), key=lambda decision: (decision.made_at, decision.pk))
    notices = Notice.objects.in_bulk({decision.notice_id for decision in decisions})
    for decision in decisions:
        decision.notice = notices[decision.notice_id]
    return decisions


def _require_sound(head: TreeHead | None) -> None:
    """Refuse to go on from a head that these keys did not sign, or that the entries do not fit."""
    if head is None:
        return
    name = f"the newest tree head, of {head.size} entries"
    if not states(signed_head(head), keys.public_keys()):
        raise BrokenLogError(f"No known key signed {name}; restore the public keys, or: {HOW_TO_LEARN_MORE}")
    if LogTree(head.size).get_root() != bytes(head.root):
        raise BrokenLogError(f"The log does not fit {name}: {HOW_TO_LEARN_MORE}")


def _entries(
    decisions: list[Decision], position: int, key: SigningKey, issuer: Issuer
) -> tuple[list[Leaf], list[Receipt]]:
    """Return the entries from `position` on and the signed receipts of decisions."""
    policies = policy_numbers()
    leaves, signed = [], []
    for place, decision in enumerate(decisions, position):
        record = record_of(decision, policies[decision.policy_id])
        leaves.append(Leaf(position=place, hash=leaf_hash(record)))
        receipt = Receipt(record=decision.pk, position=place, version=receipts.VERSION, issuer=issuer, key=key.name)
        receipt.signature = key.sign(receipts.receipt_of(record, decision.notice, issuer.content))
        signed.append(receipt)
    return leaves, signed


def _add(
    leaves: list[Leaf], signed: list[Receipt], issuer: Issuer, before: TreeHead | None, key: SigningKey
) -> TreeHead:
    """Write a batch into the log, and sign its new head."""
    Issuer.objects.get_or_create(pk=issuer.pk, defaults={"content": issuer.content})
    Leaf.objects.bulk_create(leaves)
    Receipt.objects.bulk_create(signed)
    tree = LogTree(leaves[-1].position + 1)
    Node.objects.bulk_create(tree.new_nodes(before.size if before else 0))
    head = TreeHead(
        size=tree.size,
        log=before.log if before else uuid.uuid4(),
        root=tree.get_root(),
        signed_at=max(timezone.now(), before.signed_at) if before else timezone.now(),  # also where a clock goes back
        key=key.name,
    )
    head.signature = key.sign(unsigned_head(head))
    head.save(force_insert=True)
    return head


def _keep(head: TreeHead) -> None:
    """Keep the head out of the database's reach, unless the one kept there is of entries that this log lacks."""
    kept = keys.kept_head(head.log)
    if kept and (kept["size"] > head.size or LogTree(head.size).get_root(kept["size"]).hex() != kept["root"]):
        return  # `verify_decisions` says so, until somebody who knows why takes that file away
    keys.keep_head(signed_head(head))
