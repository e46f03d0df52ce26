"""Whatever is sent to the staff's pages, signed in or not: a clear page, never a fault of ours."""

import base64
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from django.db import DataError
from django.test import Client

from tests.staff.people import PASSWORD, create_alice, create_charlie, sign_in

pytestmark = pytest.mark.django_db

HUGE = "9" * 30


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def credential(of_what: str, **response: str) -> str:
    client_data = encoded(b'{"type":"webauthn.%s","challenge":"AAAA","origin":"http://localhost"}' % of_what.encode())
    parts = ",".join(f'"{name}":{value}' for name, value in response.items())
    return (
        '{"id":"AAAA","rawId":"AAAA","type":"public-key","clientExtensionResults":{},'
        f'"response":{{"clientDataJSON":"{client_data}",{parts}}}}}'
    )


ODD = [
    "",
    "{",
    '"text"',
    "1",
    "[1]",
    "null",
    "9" * 5_000,
    "[" * 100_000,
    '{"id":1}',
    '{"id":"\\u0000"}',
    '{"response":null}',
    '{"id":"a","rawId":"a","type":"public-key","response":{}}',
    '{"id":"AAAA","rawId":"AAAA","type":"x","response":[1]}',
]
ODD_TO_SIGN_IN = [
    credential("get", authenticatorData=f'"{data}"', signature='"AAAA"', userHandle=handle)
    for data in (encoded(bytes(37)), encoded(bytes(36) + b"\xff"), encoded(b"\xff" * 60), "AAAA", "")
    for handle in ("null", '"MQ"', '"AAA"', '"_w"', '""', "1", "[]")
]
ODD_TO_ADD = [
    credential("create", attestationObject=f'"{encoded(data)}"', transports="[]")
    for data in (b"", b"\0\0\0", b"\xa1cfmtdnone", b"\xa3cfmtdnonegattStmt\xa0hauthDataA\0", b"\x9f" * 50, b"\xff")
]


@pytest.mark.parametrize("sent", ODD + ODD_TO_SIGN_IN)
def test_a_broken_passkey_signs_nobody_in_and_breaks_nothing(client: Client, sent: str) -> None:
    client.get("/admin/account/2fa/webauthn/login/")
    response = client.post("/admin/account/2fa/webauthn/login/", {"credential": sent})
    assert response.status_code in {200, 302}
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("sent", ODD + ODD_TO_ADD)
def test_a_broken_passkey_is_not_added(sent: str) -> None:
    charlie = create_charlie()
    client = sign_in(charlie, "password")
    client.post("/admin/account/reauthenticate/", {"password": PASSWORD})
    client.get("/admin/account/2fa/webauthn/add/")
    response = client.post("/admin/account/2fa/webauthn/add/", {"credential": sent, "name": "key"})
    assert response.status_code == 200
    assert not Authenticator.objects.filter(user=charlie).exists()


@pytest.mark.parametrize("ticked", ["", "\0", "abc", "1.5", "-1", "１", "[]", HUGE, "9" * 5000])
def test_a_row_ticked_by_anything_but_its_number_is_a_bad_request(ticked: str) -> None:
    client = sign_in(create_alice())
    sent = {"action": "delete_selected", "index": "0", "_selected_action": ticked}
    for address in ("/admin/auth/user/", "/admin/en/auth/group/"):
        response = client.post(address, sent)
        assert response.status_code == 400
        assert b"<h1>" in response.content


@pytest.mark.parametrize(
    "address",
    [
        f"/admin/auth/user/?id__in={HUGE}",
        f"/admin/en/auth/group/?pk__in={HUGE}",
        f"/admin/inquiries/inquiry/?id__in={HUGE}",
        "/admin/inquiries/inquiry/?received_at__year=-1",
        "/admin/inquiries/inquiry/?received_at__gte=1111-11-11",
        "/admin/inquiries/inquiry/?sealed=a",
        "/admin/inquiries/look/?by__username=alice",
        f"/admin/consent/decision/?policy__exact={HUGE}",
        f"/admin/consent/purpose/{HUGE}/change/",
    ],
)
def test_what_no_list_offers_is_a_clear_page(address: str) -> None:
    response = sign_in(create_alice()).get(address)
    assert response.status_code in {200, 302, 400, 404}


@pytest.mark.parametrize("address", ["/admin/auth/group/add/", "/admin/en/auth/group/add/"])
def test_a_choice_with_a_number_that_no_row_has_is_a_clear_page(address: str) -> None:
    response = sign_in(create_alice()).post(address, {"name": "press", "permissions": HUGE})
    assert response.status_code in {200, 400}


@pytest.mark.parametrize("field", ["groups", "user_permissions"])
def test_a_permission_of_somebody_s_with_a_number_that_no_row_has_is_a_bad_request(field: str) -> None:
    alice = create_alice()
    assert sign_in(alice).post(f"/admin/auth/user/{alice.pk}/change/", {field: HUGE}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [f"{HUGE}/{action}/" for action in ("change", "open", "answer", "close", "reopen")]
    + [f"{HUGE}/mail/1/again/", f"1/mail/{HUGE}/sent/", f"1/mail/{'9' * 19}/again/"],
)
def test_an_action_on_an_inquiry_with_a_number_that_no_row_has_is_not_found(path: str) -> None:
    client = sign_in(create_alice())
    for prefix in ("/admin/", "/admin/en/"):
        assert client.post(f"{prefix}inquiries/inquiry/{path}").status_code == 404


@pytest.mark.parametrize("fault", [DataError, OverflowError])
def test_a_fault_of_ours_in_what_staff_do_is_a_logged_500_and_in_a_list_a_clear_page(
    fault: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    alice = create_alice()
    client = sign_in(alice)
    client.raise_request_exception = False
    with mock.patch("django.contrib.auth.admin.UserAdmin.get_queryset", side_effect=fault):
        assert client.get("/admin/auth/user/").status_code == 400
        assert client.post(f"/admin/auth/user/{alice.pk}/change/", {}).status_code == 500
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == ["django.request"]


@pytest.mark.parametrize("query", ["state__exact=new", "category__exact=press", "language__exact=ja", "q=AAAAA-BBBBB"])
def test_the_filters_that_a_list_offers_work(query: str) -> None:
    assert sign_in(create_alice()).get(f"/admin/inquiries/inquiry/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["date_joined__year=-1", "last_login__year=99999", "password__startswith=p"])
def test_accounts_are_filtered_by_what_the_list_offers_alone(query: str) -> None:
    client = sign_in(create_alice())
    assert client.get(f"/admin/auth/user/?{query}").status_code in {302, 400}
    assert client.get("/admin/auth/user/?is_staff__exact=1").status_code == 200


def test_no_account_is_deleted_so_that_the_log_can_name_it() -> None:
    alice = create_alice()
    client = sign_in(alice)
    client.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [str(alice.pk)], "post": "yes"})
    assert client.post(f"/admin/auth/user/{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    alice.refresh_from_db()
