"""The group of those who answer inquiries: there after every migration, with what they need and no more."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from inquiries import roles

pytestmark = pytest.mark.django_db


def permissions(group: str = "agent") -> set[str]:
    found = Permission.objects.filter(group__name=group).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def test_agents_may_open_and_answer_but_manage_nobody() -> None:
    assert {"inquiries.view_inquiry", "inquiries.open_inquiry", "inquiries.answer_inquiry"} <= permissions()
    assert not {name for name in permissions() if name.startswith(("auth.", "account.", "mfa."))}
    assert not {name for name in permissions() if "delete" in name or "add_" in name}


def test_registrars_keep_and_publish_the_register_but_see_no_inquiry() -> None:
    assert {"consent.change_tag", "consent.delete_tag", "consent.publish_register"} <= permissions("registrar")
    assert not {name for name in permissions("registrar") if not name.startswith("consent.")}
    assert not {"consent.delete_purpose", "consent.add_purpose"} & permissions("registrar")
    assert "consent.publish_register" not in permissions("agent")


def test_the_group_is_made_once_and_keeps_what_was_added() -> None:
    group = Group.objects.get(name="agent")
    group.permissions.add(Permission.objects.get(codename="view_user"))
    roles.provision()
    assert Group.objects.count() == len(roles.PERMISSIONS)
    assert "auth.view_user" in permissions()


def test_a_permission_that_was_lost_comes_back() -> None:
    Group.objects.get(name="agent").permissions.clear()
    roles.provision()
    assert permissions() == set(roles.PERMISSIONS["agent"])


@pytest.mark.django_db(transaction=True)
def test_a_flushed_database_has_the_group_again() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert permissions() == set(roles.PERMISSIONS["agent"])
