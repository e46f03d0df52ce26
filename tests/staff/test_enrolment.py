"""How staff get an account: a one-time link, a password, then a second factor."""

import threading
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client

from occtosite import enrolment
from occtosite.enrolment import Invitation
from tests.staff import people

pytestmark = pytest.mark.django_db

TYPED = {"username": "alice", "first_name": "Alice", "password": people.PASSWORD, "again": people.PASSWORD}


def path_of(link: str | None) -> str:
    assert link
    return link.removeprefix("http://localhost:8000")


def first_path() -> str:
    return path_of(enrolment.first_enrolment_link())


def invited_path(username: str = "bob", *, is_superuser: bool = False) -> str:
    return path_of(enrolment.link(Invitation(username, is_superuser)))


def test_the_first_link_makes_an_administrator_and_leads_to_the_second_factor() -> None:
    client = Client()
    path = first_path()
    assert 'name="username"' in client.get(path).text
    response = client.post(path, TYPED)
    assert response.headers["Location"] == "/admin/account/2fa/"
    alice = User.objects.get()
    assert (alice.username, alice.first_name, alice.is_staff, alice.is_superuser) == ("alice", "Alice", True, True)
    assert alice.check_password(people.PASSWORD)
    assert "まず、二段階認証を設定してください" in client.get("/admin/", follow=True).text
    assert client.get("/admin/account/2fa/webauthn/add/").status_code == 200, "the password is not asked again"


def test_the_first_link_is_dead_once_there_is_a_staff_account() -> None:
    path, other = first_path(), first_path()
    Client().post(path, TYPED)
    assert enrolment.first_enrolment_link() is None
    for dead in (path, other):
        assert Client().get(dead).status_code == 410
        response = Client().post(dead, TYPED | {"username": "mallory"})
        assert response.status_code == 410
        assert "このリンクは使用できません" in response.text
    assert User.objects.count() == 1


def test_an_invitation_makes_an_agent_with_the_name_it_says() -> None:
    people.create_alice()
    client = Client()
    response = client.post(invited_path("bob"), TYPED | {"username": "mallory"})
    assert response.headers["Location"] == "/admin/account/2fa/"
    bob = User.objects.get(username="bob")
    assert (bob.is_staff, bob.is_superuser) == (True, False)
    assert bob.has_perm("inquiries.answer_inquiry")
    assert not bob.has_perm("auth.add_user")
    assert not User.objects.filter(username="mallory").exists()


def test_an_invitation_is_dead_once_its_account_exists() -> None:
    path = invited_path("bob")
    Client().post(path, TYPED)
    assert Client().get(path).status_code == 410
    response = Client().post(path, TYPED | {"password": "another long phrase", "again": "another long phrase"})
    assert response.status_code == 410
    assert User.objects.get().check_password(people.PASSWORD)


@pytest.mark.parametrize("first", [True, False])
def test_no_used_link_comes_alive_again_when_its_account_is_gone(first: bool) -> None:
    paths = [first_path() if first else invited_path("Bob") for _number in range(2)]
    assert Client().post(paths[0], TYPED).status_code == 302
    User.objects.update(username="renamed", is_staff=False)
    assert [Client().get(path).status_code for path in paths] == [410, 410]
    User.objects.all().delete()
    assert [Client().post(path, TYPED).status_code for path in paths] == [410, 410]
    assert not User.objects.exists()


def test_somebody_else_s_enrolment_leaves_a_link_alive() -> None:
    path = invited_path("bob")
    Client().post(invited_path("carol"), TYPED)
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize("username", ["", "bob"])
def test_the_key_that_signs_makes_nobody_staff(username: str) -> None:
    enrolment.link(Invitation(username))
    forged = signing.dumps(["a nonce of one's own", username, True], salt=enrolment.SALT)
    assert Client().post(f"/admin/enrol/{forged}/", TYPED).status_code == 410
    assert not User.objects.exists()


def test_whoever_reads_the_database_has_no_link_and_no_session() -> None:
    token = first_path().split("/")[3]
    nonce = signing.loads(token, salt=enrolment.SALT)[0]
    kept = Session.objects.get()
    assert nonce not in f"{kept.session_key} {kept.session_data}"
    client = Client()
    client.cookies["staff"] = kept.session_key
    assert client.get("/admin/").headers["Location"] == "/admin/account/login/?next=/admin/"


