"""Sentences of Django's and allauth's that the catalogue says in this site's own Japanese: "パスキー" throughout, no
spaces between words. They stand here so that `make messages` finds them; nothing imports this file."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

LISTS = (
    _("Select %s to change"),
    _("Add %s"),
    _("Add %(name)s"),
    _("Change %s"),
    _("None available"),
    _(":"),
)

SIGN_IN = (
    _("Are you sure you want to sign out?"),
    _("Master key"),
    _("Backup key"),
    _("Authenticator code"),
)

PASSWORDS = (
    _("This password is too common."),
    _("This password is entirely numeric."),
    _("Your password can’t be too similar to your other personal information."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)

FORMS = (_("Null characters are not allowed."),)
