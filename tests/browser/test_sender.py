"""A sender inquires: with everything, with nothing but HTML, with the keyboard alone (clauses S4, S7, S8 and S12)."""

import email
import email.policy
import re
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

REFERENCE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
TYPED = {
    "name": "髙橋 﨑子",
    "name_kana": "たかはし さきこ",
    "organization": "①㈱例示電力",
    "email": "sakiko.takahashi@example.jp",
    "telephone": "０３－１２３４－５６７８",
    "postal_code": "〒135-0061",
    "address": "東京都江東区豊洲6-2-15 例示ビル9階",
    "subject": "容量市場の様式について 🙂",
    "message": "様式①の記入例を見せてください。\n髙橋（㈱例示電力）より",
}


def fill_in(page: Page, typed: dict[str, str]) -> None:
    page.locator("select[name=category]").select_option("capacity_market")
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("input[name=agree]").check()


def inquiries(site: Site) -> list[tuple[str, str, str]]:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        return database.execute("SELECT reference, language, state FROM inquiries_inquiry ORDER BY id").fetchall()


def reference_on(page: Page) -> str:
    found = REFERENCE.search(page.locator("main").inner_text())
    assert found
    return found[0]


@pytest.mark.parametrize("scripted", [True, False])
def test_an_inquiry_in_japanese(site: Site, visit: Visit, scripted: bool) -> None:
    before = len(inquiries(site))
    page = visit(locale="ja-JP", java_script_enabled=scripted, viewport={"width": 390, "height": 800})
    page.goto("/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name="入力内容を確認する").click()
    expect(page.locator("h1")).to_have_text("お問い合わせ内容の確認")
    shown = page.locator("main").inner_text()
    assert "まだ送信されていません。" in shown
    for name in ("name", "name_kana", "organization", "email", "address", "subject"):
        assert TYPED[name] in shown
    assert len(inquiries(site)) == before, "checking is not sending"
    page.get_by_role("button", name="この内容で送信する").click()
    expect(page.locator("h1")).to_have_text("お問い合わせを受け付けました")
    reference = reference_on(page)
    assert [row[:2] for row in inquiries(site)[before:]] == [(reference, "ja")]
    assert page.context.cookies() == []


def test_an_inquiry_with_cookies_blocked(site: Site, blocked: Page) -> None:
    before = len(inquiries(site))
    blocked.goto("/en/inquiry/")
    fill_in(blocked, TYPED)
    blocked.get_by_role("button", name="Check what you entered").click()
    blocked.get_by_role("button", name="Send this inquiry").click()
    expect(blocked.locator("h1")).to_have_text("We have received your inquiry")
    assert [row[:2] for row in inquiries(site)[before:]] == [(reference_on(blocked), "en")]


def test_mistakes_are_named_and_nothing_typed_is_lost(visit: Visit) -> None:
    page = visit(allow_console="422")
    page.goto("/en/inquiry/")
    page.locator("[name=name]").fill("Hanako Yamada")
    page.locator("[name=email]").fill("not an address")
    page.locator("[name=message]").fill("A question\nin two lines")
    page.get_by_role("button", name="Check what you entered").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    assert violations(page) == []
    expect(page.locator("[name=name]")).to_have_value("Hanako Yamada")
    expect(page.locator("[name=email]")).to_have_value("not an address")
    expect(page.locator("[name=message]")).to_have_value("A question\nin two lines")
    summary.get_by_role("link", name=re.compile("e-mail address")).click()
    expect(page.locator("[name=email]")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_axe_finds_nothing_on_any_step(visit: Visit, prefix: str, width: int, scheme: str) -> None:
    page = visit(viewport={"width": width, "height": 800}, color_scheme=scheme, allow_console="422")
    page.goto(f"{prefix}/inquiry/")
    page.locator("form.form button[type=submit], form.form button:not([type])").last.click()
    assert violations(page) == [], "with errors"
    fill_in(page, TYPED)
    page.locator("form.form button[type=submit], form.form button:not([type])").last.click()
    expect(page).to_have_url(re.compile("/inquiry/check/"))
    assert violations(page) == [], "check"
    page.locator("button[formaction$='/inquiry/done/'], form[action$='/inquiry/done/'] button").first.click()
    expect(page.locator("main")).to_contain_text(REFERENCE)
    assert violations(page) == [], "done"


def test_a_change_comes_back_with_everything(visit: Visit) -> None:
    page = visit()
    page.goto("/en/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name="Check what you entered").click()
    page.get_by_role("button", name="Change Full name").click()
    expect(page.locator("[name=name]")).to_have_value(TYPED["name"])
    expect(page.locator("[name=message]")).to_have_value(TYPED["message"])
    page.locator("[name=name]").fill("髙橋 咲子")
    page.get_by_role("button", name="Check what you entered").click()
    expect(page.locator("main")).to_contain_text("髙橋 咲子")


def test_sending_twice_is_one_inquiry_with_one_reference(site: Site, visit: Visit) -> None:
    before = len(inquiries(site))
    page = visit()
    page.goto("/en/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name="Check what you entered").click()
    page.get_by_role("button", name="Send this inquiry").dblclick()
    expect(page.locator("h1")).to_have_text("We have received your inquiry")
    reference = reference_on(page)
    page.reload()
    assert reference_on(page) == reference
    go_back_to_what_is_not_kept(page)
    page.get_by_role("button", name="Send this inquiry").click()
    expect(page.locator("h1")).to_have_text("We have received your inquiry")
    assert reference_on(page) == reference
    assert [row[0] for row in inquiries(site)[before:]] == [reference]


def go_back_to_what_is_not_kept(page: Page) -> None:
    """Press Back, and Reload where the browser asks whether to send the form again: the page is no-store."""
    try:
        page.go_back()
    except Error as problem:
        if "ERR_CACHE_MISS" not in str(problem):
            raise
        page.wait_for_function("document.readyState === 'complete'")  # the browser's own page, which asks
        page.reload()


def test_the_language_can_be_changed_in_the_middle(visit: Visit) -> None:
    page = visit()
    page.goto("/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name="入力内容を確認する").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Check your inquiry before sending")
    expect(page.locator("main")).to_contain_text(TYPED["name"])


def test_the_keyboard_alone_is_enough_to_inquire(visit: Visit) -> None:
    page = visit()
    page.goto("/en/inquiry/")
    page.locator("select[name=category]").focus()
    page.keyboard.press("ArrowDown")
    values = {"name": "Taro", "email": "taro@example.jp", "message": "Hello"}
    reached = ""
    for _press in range(30):
        page.keyboard.press("Tab")
        reached = page.evaluate("document.activeElement.name || document.activeElement.type || ''")
        if reached in values:
            page.keyboard.type(values[reached])
        if reached == "agree":
            page.keyboard.press("Space")
        if page.evaluate("document.activeElement.textContent.trim()") == "Check what you entered":
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check your inquiry before sending")
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Send this inquiry":
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("We have received your inquiry")


def test_the_acknowledgement_arrives_and_repeats_nothing_of_the_sender(site: Site, visit: Visit) -> None:
    page = visit()
    page.goto("/inquiry/")
    marked = TYPED | {"name": "印 太郎", "email": "shirushi.taro@example.jp", "message": "印の付いた本文です。"}
    fill_in(page, marked)
    page.get_by_role("button", name="入力内容を確認する").click()
    page.get_by_role("button", name="この内容で送信する").click()
    reference = reference_on(page)
    mail = next(m for m in reversed(wait_for_mail(site, reference)) if m["To"] == marked["email"])
    assert mail["Subject"] == f"【OCCTO】お問い合わせを受け付けました（受付番号：{reference}）"
    assert mail["Cc"] is None
    text = mail.get_content()
    assert reference in text
    for name, value in marked.items():
        assert value not in text, name


def wait_for_mail(site: Site, reference: str) -> list[email.message.EmailMessage]:
    """Return every mail once one names the reference."""
    count = 1
    while True:
        mails = [email.message_from_bytes(raw, policy=email.policy.default) for raw in site.mails(count)]
        if any(reference in str(mail["Subject"]) for mail in mails):
            return mails
        count = len(mails) + 1


def test_nothing_on_the_disk_tells_who_wrote_what(site: Site, visit: Visit) -> None:
    page = visit()
    page.goto("/en/inquiry/")
    markers = {
        "name": "MarkerName 髙橋",
        "name_kana": "まあかあ",
        "organization": "MarkerOrganization",
        "email": "marker.person@example.jp",
        "telephone": "03-9876-5432",
        "postal_code": "987-6543",
        "address": "MarkerAddress 豊洲",
        "subject": "MarkerSubject",
        "message": "MarkerMessage 本文",
    }
    fill_in(page, markers)
    page.get_by_role("button", name="Check what you entered").click()
    page.get_by_role("button", name="Send this inquiry").click()
    wait_for_mail(site, reference_on(page))
    spellings = {*markers.values(), "+81398765432", "0398765432", "9876543", "Marker", "marker.person"}
    files = [path for path in site.folder.rglob("*") if path.is_file() and site.outgoing not in path.parents]
    assert site.database in files
    hits = [
        (path.name, word)
        for path in files
        if "static" not in path.parts
        for data in [path.read_bytes()]
        for word in spellings
        if any(word.encode(encoding) in data for encoding in ("utf-8", "utf-16-le", "cp932"))
    ]
    assert hits == []
