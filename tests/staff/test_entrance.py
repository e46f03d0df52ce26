"""Who comes in: active staff with a second factor, and nobody else (clause S15)."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.staff import people

pytestmark = pytest.mark.django_db

PAGES = [
    "/admin/",
    "/admin/en/",
    "/admin/inquiries/inquiry/",
    "/admin/en/inquiries/inquiry/",
    "/admin/inquiries/look/",
    "/admin/auth/user/",
    "/admin/jsi18n/",
]
ALLAUTH_PAGES_WE_DO_WITHOUT = [
    "signup/",
    "email/",
    "confirm-email/",
    "confirm-email/abc/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-abc/",
    "password/set/",
    "login/code/",
    "login/code/confirm/",
    "",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_stranger_is_led_to_the_sign_in_page_in_the_same_language(address: str) -> None:
    response = Client().get(address)
    english = "en/" if address.startswith("/admin/en/") else ""
    assert response.status_code == 302
    assert response.headers["Location"] == f"/admin/{english}account/login/?next={address}"


@pytest.mark.parametrize("address", PAGES)
def test_staff_without_a_second_factor_are_led_to_set_it_up(address: str) -> None:
    client = people.sign_in(people.create_charlie(), "password")
    response = client.get(address, follow=True)
    english = "en/" if address.startswith("/admin/en/") else ""
    assert response.redirect_chain == [(f"/admin/{english}account/2fa/", 302)]
    assert ("Set up a second factor first" if english else "まず、二段階認証を設定してください") in response.text


@pytest.mark.parametrize("address", PAGES)
def test_somebody_signed_in_who_is_no_staff_is_refused(address: str) -> None:
    assert people.sign_in(people.create_dana()).get(address).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_an_administrator_comes_in(address: str) -> None:
    assert people.sign_in(people.create_alice()).get(address).status_code == 200


@pytest.mark.parametrize("address", ["/admin/", "/admin/inquiries/inquiry/", "/admin/inquiries/look/"])
def test_an_agent_sees_the_desk(address: str) -> None:
    assert people.sign_in(people.create_bob()).get(address).status_code == 200


@pytest.mark.parametrize("address", ["/admin/auth/user/", "/admin/auth/group/", "/admin/auth/user/add/"])
def test_an_agent_does_not_manage_staff(address: str) -> None:
    assert people.sign_in(people.create_bob()).get(address).status_code == 403


def test_a_session_opened_by_a_password_alone_must_show_the_second_factor() -> None:
    client = people.sign_in(people.create_alice(), "password")
    response = client.get("/admin/inquiries/look/?p=2")
    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/account/2fa/reauthenticate/?next=/admin/inquiries/look/%3Fp%3D2"


def test_the_second_factor_of_somebody_else_in_the_same_session_does_not_count() -> None:
    client = people.sign_in(people.create_alice())
    session = client.session
    session["account_authentication_methods_user"] = "999"
    session.save()
    assert client.get("/admin/").status_code == 302


def test_recovery_codes_alone_are_no_second_factor() -> None:
    from allauth.mfa.models import Authenticator

    charlie = people.create_charlie()
    Authenticator.objects.create(user=charlie, type="recovery_codes", data={"seed": "00", "used_mask": 0})
    assert people.sign_in(charlie).get("/admin/").headers["Location"] == "/admin/account/2fa/"


def test_a_deactivated_member_of_staff_is_out_at_once() -> None:
    alice = people.create_alice()
    client = people.sign_in(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get("/admin/").headers["Location"] == "/admin/account/login/?next=/admin/"


def test_password_and_second_factor_sign_in() -> None:
    people.create_alice()
    client = Client()
    response = client.post(
        "/admin/en/account/login/?next=/admin/en/inquiries/look/", {"login": "alice", "password": people.PASSWORD}
    )
    assert response.headers["Location"] == "/admin/en/account/2fa/authenticate/"
    assert client.get("/admin/en/").status_code == 302
    response = client.post("/admin/en/account/2fa/authenticate/", {"code": code_of(people.SECRET)})
    assert response.headers["Location"] == "/admin/en/inquiries/look/"
    assert client.get("/admin/en/inquiries/look/").status_code == 200


def test_a_wrong_code_says_so_and_lets_nobody_in() -> None:
    people.create_alice()
    client = Client()
    client.post("/admin/account/login/", {"login": "alice", "password": people.PASSWORD})
    response = client.post("/admin/account/2fa/authenticate/", {"code": "000000"})
    assert "コードが正しくありません" in response.text
    assert client.get("/admin/").status_code == 302


def test_a_wrong_password_says_so_without_telling_who_exists() -> None:
    people.create_alice()
    known = Client().post("/admin/account/login/", {"login": "alice", "password": "wrong"})
    unknown = Client().post("/admin/account/login/", {"login": "nobody", "password": "wrong"})
    message = "入力されたユーザー名もしくはパスワードが正しくありません"
    assert message in known.text
    assert message in unknown.text


def test_six_wrong_passwords_lock_even_the_right_one_out() -> None:
    people.create_alice()
    for _attempt in range(5):
        Client().post("/admin/account/login/", {"login": "alice", "password": "wrong"})
    response = Client().post("/admin/account/login/", {"login": "alice", "password": people.PASSWORD})
    assert response.status_code == 200
    assert "ログイン失敗が連続しています" in response.text


def test_too_many_requests_are_a_page_in_the_site_s_look() -> None:
    for _attempt in range(31):
        response = Client().post("/admin/en/account/login/", {"login": str(_attempt), "password": "wrong"})
    assert response.status_code == 429
    assert "Wait a while and try again." in response.text
    assert "skip-link" in response.text


@pytest.mark.parametrize("path", ALLAUTH_PAGES_WE_DO_WITHOUT)
@pytest.mark.parametrize("prefix", ["/admin/account/", "/admin/en/account/"])
def test_what_invited_staff_need_not_is_not_there(prefix: str, path: str) -> None:
    assert Client().get(prefix + path).status_code == 404
    assert people.sign_in(people.create_alice()).get(prefix + path).status_code == 404


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/admin/login/?next=/admin/x/", "/admin/account/login/?next=/admin/x/"),
        ("/admin/en/logout/", "/admin/en/account/logout/"),
        ("/admin/en/password_change/", "/admin/en/account/password/change/"),
    ],
)
def test_django_s_own_ways_in_and_out_lead_to_ours(path: str, leads_to: str) -> None:
    assert Client().get(path).headers["Location"] == leads_to


def test_signing_out_ends_the_session() -> None:
    client = people.sign_in(people.create_alice())
    assert client.post("/admin/en/account/logout/").headers["Location"] == "/admin/en/account/login/"
    assert client.get("/admin/en/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "",
        "login/",
        "2fa/",
        "2fa/webauthn/",
        "2fa/webauthn/add/",
        "2fa/totp/deactivate/",
        "2fa/recovery-codes/generate/",
        "password/change/",
        "logout/",
        "reauthenticate/",
        "2fa/reauthenticate/",
    ],
)
@pytest.mark.parametrize("prefix", ["/admin/account/", "/admin/en/account/"])
def test_no_account_page_fails_and_none_is_kept(prefix: str, path: str) -> None:
    alice = people.create_alice()
    client = people.sign_in(alice)
    session = client.session
    session["account_authentication_methods"][0]["reauthenticated"] = True
    session.save()
    response = client.get(prefix + path)
    assert response.status_code in {200, 302, 404}
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Content-Language"] == ("en" if "/en/" in prefix else "ja")


def test_setting_up_an_app_shows_its_key_as_picture_and_text_without_any_hole_in_the_policy() -> None:
    client = people.sign_in(people.create_charlie(), "password")
    session = client.session
    session["account_authentication_methods"][0]["reauthenticated"] = True
    session.save()
    response = client.get("/admin/account/2fa/totp/activate/")
    assert "data:image" not in response.text
    assert "<?xml" not in response.text
    assert client.session["mfa.totp.secret"] in response.text
    assert "img-src 'self';" in response.headers["Content-Security-Policy"] + ";"
    response = client.post("/admin/account/2fa/totp/activate/", {"code": code_of(client.session["mfa.totp.secret"])})
    assert response.headers["Location"] == "/admin/account/2fa/recovery-codes/"
    assert client.get("/admin/").status_code == 200, "who sets it up has it in hand"


@pytest.mark.parametrize("path", ["/admin/account/2fa/totp/activate/", "/admin/account/2fa/webauthn/add/"])
def test_a_second_factor_is_added_only_after_confirming_the_password(path: str) -> None:
    response = people.sign_in(people.create_charlie(), "password").get(path)
    assert response.headers["Location"] == f"/admin/account/reauthenticate/?next={quote(path, safe='')}"


@pytest.mark.parametrize(
    "path",
    ["/admin/inquiries/inquiry/?state__exact=%00", "/admin/inquiries/inquiry/?q=%00", "/admin/auth/user/?%00=1"],
)
def test_nul_in_a_query_is_a_clear_page(path: str) -> None:
    assert people.sign_in(people.create_alice()).get(path).status_code in {302, 400}


@pytest.mark.parametrize(
    "path",
    ["/admin/auth/user/%00/change/", "/admin/no/such/page/", "/admin/inquiries/inquiry/999999999999999999999/change/"],
)
def test_an_unknown_address_is_a_404_page(path: str) -> None:
    assert people.sign_in(people.create_alice()).get(path).status_code == 404


def test_secrets_of_second_factors_have_no_admin_page() -> None:
    client = people.sign_in(people.create_alice())
    assert client.get("/admin/mfa/authenticator/").status_code == 404
    assert client.get("/admin/account/emailaddress/").status_code == 404


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("/admin/", "/admin/en/"),
        ("/admin/en/inquiries/inquiry/?state__exact=new", "/admin/inquiries/inquiry/?state__exact=new"),
        ("/admin/account/password/change/", "/admin/en/account/password/change/"),
    ],
)
def test_the_language_switch_keeps_the_page(address: str, other: str) -> None:
    assert f'href="{other}"' in people.sign_in(people.create_alice()).get(address).text


def test_admin_pages_hold_no_inline_script_style_or_handler() -> None:
    import re

    client = people.sign_in(people.create_alice())
    for address in (*PAGES[:6], "/admin/auth/user/add/", "/admin/account/2fa/", "/admin/account/2fa/webauthn/add/"):
        text = client.get(address).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", text), address
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script


def code_of(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))
