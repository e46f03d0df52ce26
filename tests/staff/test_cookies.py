"""Staff's cookies stay under /admin/: the public pages never see one. A new key ends every session."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.staff import people
from tests.staff.inquiries import create_inquiry

pytestmark = pytest.mark.django_db


def cookie_paths(client: Client) -> dict[str, str]:
    return {name: cookie["path"] for name, cookie in client.cookies.items() if cookie.value}


def test_signing_in_and_out_sets_cookies_under_admin_only() -> None:
    people.create_charlie()
    client = Client()
    client.get("/admin/account/login/")
    client.post("/admin/account/login/", {"login": "charlie", "password": people.PASSWORD})
    assert cookie_paths(client) == {"staff": "/admin/", "stafftoken": "/admin/"}
    client.post("/admin/account/logout/")
    assert set(cookie_paths(client).values()) == {"/admin/"}


def test_what_staff_are_told_after_an_action_sets_no_cookie_elsewhere() -> None:
    client = people.sign_in(people.create_alice())
    client.get("/admin/auth/user/add/")
    added = client.post(
        "/admin/en/auth/user/add/",
        {"username": "bob", "usable_password": "true", "password1": people.PASSWORD, "password2": people.PASSWORD},
    )
    assert added.headers["Location"] == f"/admin/en/auth/user/{User.objects.get(username='bob').pk}/change/"
    assert "was added successfully" in client.get(added.headers["Location"]).text
    client.post(f"/admin/inquiries/inquiry/{create_inquiry().pk}/close/")
    assert cookie_paths(client) == {"staff": "/admin/", "stafftoken": "/admin/"}


def test_a_new_key_ends_every_session(settings: Any) -> None:
    client = people.sign_in(people.create_alice())
    assert client.get("/admin/").status_code == 200
    settings.SECRET_KEY = "another key of fifty characters or more, as the settings ask for"
    assert client.get("/admin/").headers["Location"] == "/admin/account/login/?next=/admin/"
