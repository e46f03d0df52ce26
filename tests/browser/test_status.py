"""A sender comes back: on a phone, without JavaScript or cookies, with the keyboard alone (clauses S4, S6 and S7)."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessibility import violations
from tests.browser.test_sender import TYPED, fill_in, go_back_to_what_is_not_kept
from tests.browser.test_staff import NO_UNLOAD, add_authenticator

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

PHONE = {"width": 390, "height": 800}
WORDS = {
    "": {
        "check": "入力内容を確認する",
        "send": "この内容で送信する",
        "status": "お問い合わせの状況",
        "show": "お問い合わせを表示する",
        "message": "メッセージを送信する",
        "sent": "メッセージを送信しました。",
        "correct": "入力内容を訂正する",
        "save": "訂正した内容を保存する",
        "corrected": "入力内容を訂正しました。",
        "agree": "氏名の公表に同意する",
        "agreed": "氏名の公表に同意しました。",
        "request": "請求する",
        "disclosure": "開示",
        "send request": "請求を送信する",
        "due": "まで",
        "json": "JSON形式で保存する",
        "page": "ページとして保存する",
        "withdraw": "このお問い合わせを取り下げる",
        "for good": "取下げを確定する",
        "withdrawn": "に取り下げました。",
        "erase": "このお問い合わせを消去する",
        "ask": "消去を請求する",
        "erasing": "まもなくすべて消去します。",
        "text": "テキストファイルに保存する",
        "print": "このページを印刷する",
    },
    "/en": {
        "check": "Check what you entered",
        "send": "Send this inquiry",
        "status": "Status of your inquiry",
        "show": "Show the inquiry",
        "message": "Send message",
        "sent": "Your message has been sent.",
        "correct": "Correct details",
        "save": "Save the corrected details",
        "corrected": "Your details have been corrected.",
        "agree": "Agree to my name being published",
        "agreed": "You agreed to your name being published.",
        "request": "Make a request",
        "disclosure": "Disclosure",
        "send request": "Send request",
        "due": "by ",
        "json": "Save as JSON",
        "page": "Save as a page",
        "withdraw": "Withdraw this inquiry",
        "for good": "Withdraw for good",
        "withdrawn": "You withdrew this inquiry on",
        "erase": "Erase this inquiry",
        "ask": "Ask for erasure",
        "erasing": "We erase everything shortly.",
        "text": "Save as a text file",
        "print": "Print this page",
    },
}


def send(page: Page, prefix: str) -> tuple[str, str]:
    """Send an inquiry; return reference number and receipt code as the done page shows them."""
    words = WORDS[prefix]
    page.goto(f"{prefix}/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name=words["check"]).click()
    page.get_by_role("button", name=words["send"]).click()
    reference, code = page.locator(".reference").all_inner_texts()
    return reference, code.replace("\n", "")


def open_inquiry(page: Page, prefix: str, reference: str, code: str) -> None:
    page.goto(f"{prefix}/inquiry/status/")
    page.locator("[name=reference]").fill(reference)
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name=WORDS[prefix]["show"]).click()
    expect(page.locator("h1")).to_have_text(WORDS[prefix]["status"])
    expect(page.locator("main")).to_contain_text(reference.upper())


def press(page: Page, prefix: str, name: str) -> None:
    page.get_by_role("button", name=WORDS[prefix][name], exact=True).click()


def go_through_everything(page: Page, prefix: str, folder: Path) -> str:
    """Send, come back, do whatever a sender can do, up to asking for erasure; return the receipt code."""
    words, main = WORDS[prefix], page.locator("main")
    reference, code = send(page, prefix)
    with page.expect_download() as receipt:
        press(page, prefix, "text")
    receipt.value.save_as(folder / "receipt.txt")
    assert {reference, code} <= set(re.split(r"[\s：]+", (folder / "receipt.txt").read_text("utf-8-sig")))

    open_inquiry(page, prefix, reference.lower(), code.lower().replace("-", " "))
    for name in ("name", "email", "subject"):
        expect(main).to_contain_text(TYPED[name])
    page.locator("[name=body]").fill("追記です。")
    press(page, prefix, "message")
    expect(main).to_contain_text(words["sent"])
    press(page, prefix, "correct")
    page.locator("[name=email]").fill("saki@example.jp")
    press(page, prefix, "save")
    expect(main).to_contain_text(words["corrected"])
    expect(main).to_contain_text("saki@example.jp")
    press(page, prefix, "agree")
    expect(main).to_contain_text(words["agreed"])
    press(page, prefix, "request")
    page.get_by_label(words["disclosure"], exact=True).check()
    press(page, prefix, "send request")
    expect(main).to_contain_text(words["due"])
    for kind in ("json", "page"):
        with page.expect_download() as copy:
            press(page, prefix, kind)
        copy.value.save_as(folder / kind)
    assert [part.get("words") for part in json.loads((folder / "json").read_text())["thread"]] == ["追記です。", None]
    assert "saki@example.jp" in (folder / "page").read_text()
    press(page, prefix, "withdraw")
    press(page, prefix, "for good")
    expect(main).to_contain_text(words["withdrawn"])
    press(page, prefix, "erase")
    press(page, prefix, "ask")
    expect(main).to_contain_text(words["erasing"])
    assert code not in page.url
    assert reference not in page.url
    return code


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_whole_way_on_a_phone_without_javascript(site: Site, visit: Visit, prefix: str, tmp_path: Path) -> None:
    page = visit(viewport=PHONE, java_script_enabled=False)
    code = go_through_everything(page, prefix, tmp_path)
    assert page.context.cookies() == []
    assert kept_by(site, "追記です。", "saki@example.jp", code, code.replace("-", ""), code.lower()) == []


def kept_by(site: Site, *words: str) -> list[tuple[str, str]]:
    """Return which words stand in which files of the site, its mails left out: database, keys, logs."""
    files = [path for path in site.folder.rglob("*") if path.is_file() and site.outgoing not in path.parents]
    assert site.database in files
    return [
        (path.name, word)
        for path in files
        if "static" not in path.parts
        for data in [path.read_bytes()]
        for word in words
        if any(word.encode(encoding) in data for encoding in ("utf-8", "utf-16-le", "cp932"))
    ]


def test_the_whole_way_with_cookies_blocked(blocked: Page, tmp_path: Path) -> None:
    blocked.set_viewport_size({"width": 390, "height": 800})
    go_through_everything(blocked, "", tmp_path)


def test_nothing_of_it_stays_in_the_browser(visit: Visit) -> None:
    page = visit()
    reference, code = send(page, "/en")
    open_inquiry(page, "/en", reference, code)
    assert page.context.cookies() == []
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, location.href])")
    assert code not in kept
    assert reference not in kept
    assert page.evaluate("caches.keys().then(keys => keys.length)") == 0


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_axe_finds_nothing_in_any_state_and_nothing_scrolls_sideways(
    visit: Visit, prefix: str, width: int, scheme: str
) -> None:
    page = visit(viewport={"width": width, "height": 800}, color_scheme=scheme, allow_console="422")

    def judge(state: str) -> None:
        assert violations(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state

    reference, code = send(page, prefix)
    judge("done")
    page.goto(f"{prefix}/inquiry/status/")
    press(page, prefix, "show")
    judge("nothing entered")
    page.locator("[name=reference]").fill(reference)
    page.locator("[name=code]").fill("0" * 20)
    press(page, prefix, "show")
    judge("wrong code")
    open_inquiry(page, prefix, reference, code)
    judge("opened")
    press(page, prefix, "message")
    judge("nothing written")
    page.locator("[name=body]").fill("追記です。")
    press(page, prefix, "message")
    expect(page.locator(".is-success")).to_be_focused()
    judge("written")
    press(page, prefix, "correct")
    judge("to correct")
    page.locator("[name=email]").fill("x")
    press(page, prefix, "save")
    judge("corrected wrongly")
    page.locator("[name=email]").fill("saki@example.jp")
    press(page, prefix, "save")
    judge("corrected")
    press(page, prefix, "request")
    press(page, prefix, "send request")
    judge("nothing asked for")
    page.locator("[name=kind]").first.check()
    press(page, prefix, "send request")
    judge("asked for")
    press(page, prefix, "withdraw")
    judge("to withdraw")
    press(page, prefix, "for good")
    judge("withdrawn")
    press(page, prefix, "erase")
    judge("to erase")
    press(page, prefix, "ask")
    judge("to be erased")


def test_a_script_shows_the_button_that_prints(visit: Visit) -> None:
    page = visit()
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    send(page, "/en")
    press(page, "/en", "print")
    expect(page).to_have_title("printed")


def test_on_paper_number_and_code_stand_and_buttons_do_not(visit: Visit) -> None:
    page = visit()
    send(page, "/en")
    page.emulate_media(media="print")
    for locator in page.locator(".reference").all():
        expect(locator).to_be_visible()
    for button in page.get_by_role("button").all():
        expect(button).not_to_be_visible()


def test_the_code_is_marked_whole_by_one_click(visit: Visit) -> None:
    page = visit()
    _reference, code = send(page, "/en")
    page.locator(".reference.is-long").click()
    assert page.evaluate("getSelection().toString().replaceAll('\\n', '')") == code


def messages(site: Site) -> int:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        count: int = database.execute("SELECT COUNT(*) FROM inquiries_message").fetchone()[0]
    return count


def test_double_click_reload_and_back_send_a_message_once(site: Site, visit: Visit) -> None:
    page = visit()
    open_inquiry(page, "/en", *send(page, "/en"))
    before = messages(site)
    page.locator("[name=body]").fill("Once only")
    page.get_by_role("button", name="Send message").dblclick()
    expect(page.locator("main")).to_contain_text("Your message has been sent.")
    page.reload()
    expect(page.locator("main")).to_contain_text("Your message has been sent.")
    assert messages(site) == before + 1
    press(page, "/en", "correct")
    go_back_to_what_is_not_kept(page)
    expect(page.locator("h1")).to_have_text("Status of your inquiry")
    assert messages(site) == before + 1


def test_two_windows_undo_nothing_of_each_other(visit: Visit) -> None:
    page = visit(allow_console="409")
    reference, code = send(page, "/en")
    other = page.context.new_page()
    for window in (page, other):
        open_inquiry(window, "/en", reference, code)
        press(window, "/en", "correct")
    page.locator("[name=organization]").fill("First company")
    press(page, "/en", "save")
    other.locator("[name=telephone]").fill("03-9999-9999")
    press(other, "/en", "save")
    expect(other.locator("main")).to_contain_text("Details were corrected after you opened this page.")
    expect(other.locator("[name=telephone]")).to_have_value("03-9999-9999")


def test_the_language_can_be_changed_with_a_message_half_written(visit: Visit) -> None:
    page = visit()
    reference, code = send(page, "")
    open_inquiry(page, "", reference, code)
    page.locator("[name=body]").fill("途中まで")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Status of your inquiry")
    expect(page.locator("[name=body]")).to_have_value("途中まで")
    press(page, "/en", "correct")
    page.locator("[name=organization]").fill("Another company")
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("[name=organization]")).to_have_value("Another company")
    page.get_by_role("button", name="何も変更せずに戻る").click()
    expect(page.locator("[name=body]")).to_have_value("途中まで")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element with this name, or a button with these words, has the focus."""
    for _press in range(80):
        page.keyboard.press("Tab")
        reached = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        if reached == name:
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    page = visit()
    reference, code = send(page, "/en")
    page.goto("/en/inquiry/status/")
    tab_to(page, "reference")
    page.keyboard.type(reference)
    tab_to(page, "code")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(reference.upper())
    tab_to(page, "body")
    page.keyboard.type("By keyboard")
    tab_to(page, "Send message")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Your message has been sent.")
    tab_to(page, "Correct details")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Correct details")
    tab_to(page, "organization")
    page.keyboard.press("Control+A")
    page.keyboard.type("By keyboard Ltd")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Your details have been corrected.")
    tab_to(page, "Withdraw this inquiry")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Withdraw this inquiry")
    tab_to(page, "Withdraw for good")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("You withdrew this inquiry on")


