"""Drafts of what sends information to another host: scripts, images and embedded content (clauses S1, S2 and S16)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.addresses import ONE_ADDRESS, ORIGIN_A_LINE
from consent.models.language import in_both_languages
from consent.models.purpose import Purpose
from consent.models.recipient import Recipient, Role


class TagKind(models.TextChoices):
    SCRIPT = "script", pgettext_lazy("consent", "Script")
    IMAGE = "image", pgettext_lazy("consent", "Image")
    EMBED = "embed", pgettext_lazy("consent", "Embedded content")


class Tag(models.Model):
    """One outside transmission, with everything that the Telecommunications Business Act wants told of it.

    `role` is the recipient's: it stands here too, so that the database itself can refuse a tag that goes to a partner
    and does not count as sharing.
    """

    name = models.CharField(_("Name"), max_length=100, unique=True)
    kind = models.CharField(pgettext_lazy("consent", "Kind"), max_length=6, choices=TagKind)
    url = models.CharField(
        pgettext_lazy("consent", "Address"),
        max_length=1000,
        help_text=_("What is loaded. It begins with https://"),
    )
    hosts = models.TextField(
        _("Further hosts"),
        blank=True,
        max_length=2000,
        help_text=_("Only if it reaches more hosts than its own: one a line, such as https://cdn.example.jp"),
    )
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, verbose_name=pgettext_lazy("consent", "purpose"))
    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, verbose_name=pgettext_lazy("consent", "recipient")
    )
    role = models.CharField(pgettext_lazy("consent", "Role"), max_length=10, choices=Role, editable=False)
    shares = models.BooleanField(
        _("Shares data"),
        default=True,
        help_text=_(
            "It then needs agreement to sharing too. Always so for a partner. Leave it on for a contractor as well, "
            "unless nothing is sent that the contractor could use."
        ),
    )
    information_ja = models.TextField(_("Information sent (Japanese)"), max_length=1000)
    information_en = models.TextField(_("Information sent (English)"), max_length=1000)
    our_purpose_ja = models.TextField(_("Why OCCTO sends it (Japanese)"), max_length=1000)
    our_purpose_en = models.TextField(_("Why OCCTO sends it (English)"), max_length=1000)
    their_purpose_ja = models.TextField(_("What the recipient uses it for (Japanese)"), max_length=1000)
    their_purpose_en = models.TextField(_("What the recipient uses it for (English)"), max_length=1000)
    page = models.CharField(
        _("Page"), max_length=100, blank=True, help_text=_("For embedded content: the page on which it stands.")
    )

    class Meta:
        verbose_name = pgettext_lazy("consent", "tag")
        verbose_name_plural = pgettext_lazy("consent", "tags")
        constraints = [
            models.CheckConstraint(name="consent_tag_is_named", condition=~Q(name="")),
            models.CheckConstraint(name="consent_tag_kind_valid", condition=Q(kind__in=TagKind.values)),
            models.CheckConstraint(name="consent_tag_url_is_https", condition=Q(url__regex=ONE_ADDRESS)),
            models.CheckConstraint(name="consent_tag_hosts_are_https", condition=Q(hosts__regex=ORIGIN_A_LINE)),
            models.CheckConstraint(name="consent_tag_role_valid", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="consent_tag_to_a_partner_shares", condition=~Q(role=Role.PARTNER) | Q(shares=True)
            ),
            models.CheckConstraint(
                name="consent_tag_in_both_languages",
                condition=in_both_languages("information", "our_purpose", "their_purpose"),
            ),
            models.CheckConstraint(
                name="consent_tag_page_is_an_embeds",
                condition=(Q(kind=TagKind.EMBED) & ~Q(page="")) | (~Q(kind=TagKind.EMBED) & Q(page="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
