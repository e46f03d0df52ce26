"""The form of an inquiry: the fields of `inquiries.fields` and no others, each with its words and its rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from inquiries import checks, mail_domains
from inquiries.fields import FIELDS, PERSONAL
from inquiries.inputs import Tick, Words, many_lines, one_line
from inquiries.intake import Entry
from inquiries.models import Category, ReplyBy

LIMITS = {field.name: field.max_length for field in FIELDS}
"""The longest text of each field, in characters."""

SETTLED = "email_settled"
"""Beside the fields: the address that the sender settled on when a slip of the pen was asked about."""

TRAP = "remarks"
"""Beside the fields: an input that people don't see. Browsers know no such name, so they fill nothing in."""

CHANGED = "change"
"""Beside the fields: the row of the check page whose change was asked for, and to which the form leads back."""


@dataclass(frozen=True)
class Row:
    """One line of the check page: a value as it will be sent."""

    name: str
    label: str
    value: str
    anchor: str
    """Where the field is found in the form, for a button that leads back to it."""


class InquiryForm(forms.Form):
    """Everything a sender may type."""

    has_lookup = True
    """Whether its page finds an address from the postal code."""

    category = forms.ChoiceField(
        label=_("Type of inquiry"),
        help_text=_("Select the closest one."),
        choices=[("", _("Select one")), *Category.choices],
        widget=forms.Select({"class": "input"}),
        error_messages={
            "required": _("Select the type of inquiry"),
            "invalid_choice": _("Select a type of inquiry from the list"),
        },
    )
    name = Words(
        LIMITS["name"],
        label=_("Full name"),
        help_text=_("Enter your name as you wish us to address you."),
        widget=one_line("text", "name"),
        error_messages={
            "required": _("Enter your full name"),
            "too_long": _("Full name must be %(max)s characters or fewer"),
        },
    )
    name_kana = Words(
        LIMITS["name_kana"],
        label=_("Name in kana"),
        help_text=_("Only for names in kanji. Hiragana or katakana."),
        rule=checks.kana,
        required=False,
        widget=one_line("text"),
        error_messages={"format": _("Enter the name in hiragana or katakana")},
    )
    organization = Words(
        LIMITS["organization"],
        label=_("Company or organization"),
        help_text=_("Enter it if you are writing for an organization."),
        required=False,
        widget=one_line("text", "organization"),
    )
    email = Words(
        LIMITS["email"],
        label=_("E-mail address"),
        help_text=_("We use it only to answer and confirm your inquiry. Example: name@example.com"),
        rule=checks.email,
        widget=one_line("email", "email", spellcheck="false", autocapitalize="none"),
        error_messages={
            "required": _("Enter your e-mail address"),
            "format": _("Enter an e-mail address in the correct format"),
            "suspect": _("Check the e-mail address. Did you mean %(suggestion)s?"),
        },
    )
    telephone = Words(
        LIMITS["telephone"],
        label=_("Telephone number"),
        help_text=_(
            "It is required if you ask for a reply by telephone. We use it only to answer and confirm your inquiry. "
            "You can enter it with or without hyphens. Example: 03-1234-5678"
        ),
        prepare=checks.without_invisible,
        rule=checks.telephone,
        required=False,
        widget=one_line("tel", "tel"),
        error_messages={
            "format": _("Enter a telephone number with 10 or 11 digits, or one that starts with + and a country code"),
        },
    )
    postal_code = Words(
        LIMITS["postal_code"],
        label=_("Postal code"),
        help_text=_("7 digits. You can enter it with or without a hyphen. Example: 135-0061"),
        prepare=checks.without_invisible,
        rule=checks.postal_code,
        required=False,
        widget=one_line("text", "postal-code", inputmode="numeric"),
        error_messages={"format": _("Enter a postal code with 7 digits")},
    )
    address = Words(
        LIMITS["address"],
        label=_("Address"),
        help_text=_("Prefecture, city, street number, building."),
        prepare=checks.with_plain_newlines,
        required=False,
        widget=many_lines(2, "street-address"),
        error_messages={"too_long": _("Address must be %(max)s characters or fewer")},
    )
    subject = Words(
        LIMITS["subject"],
        label=_("Subject"),
        help_text=_("Up to %(max)s characters."),
        required=False,
        widget=one_line("text"),
    )
    message = Words(
        LIMITS["message"],
        label=pgettext_lazy("field", "Inquiry"),
        help_text=_("Up to %(max)s characters."),
        prepare=checks.with_plain_newlines,
        widget=many_lines(10),
        error_messages={
            "required": _("Enter your inquiry"),
            "too_long": _("Inquiry must be %(max)s characters or fewer. It has %(count)s."),
        },
    )
    reply_by = forms.ChoiceField(
        label=_("How should we reply?"),
        choices=ReplyBy.choices,
        initial=ReplyBy.EMAIL,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Select how we should reply"),
            "invalid_choice": _("Select how we should reply"),
        },
    )
    publish_name = Tick(
        label=_("Publishing your name"),
        help_text=_(
            "We withhold names whenever we publish the content of inquiries. Tick only if you agree to your name "
            "being published. You can withdraw later."
        ),
        option=_("I agree to my name being published"),
        required=False,
    )
    agree = Tick(
        label=_("Handling of personal information"),
        help_text=_('Read "How we use what you enter" and the privacy policy first.'),
        option=_("I agree to the handling of my personal information"),
        error_messages={"required": _("Tick the box if you agree to the handling of your personal information")},
    )

    suggested = ""
    """The address that was likely meant, where it is asked about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("subject", "message"):
            self.fields[name].help_text = gettext("Up to %(max)s characters.") % {"max": LIMITS[name]}

    @classmethod
    def to_go_on_with(cls, typed: QueryDict) -> "InquiryForm":
        """Return the form filled in with what was typed, not yet judged."""
        names = [*cls.base_fields, SETTLED, TRAP, CHANGED]
        return cls(initial={name: typed[name] for name in names if name in typed})

    def clean_email(self) -> str:
        """Ask about a likely slip of the pen, until the sender has settled on an address."""
        address = str(self.cleaned_data["email"])
        suggestion = mail_domains.suggestion_for(address)
        if not suggestion or self.settled == address:
            return address
        if self.settled == suggestion:
            return suggestion
        self.suggested = suggestion
        raise forms.ValidationError(
            self.fields["email"].error_messages["suspect"], code="suspect", params={"suggestion": suggestion}
        )

    def clean(self) -> None:
        """Ask for a telephone number where an answer by telephone is asked for (decision 6 of the policy)."""
        wants_call = self.cleaned_data.get("reply_by") == ReplyBy.TELEPHONE
        if wants_call and "telephone" not in self.errors and not self.cleaned_data["telephone"]:
            self.add_error("telephone", _("Enter your telephone number, because you asked for a reply by telephone"))

    @property
    def typed_email(self) -> str:
        """The address that is asked about, as it would be sent."""
        return checks.email(str(self["email"].value()))

    @property
    def settled(self) -> str:
        return self._beside(SETTLED)

    @property
    def trap(self) -> str:
        return self._beside(TRAP)

    @property
    def changed(self) -> str:
        """The field whose row asked for the change; empty where none did."""
        name = self._beside(CHANGED)
        return name if name in self.fields else ""

    def entry(self) -> Entry:
        """Return what is to be received. Only for a form without errors."""
        answers = self.cleaned_data
        return Entry(
            category=answers["category"],
            reply_by=answers["reply_by"],
            publish_name=answers["publish_name"],
            document={name: answers[name] for name in PERSONAL},
        )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield the anchor and the words of every error, in the order of the fields."""
        for field in self:
            for error in field.errors:
                yield self._anchor(field), str(error)

    def rows(self) -> Iterator[Row]:
        """Yield every value as it will be sent. Only for a form without errors."""
        for field in self:
            yield Row(field.name, str(field.label), self._shown(field.name), self._anchor(field))

    def carried(self) -> Iterator[tuple[str, str]]:
        """Yield the names and values that the check page hands on; a box that isn't ticked hands on none."""
        for name in self.fields:
            value = self.cleaned_data[name]
            if value not in {"", False}:
                yield name, "on" if value is True else self._readable(name)
        for name in (SETTLED, TRAP):
            if self._beside(name):
                yield name, self._beside(name)

    def _beside(self, name: str) -> str:
        return str((self.data if self.is_bound else self.initial).get(name, ""))

    def _anchor(self, field: forms.BoundField) -> str:
        """A radio button's label is its group's; the first button takes the focus."""
        return f"{field.auto_id}_0" if isinstance(field.field.widget, forms.RadioSelect) else str(field.auto_id)

    def _shown(self, name: str) -> str:
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, Tick):
            return gettext("Agreed") if value else gettext("Not agreed")
        if isinstance(field, forms.ChoiceField):
            return str({**dict(Category.choices), **dict(ReplyBy.choices)}[value])
        return self._readable(name)

    def _readable(self, name: str) -> str:
        """Return a value as people read it: a telephone number is sent, and kept, in E.164."""
        value = str(self.cleaned_data[name])
        return checks.telephone_as_read(value) if name == "telephone" else value
