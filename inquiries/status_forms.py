"""The forms of the status page: reference number and code, a message, corrected details, a request."""

from collections.abc import Iterator

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from inquiries import access, checks, references
from inquiries.fields import CORRECTABLE
from inquiries.forms import InquiryForm
from inquiries.inputs import Words, many_lines, one_line
from inquiries.models import ReplyBy, RequestKind
from inquiries.sealing import Document

MAX_LENGTH = 4000
"""Characters of a message or a request at most: as many as of an inquiry."""

TOO_LONG = _("%(field)s must be %(max)s characters or fewer. It has %(count)s.")


class StatusForm(forms.Form):
    """What the forms of the status page have in common."""

    @classmethod
    def to_go_on_with(cls, typed: QueryDict) -> "StatusForm":
        """Return the form filled in with what was typed, not yet judged."""
        return cls(initial={name: typed[name] for name in cls.base_fields if name in typed})

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield the anchor and the words of every error, in the order of the fields."""
        for bound in self:
            is_group = isinstance(bound.field.widget, forms.RadioSelect)  # its first button takes the focus
            for error in bound.errors:
                yield f"{bound.auto_id}_0" if is_group else str(bound.auto_id), str(error)


class CodeForm(StatusForm):
    """What opens an inquiry. However the two were typed, they come out as they were shown."""

    reference = Words(
        60,
        label=_("Reference number"),
        help_text=_("Capital or small letters, spaces and hyphens make no difference."),
        prepare=checks.without_invisible,
        rule=references.read,
        widget=one_line("text", spellcheck="false", autocapitalize="characters"),
        error_messages={"required": _("Enter the reference number")},
    )
    code = Words(
        100,
        label=_("Receipt code"),
        help_text=_("20 letters and digits, shown when you sent the inquiry."),
        prepare=checks.without_invisible,
        rule=access.read_code,
        widget=one_line("text", spellcheck="false", autocapitalize="characters"),
        error_messages={
            "required": _("Enter the receipt code"),
            "format": _("The receipt code has 20 letters and digits. Check that none is missing."),
        },
    )


class MessageForm(StatusForm):
    body = Words(
        MAX_LENGTH,
        label=_("Message"),
        prepare=checks.with_plain_newlines,
        widget=many_lines(6),
        error_messages={"required": _("Enter your message"), "too_long": TOO_LONG},
    )


class CorrectionForm(StatusForm):
    """The details of an inquiry, by the same rules as when it was sent; what it asks is not among them."""

    name = InquiryForm.base_fields["name"]
    name_kana = InquiryForm.base_fields["name_kana"]
    organization = InquiryForm.base_fields["organization"]
    email = InquiryForm.base_fields["email"]
    telephone = InquiryForm.base_fields["telephone"]
    postal_code = InquiryForm.base_fields["postal_code"]
    address = InquiryForm.base_fields["address"]
    reply_by = InquiryForm.base_fields["reply_by"]

    def clean(self) -> None:
        """Ask for a telephone number where an answer by telephone is asked for (decision 6 of the policy)."""
        wants_call = self.cleaned_data.get("reply_by") == ReplyBy.TELEPHONE
        if wants_call and "telephone" not in self.errors and not self.cleaned_data["telephone"]:
            self.add_error("telephone", _("Enter your telephone number, because you asked for a reply by telephone"))

    def details(self) -> Document:
        """Return what holds from now on. Only for a form without errors."""
        return {name: self.cleaned_data[name] for name in CORRECTABLE}


class RequestForm(StatusForm):
    """A request about personal data, of the kinds that the law knows; erasing the inquiry has a page of its own."""

    kind = forms.ChoiceField(
        label=_("What you ask for"),
        choices=[(kind.value, kind.label) for kind in RequestKind if kind != RequestKind.ERASE],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Select what you ask for"),
            "invalid_choice": _("Select what you ask for from the list"),
        },
    )
    details = Words(
        MAX_LENGTH,
        label=_("Which information it concerns"),
        help_text=_("For a correction, write what is wrong and what is right."),
        required=False,
        prepare=checks.with_plain_newlines,
        widget=many_lines(6),
        error_messages={"too_long": TOO_LONG},
    )


CARRIED = [*MessageForm.base_fields, *CorrectionForm.base_fields, *RequestForm.base_fields]
"""What a sender may have typed on a page: handed on wherever another page has to come first, so that it isn't lost."""
