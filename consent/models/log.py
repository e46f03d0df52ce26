"""The proof of the decisions: a Merkle log as in Certificate Transparency (RFC 6962), and what is signed.

The worker alone writes here. Rows are only added; the database itself refuses anything else (`consent/guards.py`).
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STORED_LEVELS = (8, 16, 24)
"""Levels of the tree of which every node is kept: with 256 hashes of each, any proof is made from a few rows."""


class Unsealed(models.Model):
    """A decision that waits for its entry in the log; the database notes each one as it is added."""

    record = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.record)


class Leaf(models.Model):
    """An entry of the log: the hash of one record with its salt. It stays when the record is erased."""

    position = models.BigIntegerField(_("Entry"), primary_key=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(name="consent_leaf_position_counts_from_zero", condition=Q(position__gte=0)),
            models.CheckConstraint(name="consent_leaf_hash_is_sha256", condition=Exact(Length("hash"), 32)),
        ]

    def __str__(self) -> str:
        return str(self.position)


class Node(models.Model):
    """The root of a full part of the tree: of 256 entries (level 8), of 65,536 (level 16), or of 16,777,216."""

    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="consent_node_once", fields=["level", "position"]),
            models.CheckConstraint(name="consent_node_level_is_stored", condition=Q(level__in=STORED_LEVELS)),
            models.CheckConstraint(name="consent_node_hash_is_sha256", condition=Exact(Length("hash"), 32)),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.position}"


class TreeHeadQuerySet(models.QuerySet["TreeHead"]):
    def newest(self) -> "TreeHead | None":
        return self.order_by("-size").first()


class TreeHead(models.Model):
    """The signed state of the log at one size (RFC 6962, section 3.5)."""

    size = models.BigIntegerField(_("Entries"), primary_key=True)
    log = models.UUIDField(_("Log"))
    root = models.BinaryField(max_length=32)
    signed_at = models.DateTimeField(_("Signed on"))
    key = models.CharField(_("Key"), max_length=16)
    signature = models.BinaryField(max_length=64)

    objects = TreeHeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("tree head")
        verbose_name_plural = _("tree heads")
        indexes = [models.Index(name="consent_treehead_by_time", fields=["signed_at"])]
        constraints = [
            models.CheckConstraint(name="consent_treehead_covers_an_entry", condition=Q(size__gte=1)),
            models.CheckConstraint(name="consent_treehead_root_is_sha256", condition=Exact(Length("root"), 32)),
            models.CheckConstraint(name="consent_treehead_is_signed", condition=Exact(Length("signature"), 64)),
        ]

    def __str__(self) -> str:
        return str(self.size)


class Issuer(models.Model):
    """What a receipt says of OCCTO, as it was when the receipt was signed; addressed by its SHA-256."""

    hash = models.CharField(max_length=64, primary_key=True)
    content = models.JSONField()

    def __str__(self) -> str:
        return self.hash[:12]


class Receipt(models.Model):
    """The signature on one record's receipt, and the record's entry in the log. It is erased with the record.

    `record` is no foreign key: the proof stands by itself, so that a record that was removed is missed.
    """

    record = models.UUIDField(primary_key=True)
    position = models.BigIntegerField(unique=True)
    version = models.PositiveSmallIntegerField()
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT)
    key = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(name="consent_receipt_is_signed", condition=Exact(Length("signature"), 64)),
        ]

    def __str__(self) -> str:
        return str(self.record)

    @property
    def signature_in_hex(self) -> str:
        return bytes(self.signature).hex()


class SignedText(models.Model):
    """The signature on a text that decisions rest on: a published policy version or a notice."""

    class Kind(models.TextChoices):
        POLICY = "policy", _("policy version")
        NOTICE = "notice", pgettext_lazy("consent", "notice")

    kind = models.CharField(max_length=6, choices=Kind)
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    key = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="consent_signedtext_once", fields=["kind", "name"]),
            models.CheckConstraint(name="consent_signedtext_kind_valid", condition=Q(kind__in=["policy", "notice"])),
            models.CheckConstraint(name="consent_signedtext_is_signed", condition=Exact(Length("signature"), 64)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class ErasurePermit(models.Model):
    """Stands only inside the transaction that erases what is past its time: without it the database erases nothing."""

    class Meta:
        constraints = [models.CheckConstraint(name="consent_erasurepermit_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return "permit"


class VerificationRun(models.Model):
    """One check of the whole ledger, and what came of it."""

    started_at = models.DateTimeField(_("Started"))
    finished_at = models.DateTimeField(_("Finished"))
    entries = models.BigIntegerField(_("Entries"))
    records = models.BigIntegerField(_("Records"))
    findings = models.BigIntegerField(_("Findings"))
    first_finding = models.TextField(_("First finding"), blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.CheckConstraint(
                name="consent_verificationrun_says_what_it_found",
                condition=(Q(findings=0) & Q(first_finding="")) | (Q(findings__gt=0) & ~Q(first_finding="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.started_at)
