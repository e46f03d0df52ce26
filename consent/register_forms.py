"""Forms for the drafts of the register: what is wrong is said before anything is kept."""

import re
from typing import Any

from cookie_consent.models import Cookie
from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent import addresses, faults
from consent.models import CookieFacts, Purpose, Recipient, Role, StorageKey, Tag, TagKind
from consent.provision import OWN_COOKIES

OWN_NAMES = {own.name for own in OWN_COOKIES}

NUMBER = re.compile(r"[0-9]{1,18}")

TAG_UNDER_NO_DECISION = _("Select a purpose that visitors decide on")
NO_PAGE = _("Select the page on which it stands")
NOT_EMBEDDED = _("Only embedded content stands on a page: leave it empty")
REGISTERED_ALREADY = _("This cookie is registered already")
GOES_UNSHARED = _('The tag "%(name)s" goes to it without sharing. Switch sharing on there first.')


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A row by its number; a number that no database holds is no row's."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value and not NUMBER.fullmatch(value):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class PurposeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Purpose
        fields = ("name_ja", "name_en", "text_ja", "text_en")


class CookieForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A cookie of django-cookie-consent and what visitors are told of it. Of this site's own only the words change."""

    name = forms.CharField(label=_("Name"), max_length=250, widget=AdminTextInputWidget)
    path = forms.CharField(label=_("Path"), max_length=250, initial="/", widget=AdminTextInputWidget)
    domain = forms.CharField(
        label=_("Domain"),
        max_length=250,
        required=False,
        help_text=_("Leave it empty for this site alone."),
        widget=AdminTextInputWidget,
    )
    purpose = RowField(Purpose.objects.select_related("group"), label=_("Purpose"))

    class Meta:
        model = CookieFacts
        fields = ("name", "path", "domain", "purpose", "holds_ja", "holds_en", "days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        cookie = self.instance.cookie
        values = {"name": cookie.name, "path": cookie.path, "domain": cookie.domain, "purpose": cookie.cookiegroup_id}
        self.initial.update(values)
        if is_own(cookie):
            for name in {*values, "days"} & self.fields.keys():
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        values = {field: data.get(field, "") for field in ("name", "path", "domain")}
        for field, fault in faults.fault_of_cookie(**values).items():
            if field not in self.errors:
                self.add_error(field, forms.ValidationError(str(fault), code="invalid"))
        alike = Cookie.objects.filter(facts__isnull=False, **values).exclude(pk=self.instance.pk)
        takes_own = values["name"] in OWN_NAMES and not self.fields["name"].disabled
        if not self.errors and (takes_own or alike.exists()):
            self.add_error("name", forms.ValidationError(REGISTERED_ALREADY, code="repeated"))
        return data

    @property
    def cookie(self) -> Cookie:
        """The cookie as it was entered."""
        cookie = self.instance.cookie if self.instance.pk else Cookie()
        for field in ("name", "path", "domain"):
            setattr(cookie, field, self.cleaned_data[field])
        cookie.cookiegroup = self.cleaned_data["purpose"].group
        return cookie


class StorageKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    purpose = RowField(Purpose.objects.select_related("group"), label=_("Purpose"))

    class Meta:
        model = StorageKey
        fields = ("key", "kind", "purpose", "holds_ja", "holds_en", "days")

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if faults.CONTROL.search(key):
            raise forms.ValidationError(faults.WRONG_KEY, code="invalid")
        return key

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") == "session" and data.get("days") is not None:
            self.add_error("days", forms.ValidationError(_("Leave it empty: it goes with the tab"), code="invalid"))
        return data


class RecipientForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Recipient
        fields = (
            "name_ja",
            "name_en",
            "role",
            "country_ja",
            "country_en",
            "address_ja",
            "address_en",
            "url",
        )

    def clean_url(self) -> str:
        return clean_address(self.cleaned_data["url"]) if self.cleaned_data["url"] else ""

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if role == Role.PARTNER and self.instance.pk:
            unshared = self.instance.tag_set.filter(shares=False).first()
            if unshared:
                raise forms.ValidationError(GOES_UNSHARED, code="unshared", params={"name": unshared.name})
        return role


class TagForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    purpose = RowField(
        Purpose.objects.filter(group__is_required=False).select_related("group"),
        label=_("Purpose"),
        error_messages={"invalid_choice": TAG_UNDER_NO_DECISION},
    )
    recipient = RowField(Recipient.objects.all(), label=pgettext_lazy("consent", "Recipient"))
    page = forms.ChoiceField(label=_("Page"), required=False, help_text=Tag._meta.get_field("page").help_text)

    class Meta:
        model = Tag
        fields = (
            "name",
            "kind",
            "page",
            "url",
            "hosts",
            "purpose",
            "recipient",
            "shares",
            "information_ja",
            "information_en",
            "our_purpose_ja",
            "our_purpose_en",
            "their_purpose_ja",
            "their_purpose_en",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "page" in self.fields:
            self.fields["page"].choices = [("", "—"), *settings.TAG_PAGES.items()]  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        return clean_address(self.cleaned_data["url"])

    def clean_hosts(self) -> str:
        lines = [addresses.normal(line) for line in self.cleaned_data["hosts"].splitlines() if line.strip()]
        hosts = "\n".join(dict.fromkeys(lines))
        problem = addresses.problem_with_hosts(hosts)
        if problem:
            raise forms.ValidationError(str(problem), code="invalid")
        return hosts

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        recipient, kind, page = data.get("recipient"), data.get("kind"), data.get("page")
        if recipient and recipient.role == Role.PARTNER and not data.get("shares"):
            self.add_error("shares", forms.ValidationError(faults.TO_A_PARTNER, code="unshared"))
        if kind == TagKind.EMBED and not page:
            self.add_error("page", forms.ValidationError(NO_PAGE, code="required"))
        if kind and kind != TagKind.EMBED and page:
            self.add_error("page", forms.ValidationError(NOT_EMBEDDED, code="invalid"))
        return data


def is_own(cookie: Cookie) -> bool:
    """Return whether this site itself sets a cookie without asking."""
    return cookie.cookiegroup.is_required and cookie.name in OWN_NAMES


def clean_address(text: str) -> str:
    """Return an address as it is registered. Raises ValidationError for one that can't be."""
    address = addresses.normal(text)
    problem = addresses.problem_with(address)
    if problem:
        raise forms.ValidationError(str(problem), code="invalid")
    return address
