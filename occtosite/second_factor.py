"""Setting up the second factor: allauth's pages, with what they leave out."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.views import AddWebAuthnView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

UNREADABLE = (AttributeError, LookupError, OverflowError, TypeError, ValueError, struct.error)
"""What fido2 raises for one or another broken credential; allauth expects some of it only."""


@contextmanager
def judging_credential() -> Iterator[None]:
    """Take a credential that can't be read for a wrong one: anybody can send one to the sign-in page."""
    try:
        yield
    except UNREADABLE:
        raise get_adapter().validation_error("incorrect_code") from None


class CredentialField(forms.JSONField):
    """JSON that is refused also where it is too deep, or holds a number too long, for Python to read."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return nothing to show again for what can't be read: nobody typed it."""
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return None


class JudgedCredential(forms.Form):
    """Mixed into a form of allauth's that signs in by a passkey."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Authenticator:
        with judging_credential():
            return super().clean_credential()  # type: ignore[misc]


class LoginForm(JudgedCredential, LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    pass


class AuthenticateForm(JudgedCredential, AuthenticateWebAuthnForm):  # type: ignore[misc]  # the same
    pass


class ReauthenticateForm(JudgedCredential, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # the same
    pass


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """allauth's form, with a label for the name, and a passkey unless unticked."""

    name = forms.CharField(
        label=_("Name of this passkey"),
        help_text=_("So that you can tell several apart. Example: work laptop"),
        max_length=100,
        required=False,
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone, without the password"),
        help_text=_("The device then asks for your fingerprint, face or PIN."),
        initial=True,
        required=False,
    )

    credential = CredentialField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        with judging_credential():
            data: dict[str, Any] = super().clean()
            return data


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    form_class = AddPasskeyForm

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        remember_shown(self.request, Authenticator.Type.WEBAUTHN)
        return response


class ActivateApp(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        remember_shown(self.request, Authenticator.Type.TOTP)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # The picture stands in the page itself: a data: address would need a hole in the Content-Security-Policy.
        return context | {"totp_svg": context["totp_svg"].partition("?>")[2]}


def remember_shown(request: HttpRequest, kind: str) -> None:
    """Note in the session that the second factor was shown: who sets one up has it in hand."""
    record_authentication(request, request.user, method="mfa", type=kind)
