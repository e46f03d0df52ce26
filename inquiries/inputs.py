"""The kinds of input that the forms are made of: words within a limit, a box to tick, and how each is drawn."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inquiries import checks


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
        count = checks.characters(text) if len(text) > self.limit else 0
        if count > self.limit:
            raise self._error("too_long", count)
        return text

    def _error(self, code: str, count: int = 0) -> forms.ValidationError:
        params = {"field": self.label, "max": self.limit, "count": count}
        return forms.ValidationError(self.error_messages[code], code=code, params=params)


class Tick(forms.BooleanField):
    """A box to tick, with its own words beside the label above it."""

    def __init__(self, *, option: str | Promise, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.option = option


def one_line(kind: str, autocomplete: str = "on", **attributes: str) -> forms.TextInput:
    """Return an input for one line of text; `autocomplete` is a token of the HTML standard.

    Never "off": what was typed would then be gone when the browser goes back to the form.
    """
    widget = forms.TextInput({"class": "input", "autocomplete": autocomplete, **attributes})
    widget.input_type = kind
    return widget


def many_lines(rows: int, autocomplete: str = "on") -> forms.Textarea:
    """Return an input for several lines of text."""
    return forms.Textarea({"class": "input", "rows": rows, "autocomplete": autocomplete})
