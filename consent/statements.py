"""What is hashed or signed, in the form in which it is: records, texts and tree heads, as canonical JSON."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from consent.models import Decision, Notice, PolicyVersion, SignedText, TreeHead
from consent.proof import Statement, Text, canonical


def record_of(decision: Decision, policy: int) -> bytes:
    """Return everything that is recorded of a decision, its salt included: what its entry in the log is the hash of.

    `policy` is the number of its policy version.
    """
    return canonical(
        {
            "agreed": decision.purposes,
            "gpc": decision.gpc,
            "id": str(decision.pk),
            "language": decision.language,
            "made_at": in_utc(decision.made_at),
            "method": decision.method,
            "notice": decision.notice_id,
            "policy": policy,
            "salt": bytes(decision.salt).hex(),
        }
    )


def policy_numbers() -> dict[int, int]:
    """Return the number of each policy version by its key in the database."""
    return dict(PolicyVersion.objects.values_list("pk", "number"))


def texts() -> Iterator[Text]:
    """Return every published policy version and every notice, with the signature on it where there is one."""
    signed = {(text.kind, text.name): signed_text(text) for text in SignedText.objects.all()}
    for policy in PolicyVersion.objects.published().order_by("number"):
        name, published_at = str(policy.number), policy.published_at or datetime.min.replace(tzinfo=UTC)
        statement = signed.get((SignedText.Kind.POLICY, name))
        yield Text(SignedText.Kind.POLICY.value, name, _of_policy(policy), published_at, statement)
    for notice in Notice.objects.select_related("policy").order_by("first_published_at", "pk"):
        statement = signed.get((SignedText.Kind.NOTICE, notice.pk))
        yield Text(SignedText.Kind.NOTICE.value, notice.pk, _of_notice(notice), notice.first_published_at, statement)


def unsigned_names() -> set[tuple[str, str]]:
    """Return kind and name of the texts without a signature, without reading the texts."""
    policies = PolicyVersion.objects.published().values_list("number", flat=True)
    there = {(SignedText.Kind.POLICY.value, str(number)) for number in policies}
    there |= {(SignedText.Kind.NOTICE.value, pk) for pk in Notice.objects.values_list("pk", flat=True)}
    return there - set(SignedText.objects.values_list("kind", "name"))


def _of_policy(policy: PolicyVersion) -> dict[str, Any]:
    return {
        "number": policy.number,
        "text_ja": policy.text_ja,
        "text_en": policy.text_en,
        "is_official": policy.is_official,
        "effective_on": policy.effective_on.isoformat() if policy.effective_on else None,
        "published_at": in_utc(policy.published_at) if policy.published_at else None,
    }


def _of_notice(notice: Notice) -> dict[str, Any]:
    return {
        "language": notice.language,
        "policy": notice.policy.number,
        "register": notice.register,
        "words": notice.words,
        "first_published_at": in_utc(notice.first_published_at),
    }


def unsigned_text(text: SignedText) -> Statement:
    """Return what is signed of a text."""
    return {
        "type": "text",
        "kind": text.kind,
        "name": text.name,
        "sha256": text.digest,
        "time": in_utc(text.signed_at),
        "key": text.key,
    }


def signed_text(text: SignedText) -> Statement:
    """Return the statement on a text as it was signed, with the signature."""
    return unsigned_text(text) | {"signature": bytes(text.signature).hex()}


def unsigned_head(head: TreeHead) -> Statement:
    """Return what is signed of a tree head (RFC 6962, section 3.5, in JSON)."""
    return {
        "type": "tree head",
        "log": str(head.log),
        "size": head.size,
        "root": bytes(head.root).hex(),
        "time": in_utc(head.signed_at),
        "key": head.key,
    }


def signed_head(head: TreeHead) -> Statement:
    """Return a tree head as it was signed, with the signature."""
    return unsigned_head(head) | {"signature": bytes(head.signature).hex()}


def in_utc(moment: datetime) -> str:
    """Return a moment in UTC as RFC 3339 writes it, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