def test_rows_of_links_that_ran_out_go_with_the_next_link() -> None:
    enrolment.link(Invitation("bob"))
    with time_machine.travel(datetime.now().astimezone() + timedelta(days=3, minutes=1)):
        enrolment.link(Invitation("carol"))
    assert Session.objects.count() == 1


def test_an_invitation_of_a_name_that_differs_only_in_case_is_dead() -> None:
    people.create_bob()
    assert Client().get(invited_path("BOB")).status_code == 410


def test_a_link_is_dead_after_three_days() -> None:
    path = invited_path()
    now = datetime.now().astimezone()
    with time_machine.travel(now + timedelta(days=2, hours=23)):
        assert Client().get(path).status_code == 200
    with time_machine.travel(now + timedelta(days=3, minutes=1)):
        assert Client().get(path).status_code == 410


@pytest.mark.parametrize("token", ["x", "a:b:c", "eyJ1c2VybmFtZSI6IiJ9:1xVhgK:forged", "%00", "x" * 3000])
@pytest.mark.parametrize("prefix", ["/admin/enrol/", "/admin/en/enrol/"])
def test_a_forged_link_is_not_found(prefix: str, token: str) -> None:
    assert Client().get(f"{prefix}{token}/").status_code == 404


def test_a_token_that_the_site_signed_for_something_else_is_not_found() -> None:
    token = signing.dumps({"username": "mallory", "is_superuser": True}, salt="something else")
    assert Client().get(f"/admin/enrol/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"password": "short", "again": "short"}, "パスワードは12文字以上で入力してください"),
        ({"password": "password1234", "again": "password1234"}, "よく使われているパスワード"),
        ({"again": "not the same phrase"}, "2つの欄に同じパスワード"),
        ({"username": ""}, "必須"),
        ({"username": "a b"}, "ユーザー名"),
        ({"username": "x" * 151}, "150"),
        ({"username": "a\0b"}, "使用できない文字"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(typed: dict[str, str], message: str) -> None:
    response = Client().post(first_path(), TYPED | typed)
    assert response.status_code == 422
    assert message in response.text
    assert 'value="Alice"' in response.text
    assert people.PASSWORD not in response.text
    assert not User.objects.exists()


def test_a_wrong_method_is_refused() -> None:
    assert Client().put(first_path()).status_code == 405


def test_the_page_is_kept_by_no_cache_and_tells_no_other_site_its_address() -> None:
    headers = Client().get(first_path()).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("invitation", [Invitation(), Invitation("alice"), Invitation("ALICE")])
def test_an_account_made_after_the_form_was_shown_uses_the_link_up(invitation: Invitation) -> None:
    enrolment.link(invitation)
    people.create_alice()
    with pytest.raises(enrolment.LinkUsedError):
        enrolment.create_account(invitation, invitation.username or "mallory", "", people.PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_first_accounts_at_the_same_time_one_is_made() -> None:
    enrolment.first_enrolment_link()
    start, results = threading.Barrier(2), []

    def enrol(username: str) -> None:
        start.wait()
        try:
            results.append(enrolment.create_account(Invitation(), username, "", people.PASSWORD).username)
        except enrolment.LinkUsedError:
            results.append("used")
        except OperationalError:  # SQLite in memory doesn't wait for its turn
            results.append("used")
        finally:
            connection.close()

    threads = [threading.Thread(target=enrol, args=[name]) for name in ("alice", "mallory")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("used") == 1
    assert User.objects.count() == 1


def test_invite_staff_prints_a_link_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("invite_staff", "carol")
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://localhost:8000/admin/enrol/")
    Client().post(path_of(link), TYPED)
    assert not User.objects.get(username="carol").is_superuser


def test_invite_staff_can_invite_an_administrator(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("invite_staff", "carol", "--superuser")
    Client().post(path_of(capsys.readouterr().out.strip()), TYPED)
    assert User.objects.get(username="carol").is_superuser


@pytest.mark.parametrize("username", ["bob", "Bob", "a b", "", "x" * 151])
def test_invite_staff_refuses_a_name_that_can_t_be(username: str) -> None:
    people.create_bob()
    with pytest.raises(CommandError):
        call_command("invite_staff", username)
