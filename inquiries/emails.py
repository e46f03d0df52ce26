"""The mails that go out, one function each: words in, a finished message out.

Every try of a mail gives the same bytes: its Message-ID and its date come from the outbox.
"""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import punycode
from django.utils.translation import gettext

from inquiries.checks import with_plain_newlines
from inquiries.models import Inquiry

# Otherwise a long Message-ID is written as an encoded word in these, and no reader finds the thread.
_headers = HeaderRegistry()
_headers.map_to_type("in-reply-to", MessageIDHeader)  # type: ignore[arg-type]  # the registry adds BaseHeader itself
_headers.map_to_type("references", MessageIDHeader)  # type: ignore[arg-type]  # likewise

POLICY = SMTP.clone(cte_type="7bit", header_factory=_headers)
"""Every server takes 7-bit mail: Japanese travels as base64 or quoted-printable in UTF-8 (RFC 2045, RFC 2047), which
every mail reader of today shows. ISO-2022-JP, the older way in Japan, has no 髙, ① or ㈱ that all of them agree on."""


class UnusableAddressError(ValueError):
    """No mail can be addressed so; the message never repeats the address."""


def acknowledgement(
    inquiry: Inquiry, address: str, *, mail_id: str, written_at: datetime, reply_time: str
) -> EmailMessage:
    """Return the acknowledgement of an inquiry; it repeats nothing of what the sender typed.

    `reply_time` is OCCTO's, in the inquiry's language, or empty where OCCTO has not supplied it. Raises
    UnusableAddressError.
    """
    with translation.override(inquiry.language):
        subject = gettext("[OCCTO] We have received your inquiry (%(reference)s)") % {"reference": inquiry.reference}
        words = _words("mail/acknowledgement.txt", inquiry, reply_time=reply_time)
    mail = _mail(address, subject, words, mail_id=mail_id, written_at=written_at)
    mail["Auto-Submitted"] = "auto-replied"  # RFC 3834, section 5: so that no machine answers it
    return mail


def answer(
    inquiry: Inquiry, address: str, body: str, *, mail_id: str, written_at: datetime, in_reply_to: str = ""
) -> EmailMessage:
    """Return an answer of OCCTO's, in the thread of the acknowledgement whose Message-ID is `in_reply_to`.

    Raises UnusableAddressError.
    """
    with translation.override(inquiry.language):
        subject = gettext("[OCCTO] Answer to your inquiry (%(reference)s)") % {"reference": inquiry.reference}
        words = _words("mail/answer.txt", inquiry, body=with_plain_newlines(body).strip("\n"))
    mail = _mail(address, subject, words, mail_id=mail_id, written_at=written_at)
    if in_reply_to:
        mail["In-Reply-To"] = in_reply_to
        mail["References"] = in_reply_to
    return mail


def notice_of_changed_address(inquiry: Inquiry, address: str, *, mail_id: str, written_at: datetime) -> EmailMessage:
    """Return the notice that answers go to another address from now on; it does not say to which.

    It goes to the former address, so that nobody's answers are led away in silence. Raises UnusableAddressError.
    """
    with translation.override(inquiry.language):
        subject = gettext("[OCCTO] The e-mail address of your inquiry was changed (%(reference)s)") % {
            "reference": inquiry.reference
        }
        words = _words("mail/address_changed.txt", inquiry)
    mail = _mail(address, subject, words, mail_id=mail_id, written_at=written_at)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
    return mail


def _words(template: str, inquiry: Inquiry, **context: Any) -> str:
    names = {
        "site_url": "home",
        "policy_url": "consent:policy",
        "form_url": "inquiries:form",
        "status_url": "inquiries:status",
    }
    addresses = {key: settings.SITE_URL + reverse(name) for key, name in names.items()}
    text = render_to_string(template, {"inquiry": inquiry} | addresses | context)
    return text.strip("\n") + "\n"  # not strip(): a paragraph may begin with an ideographic space


def _mail(address: str, subject: str, words: str, *, mail_id: str, written_at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _one_address(settings.MAIL_FROM)
    mail["To"] = _one_address(address)
    mail["Subject"] = subject
    mail["Date"] = timezone.localtime(written_at)
    mail["Message-ID"] = mail_id
    mail.set_content(words)
    return mail


def _one_address(text: str) -> Address:
    """Return the one address given, its domain in ASCII.

    Raises UnusableAddressError where it is none, or more than one.
    """
    user, _at, domain = text.rpartition("@")
    try:
        validate_email(text)
        address = Address(addr_spec=f"{user}@{punycode(domain)}")
    except (ValidationError, ValueError, MessageError):  # they repeat it
        raise UnusableAddressError("The address can't be used in a mail.") from None
    if not address.addr_spec.isascii():  # few servers take SMTPUTF8 (RFC 6531)
        raise UnusableAddressError("The address can't be used in a mail.")
    return address