def test_staff_answer_what_was_added_and_the_answer_appears(site: Site, visit: Visit) -> None:
    page = visit(viewport=PHONE, java_script_enabled=False)
    reference, code = send(page, "")
    open_inquiry(page, "", reference, code)
    page.locator("[name=body]").fill("追記の印です。")
    press(page, "", "message")
    press(page, "", "request")
    page.get_by_label("開示", exact=True).check()
    press(page, "", "send request")

    staff = visit(locale="ja-JP", allow_console=NO_UNLOAD)
    sign_in_invited(site, staff, "carol")
    staff.goto("/admin/inquiries/inquiry/")
    assert violations(staff) == []
    staff.get_by_role("link", name=reference).click()
    staff.get_by_role("button", name="開く").click()
    expect(staff.locator("body")).to_contain_text("追記の印です。")
    assert violations(staff) == []
    staff.locator("textarea").fill("追記への回答です。")
    staff.get_by_role("button", name="回答を送信する").click()
    staff.get_by_role("link", name="開示").click()
    assert violations(staff) == []
    staff.locator("textarea").fill("開示の結果です。")
    staff.get_by_role("button", name="対応済みにする").click()
    staff.goto("/admin/inquiries/datarequest/")
    assert violations(staff) == []

    open_inquiry(page, "", reference, code)
    for words in ("OCCTOからの回答", "追記への回答です。", "開示の結果です。"):
        expect(page.locator("main")).to_contain_text(words)


def sign_in_invited(site: Site, page: Page, name: str) -> None:
    """Make an account with a passkey by a link that an administrator made."""
    add_authenticator(page)
    page.goto(site.manage("invite_staff", name, "--superuser").strip().split()[-1])
    for field in page.locator("input[type=password]").all():
        field.fill("yet-another-long-phrase-2026")
    page.locator("form button[type=submit], form button:not([type])").last.click()
    page.wait_for_url(re.compile("webauthn|2fa|mfa"))
    if "webauthn" not in page.url:
        page.get_by_role("link", name=re.compile("パスキー|追加")).first.click()
    page.locator("input[name=name]").fill("key")
    page.locator("#mfa_webauthn_add, form button").last.click()
    page.wait_for_url(re.compile("recovery|webauthn/keys|2fa/$|/admin/$"))
