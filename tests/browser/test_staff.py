"""Staff enrol with a passkey, open an inquiry for a purpose, and answer it by mail (clauses S5, S12 and S15)."""

import email
import email.policy
import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessibility import violations
from tests.browser.test_sender import TYPED, fill_in, reference_on, wait_for_mail

pytestmark = pytest.mark.browser


NO_UNLOAD = "unload is not allowed"
"""What Chromium says of Django admin's own pop-up script: it listens to `unload`, which every page here forbids."""


def add_authenticator(page: Page) -> None:
    """Give the browser a passkey device that says yes (WebDriver's virtual authenticator)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_the_first_member_of_staff_enrols_and_answers(site: Site, visit: Callable[..., Page]) -> None:
    sender = visit()
    sender.goto("/inquiry/")
    fill_in(sender, TYPED)
    sender.get_by_role("button", name="入力内容を確認する").click()
    sender.get_by_role("button", name="この内容で送信する").click()
    reference = reference_on(sender)

    link = re.search(r"http://localhost:\d+/admin/enrol/\S+", (site.folder / "log").read_text())
    assert link, "the start shows the one-time link"
    page = visit(locale="ja-JP", allow_console="422")
    page.watch.expected.append(NO_UNLOAD)  # type: ignore[attr-defined]
    add_authenticator(page)
    enrol(page, link[0])

    page.goto("/admin/inquiries/inquiry/")
    assert TYPED["name"] not in page.content()
    assert violations(page) == []
    page.get_by_role("link", name=reference).click()
    assert TYPED["name"] not in page.content()
    page.get_by_role("button", name="開く").click()
    expect(page.locator("body")).to_contain_text(TYPED["name"])
    expect(page.locator("body")).to_contain_text("様式①の記入例を見せてください。")
    assert violations(page) == []
    assert looks(site)[-1] == ("answer", 1)
    page.locator("textarea").fill("髙橋様\n様式①の記入例は別紙のとおりです。")
    page.get_by_role("button", name="回答を送信する").click()
    expect(page.locator("body")).to_contain_text("回答済み")
    keep(page)

    answers = [mail for mail in wait_for_answer(site) if reference in str(mail["Subject"])]
    assert [mail["To"] for mail in answers] == [TYPED["email"]]
    assert "様式①の記入例は別紙のとおりです。" in answers[0].get_content()
    wait_for_mail(site, reference)


def keep(page: Page) -> None:
    """Keep the inquiry that the page shows from being erased, and look at every state of it."""
    page.get_by_role("link", name="消去されないように保全する").click()
    page.get_by_role("button", name="保全する").click()
    expect(page.locator("body")).to_contain_text("保全する理由を入力してください")
    assert violations(page) == []
    page.locator("textarea").fill("訴訟のため")
    page.locator("input[type=date]").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="保全する").click()
    expect(page.locator("body")).to_contain_text("まで保全中")
    assert violations(page) == []
    page.get_by_role("button", name="今すぐ終了する").click()
    expect(page.locator("body")).to_contain_text("このお問い合わせの保全を終了しました")


def enrol(page: Page, link: str) -> None:
    page.goto(link)
    assert violations(page) == []
    page.locator("input[name=username]").fill("alice")
    for field in page.locator("input[type=password]").all():
        field.fill("a-long-pass-phrase-2026")
    page.locator("form button[type=submit], form button:not([type])").last.click()
    page.wait_for_url(re.compile("webauthn|2fa|mfa"))
    assert violations(page) == []
    if "webauthn" not in page.url:
        page.get_by_role("link", name=re.compile("パスキー|セキュリティキー|追加")).first.click()
    page.locator("input[name=name]").fill("Alice's key")
    passwordless = page.locator("input[name=passwordless]")
    if passwordless.count():
        passwordless.check()
    page.locator("#mfa_webauthn_add, form button").last.click()
    page.wait_for_url(re.compile("recovery|webauthn/keys|2fa/$|/admin/$"))
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/admin/$"))


def looks(site: Site) -> list[tuple[str, int]]:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        return database.execute("SELECT purpose, by_id FROM inquiries_look WHERE by_id IS NOT NULL").fetchall()


def wait_for_answer(site: Site) -> list[email.message.EmailMessage]:
    count = 1
    while True:
        mails = [email.message_from_bytes(raw, policy=email.policy.default) for raw in site.mails(count)]
        found = [mail for mail in mails if "回答" in str(mail["Subject"])]
        if found:
            return found
        count = len(mails) + 1


def test_a_used_enrolment_link_is_dead(site: Site, visit: Callable[..., Page]) -> None:
    link = re.search(r"http://localhost:\d+/admin/enrol/\S+", (site.folder / "log").read_text())
    assert link
    page = visit(allow_console="Failed to load resource")
    page.goto(link[0])
    expect(page.locator("input[name=username]")).to_have_count(0)


def test_a_passkey_signs_in_again(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(allow_console=NO_UNLOAD)
    add_authenticator(page)
    link = site.manage("invite_staff", "bob").strip().split()[-1]
    page.goto(link)
    for field in page.locator("input[type=password]").all():
        field.fill("another-long-phrase-2026")
    page.locator("form button[type=submit], form button:not([type])").last.click()
    page.wait_for_url(re.compile("webauthn|2fa|mfa"))
    page.goto("/admin/en/inquiries/inquiry/")
    expect(page).not_to_have_url(re.compile("/inquiries/inquiry/$"))
