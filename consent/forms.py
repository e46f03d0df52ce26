"""What a visitor's browser sends with a decision: unambiguous, or refused with a sentence."""

import re

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.models import Method

LONGEST_PAGE = 2_000
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

NO_DECISION = _(
    'It was not clear which choice you made, so nothing was recorded. Open "Cookie settings" and choose again.'
)
NO_NOTICE = _(
    "We could not tell which notice you were shown, so nothing was recorded. "
    "Go back, reload the page and choose again."
)
NO_PURPOSE = _(
    'Your choice named a purpose that was not shown, so nothing was recorded. Open "Cookie settings" and choose again.'
)
NO_PAGE = _("What was sent could not be read, so nothing was recorded. Go back, reload the page and choose again.")

ONCE = ("decision", "notice", "signal", "page")


class PurposesField(forms.MultipleChoiceField):
    """Purposes by their varnames; whether the notice names them, the ledger checks."""

    def valid_value(self, value: str) -> bool:
        return re.fullmatch(r"[-_a-zA-Z0-9]{1,32}", value) is not None


class DecisionForm(forms.Form):
    """One press of one button. Each field counts only if it was sent once; purposes as often as were switched on."""

    decision = forms.ChoiceField(choices=Method.choices)
    notice = forms.RegexField(r"\A[0-9a-f]{64}\Z", strip=False)
    purpose = PurposesField(required=False)
    signal = forms.ChoiceField(choices=[("gpc", "gpc")], required=False)
    page = forms.CharField(required=False, strip=False, max_length=LONGEST_PAGE)

    def clean_page(self) -> str:
        page: str = self.cleaned_data["page"]
        if CONTROL.search(page):
            raise forms.ValidationError(NO_PAGE, code="control_characters")
        return page

    def clean(self) -> None:
        if isinstance(self.data, QueryDict):
            for name in ONCE:
                if len(self.data.getlist(name)) > 1:
                    self.add_error(name, forms.ValidationError("", code="repeated"))

    @property
    def problem(self) -> Promise:
        """The sentence to show for what is wrong."""
        sentences = {
            "decision": NO_DECISION,
            "notice": NO_NOTICE,
            "purpose": NO_PURPOSE,
            "signal": NO_DECISION,
            "page": NO_PAGE,
        }
        return next(sentence for name, sentence in sentences.items() if name in self.errors)
