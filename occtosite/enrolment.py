"""How staff get an account: by a one-time link.

A link is signed and says for whom it is. It works while the database keeps its row, so the key that signs makes nobody
staff, and it is used up for good when its account is made: all rows for that account go then. The first account's link
is used up when any staff account exists. The row is one of Django's sessions, which end by themselves; it opens none.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from consent.models import Controller
from inquiries.roles import AGENT

VALID_FOR = timedelta(days=3)
SALT = "occtosite.enrolment.link"
ROW = "enrolment:"
"""How the rows of links begin; no session's data does."""


@dataclass(frozen=True)
class Invitation:
    """Whom a link makes a member of staff; without a username, the first superuser, who chooses it."""

    username: str = ""
    is_superuser: bool = False

    @property
    def is_first(self) -> bool:
        return not self.username

    @property
    def row(self) -> str:
        """What the rows of all links for this account hold."""
        return f"{ROW}{self.username.lower()}"


class LinkUsedError(Exception):
    """The link's account exists already, or did once."""


def first_enrolment_link() -> str | None:
    """Return the one-time link for the first account, or None once there is a staff account."""
    return None if _account_exists(Invitation()) else link(Invitation())


def link(invitation: Invitation) -> str:
    """Return an absolute one-time link, valid for 3 days, and keep its row."""
    now = timezone.now()
    Session.objects.filter(session_data__startswith=ROW, expire_date__lt=now).delete()
    nonce = secrets.token_urlsafe(16)
    Session.objects.create(session_key=_key(nonce), session_data=invitation.row, expire_date=now + VALID_FOR)
    token = signing.dumps([nonce, invitation.username, invitation.is_superuser], salt=SALT)
    return f"{settings.SITE_URL}{reverse('enrol', args=[token])}"


def read(token: str) -> Invitation:
    """Return the invitation in a link's token.

    Raises SignatureExpired after 3 days, BadSignature for another text, LinkUsedError once the link's row is gone.
    """
    nonce, username, is_superuser = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    invitation = Invitation(username, is_superuser)
    if not Session.objects.filter(session_key=_key(nonce), session_data=invitation.row).exists():
        raise LinkUsedError
    return invitation


def _key(nonce: str) -> str:
    """Return the key of a link's row: a hash, so that nobody who reads the database has the link."""
    return hashlib.sha256(nonce.encode()).hexdigest()[:40]


def create_account(invitation: Invitation, username: str, name: str, password: str) -> User:
    """Make the account that a link is for, and end all its links.

    Raises LinkUsedError where the account exists or no link is left, also when two ask at once.
    """
    is_superuser = invitation.is_first or invitation.is_superuser
    user = User(username=username, first_name=name, is_staff=True, is_superuser=is_superuser)
    user.set_password(password)  # slow on purpose, so before the others wait
    with transaction.atomic():
        Controller.objects.select_for_update().get(pk=1)  # one after the other: only one can be the first
        if _account_exists(invitation):
            raise LinkUsedError
        links_ended, _each = Session.objects.filter(session_data=invitation.row).delete()
        if not links_ended:
            raise LinkUsedError
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError:
            raise LinkUsedError from None
        if not is_superuser:
            user.groups.add(Group.objects.get(name=AGENT))
    return user


def _account_exists(invitation: Invitation) -> bool:
    if invitation.is_first:
        return User.objects.filter(is_staff=True).exists()
    return User.objects.filter(username__iexact=invitation.username).exists()


class EnrolmentForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own isn't generic at run time
    """Username, name and password; the username is fixed where the invitation names one."""

    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. Several words are easier to remember than signs and digits."),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    class Meta:
        model = User
        fields = ["username", "first_name"]
        labels = {"username": _("Username"), "first_name": _("Full name")}
        help_texts = {"username": "", "first_name": _("Shown to other staff. You can leave it empty.")}

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["username"]
        field.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["first_name"].widget.attrs |= {"autocomplete": "name"}
        if not invitation.is_first:
            field.initial = invitation.username
            field.disabled = True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        password = data.get("password")
        if password and data.get("again") and password != data["again"]:
            self.add_error("again", _("Enter the same password in both fields"))
        if password:
            user = User(username=data.get("username", ""), first_name=data.get("first_name", ""))
            try:
                password_validation.validate_password(password, user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person choose a password, sign them in and lead them to the second factor."""
    try:
        invitation = read(token)
    except (signing.SignatureExpired, LinkUsedError):
        return _gone(request)
    except signing.BadSignature:
        raise Http404 from None
    if _account_exists(invitation):
        return _gone(request)
    form = EnrolmentForm(request.POST or None, invitation=invitation)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "staff/enrol.html", {"form": form, "invitation": invitation}, status=status)
    data = form.cleaned_data
    try:
        user = create_account(invitation, data["username"], data["first_name"], data["password"])
    except LinkUsedError:
        return _gone(request)
    login(request, user)
    reauthenticate_by_password(request)  # chosen a moment ago, so not asked again to set up the second factor
    return redirect("mfa_index")


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/enrol_gone.html", status=HTTPStatus.GONE)
