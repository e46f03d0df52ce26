"""The form of an inquiry: the fields of `inquiries.fields` and no others, each with its words and its rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from inquiries import checks
from inquiries.fields import FIELDS, PERSONAL
from inquiries.intake import Entry
from inquiries.models import Category, ReplyBy

LIMITS = {field.name: field.max_length for field in FIELDS}
"""The longest text of each field, in characters."""


class Words(forms.Field):
    """A field of words, kept as they were typed.

    `prepare` drops what nobody typed on purpose; `rule` returns the text to keep or raises ValueError. There is no
    `maxlength` in the page: it would cut what is pasted without a word.
    """

    default_error_messages = {
        "too_long": _("%(field)s must be %(max)s characters or fewer"),
        "characters": _("Remove characters that cannot be used from %(field)s"),
    }

    def __init__(
        self,
        limit: int,
        *,
        prepare: Callable[[str], str] = str.strip,
        rule: Callable[[str], str] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.limit, self.prepare, self.rule = limit, prepare, rule
        self.has_many_lines = isinstance(self.widget, forms.Textarea)

    def clean(self, value: Any) -> str:
        """Return the text to keep. Raises ValidationError where it is missing or breaks a rule."""
        text = self.prepare(str(value or ""))
        if not checks.is_usable(text, many_lines=self.has_many_lines):
            raise self._error("characters")
        if checks.is_blank(text):
            if self.required:
                raise self._error("required")
            return ""
        try:
            text = self.rule(text)
        except ValueError:
            raise self._error("format") from None
        if len(text) > self.limit:
            raise self._error("too_long", len(text))
        return text

    def _error(self, code: str, count: int = 0) -> forms.ValidationError:
        params = {"field": self.label, "max": self.limit, "count": count}
        return forms.ValidationError(self.error_messages[code], code=code, params=params)


class Tick(forms.BooleanField):
    """A box to tick, with its own words beside the label above it."""

    def __init__(self, *, option: str | Promise, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.option = option


def one_line(kind: str, autocomplete: str = "off", **attributes: str) -> forms.TextInput:
    """Return an input for one line of text; `autocomplete` is a token of the HTML standard."""
    widget = forms.TextInput({"class": "input", "autocomplete": autocomplete, **attributes})
    widget.input_type = kind
    return widget


def many_lines(rows: int, autocomplete: str = "off") -> forms.Textarea:
    """Return an input for several lines of text."""
    return forms.Textarea({"class": "input", "rows": rows, "autocomplete": autocomplete})


@dataclass(frozen=True)
class Row:
    """One line of the check page: a value as it will be sent."""

    name: str
    label: str
    value: str
    anchor: str
    """Where the field is found in the form, for a link or a button that leads back to it."""


class InquiryForm(forms.Form):
    """Everything a sender may type."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("subject", "message"):
            self.fields[name].help_text = gettext("Up to %(max)s characters.") % {"max": LIMITS[name]}

    @classmethod
    def to_go_on_with(cls, typed: QueryDict) -> "InquiryForm":
        """Return the form filled in with what was typed, not yet judged."""
        return cls(initial={name: typed[name] for name in cls.base_fields if name in typed})

    def clean(self) -> None:
        """Ask for a telephone number where an answer by telephone is asked for (decision 6 of the policy)."""
        wants_call = self.cleaned_data.get("reply_by") == ReplyBy.TELEPHONE
        if wants_call and "telephone" not in self.errors and not self.cleaned_data["telephone"]:
            self.add_error("telephone", _("Enter your telephone number, because you asked for a reply by telephone"))

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
                yield name, "on" if value is True else value

    def _anchor(self, field: forms.BoundField) -> str:
        """A radio button's label is its group's; the first button takes the focus."""
        return f"{field.auto_id}_0" if isinstance(field.field.widget, forms.RadioSelect) else str(field.auto_id)

    def _shown(self, name: str) -> str:
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, Tick):
            return gettext("Agreed") if value else gettext("Not agreed")
        if isinstance(field, forms.ChoiceField):
            return str({**dict(Category.choices), **dict(ReplyBy.choices)}[value])
        return str(value)
