"""What staff may do: groups of permissions, made after every migration.

It adds what is missing and takes nothing away, so that an administrator may give a group more.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction

AGENT = "agent"
"""Reads and answers inquiries."""

REGISTRAR = "registrar"
"""Keeps the register of cookies, tags and recipients, and publishes it."""

_REGISTER = ["purpose", "cookiefacts", "storagekey", "recipient", "tag", "registerversion"]

PERMISSIONS = {
    AGENT: [
        "inquiries.view_inquiry",
        "inquiries.open_inquiry",
        "inquiries.answer_inquiry",
        "inquiries.place_hold",
        "inquiries.view_look",
        "inquiries.view_datarequest",
        "inquiries.view_erasedinquiry",
        "inquiries.view_retentionrun",
        "inquiries.view_restoredrill",
        "consent.view_decision",
        "consent.view_decisioncount",
        "consent.view_notice",
        "consent.view_policyversion",
        "consent.view_treehead",
        "consent.view_verificationrun",
        "consent.view_controller",
        "consent.change_controller",
        *(f"consent.view_{model}" for model in _REGISTER),
    ],
    REGISTRAR: [
        "consent.view_notice",
        "consent.view_policyversion",
        *(f"consent.view_{model}" for model in _REGISTER),
        "consent.change_purpose",
        *(
            f"consent.{action}_{model}"
            for action in ("add", "change", "delete")
            for model in ("cookiefacts", "storagekey", "recipient", "tag")
        ),
        "consent.publish_register",
    ],
}


def provision_after_migration(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive Django's post_migrate signal."""
    if using == "default" and _is_whole(kwargs.get("apps")):
        provision()


@transaction.atomic
def provision() -> None:
    """Make the groups with their permissions; safe to run any number of times."""
    for label in ("consent", "inquiries"):
        create_permissions(apps.get_app_config(label), verbosity=0)  # Django's own turn comes after ours
    for name, permissions in PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*[_permission(permission) for permission in permissions])


def _permission(name: str) -> Permission:
    label, _dot, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=label, codename=codename)


def _is_whole(state: Any) -> bool:
    """Whether this migration state has every table needed: a migration back to zero has not."""
    if state is None:
        return True
    try:
        for model in ("auth.Group", "contenttypes.ContentType", "inquiries.Look", "consent.RegisterVersion"):
            state.get_model(model)
    except LookupError:
        return False
    return True
