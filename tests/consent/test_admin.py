"""Staff fill in OCCTO's details; decisions, policy versions and notices they only read (clauses S2 and S5)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent import audit
from consent.models import Controller, Decision, Notice, PolicyVersion, TreeHead, VerificationRun
from tests.consent.decisions import create_sealed
from tests.consent.visitors import decision_of, press
from tests.staff.people import create_alice, create_bob, sign_in

pytestmark = pytest.mark.django_db

DETAILS = {
    "telephone": "03-0000-0000 (9:00-17:00)",
    "email": "info@example.jp",
    "president_ja": "例示 太郎",
    "president_en": "Taro Reiji",
    "privacy_contact_ja": "例示課",
    "privacy_contact_en": "Example division",
    "reply_time_ja": "5営業日",
    "reply_time_en": "5 working days",
    "main_policy_url": "https://example.jp/policy",
}


@pytest.fixture
def bob() -> Client:
    """Bob answers inquiries, and may read what visitors decided."""
    return sign_in(create_bob())


@pytest.mark.parametrize("prefix", ["/admin", "/admin/en"])
def test_occtos_details_are_one_screen(bob: Client, prefix: str) -> None:
    listed = bob.get(f"{prefix}/consent/controller/")
    assert listed.headers["Location"] == f"{prefix}/consent/controller/1/change/"
    page = bob.get(listed.headers["Location"])
    assert page.status_code == 200
    assert ("Reply time (English)" if "en" in prefix else "回答までの期間（英語）") in page.text
    assert bob.get(f"{prefix}/consent/controller/add/").status_code == 403
    assert bob.post(f"{prefix}/consent/controller/1/delete/", {"post": "yes"}).status_code == 403
    saved = bob.post(f"{prefix}/consent/controller/1/change/", DETAILS)
    assert saved.headers["Location"] == f"{prefix}/consent/controller/1/change/"
    assert Controller.objects.get().reply_time_en == "5 working days"


def test_details_are_on_the_pages_as_soon_as_they_are_saved(bob: Client, client: Client) -> None:
    bob.post("/admin/consent/controller/1/change/", DETAILS)
    assert "https://example.jp/policy" in client.get("/privacy/").text
    assert "例示 太郎" in client.get("/about/").text


def test_a_wrong_address_is_refused(bob: Client) -> None:
    answer = bob.post("/admin/consent/controller/1/change/", DETAILS | {"main_policy_url": "javascript:alert(1)"})
    assert answer.status_code == 200
    assert Controller.objects.get().main_policy_url == ""


def test_decisions_are_only_read(bob: Client, client: Client) -> None:
    decision = decision_of(press(client, "choose", purpose=["usage"]))
    address = f"/admin/en/consent/decision/{decision.pk}/"
    assert str(decision.pk) in bob.get("/admin/en/consent/decision/").text
    page = bob.get(f"{address}change/").text
    assert "usage" in page
    assert 'name="_save"' not in page
    assert bob.post(f"{address}change/", {"agreed": "sharing"}).status_code == 403
    assert bob.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert bob.get("/admin/en/consent/decision/add/").status_code == 403
    delete_selected = {"action": "delete_selected", "_selected_action": [str(decision.pk)], "post": "yes"}
    bob.post("/admin/en/consent/decision/", delete_selected)
    assert Decision.objects.get().agreed == "usage"


def test_an_administrator_may_not_either(client: Client) -> None:
    decision = decision_of(press(client, "agree"))
    notice, version = decision.notice_id, decision.policy_id
    alice = sign_in(create_alice())
    for address in (
        f"decision/{decision.pk}",
        f"notice/{notice}",
        f"policyversion/{version}",
    ):
        assert alice.get(f"/admin/consent/{address}/change/").status_code == 200
        assert alice.post(f"/admin/consent/{address}/change/", {}).status_code == 403
        assert alice.post(f"/admin/consent/{address}/delete/", {"post": "yes"}).status_code == 403
    assert Decision.objects.count() == 1
    assert Notice.objects.filter(pk=notice).exists()
    assert PolicyVersion.objects.filter(pk=version).exists()


@pytest.mark.usefixtures("own_keys")
def test_tree_heads_and_verifications_are_only_read(bob: Client) -> None:
    create_sealed(3)
    audit.verify(lambda sentence: None)
    run, head = VerificationRun.objects.get(), TreeHead.objects.get()
    for address, text in {f"treehead/{head.pk}": head.key, f"verificationrun/{run.pk}": str(run.entries)}.items():
        listed = bob.get(f"/admin/en/consent/{address.partition('/')[0]}/")
        assert (listed.status_code, text in listed.text) == (200, True)
        assert bob.get(f"/admin/consent/{address}/change/").status_code == 200
        assert bob.post(f"/admin/consent/{address}/change/", {}).status_code == 403
        assert bob.post(f"/admin/consent/{address}/delete/", {"post": "yes"}).status_code == 403
        assert bob.get(f"/admin/consent/{address.partition('/')[0]}/add/").status_code == 403


@pytest.mark.parametrize("address", ["cookiegroup", "cookie", "logitem"])
def test_the_packages_own_screens_are_gone(address: str) -> None:
    assert sign_in(create_alice()).get(f"/admin/cookie_consent/{address}/").status_code == 404


def test_a_record_is_found_by_its_whole_number(bob: Client, client: Client) -> None:
    first, second = (decision_of(press(client, "agree")) for _press in range(2))
    for number in (str(first.pk), f" {first.pk} ", first.pk.hex.upper()):
        page = bob.get("/admin/consent/decision/", {"q": number}).text
        assert f"{first.pk}</a>" in page
        assert f"{second.pk}</a>" not in page
    for nothing in ("019", "%", "'; --", "あ" * 40):
        answer = bob.get("/admin/consent/decision/", {"q": nothing})
        assert answer.status_code == 200
        assert f"{first.pk}</a>" not in answer.text


def test_the_list_never_counts_the_table(bob: Client, client: Client) -> None:
    press(client, "agree")
    with CaptureQueriesContext(connection) as asked:
        assert bob.get("/admin/consent/decision/").status_code == 200
    about_decisions = [query["sql"] for query in asked if '"consent_decision"' in query["sql"]]
    assert "LIMIT 51" in about_decisions[0]
    assert not any("COUNT(" in sql for sql in about_decisions)
