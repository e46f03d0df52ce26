"""The sender's own page, as a browser without JavaScript and cookies gets it, in both languages."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import LazySettings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent.models import Controller
from inquiries import guesses, replies, sealing, states, tokens
from inquiries.models import DataRequest, Inquiry, Look, Message, State
from tests.inquiries.senders import TYPED, inputs
from tests.inquiries.visits import Receipt, ask, correct, hidden, open_page, send, write, wrong_code
from tests.staff.people import create_bob

pytestmark = pytest.mark.django_db

NOT_FOUND = {
    "": "に合うお問い合わせは見つかりませんでした。",
    "/en": "No inquiry was found with this reference number",
}
PAGES = ["", "correct/", "request/", "withdraw/", "erase/"]
ACTIONS = [
    "message/",
    "correct/save/",
    "request/send/",
    "publish/",
    "withdraw/confirm/",
    "erase/confirm/",
    "save/json/",
    "save/page/",
]

both_languages = pytest.mark.parametrize("prefix", ["", "/en"])


@pytest.fixture(autouse=True)
def _no_guesses_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "_count", guesses.Count())


def main(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def answered(receipt: Receipt, body: str = "別紙のとおりです。") -> None:
    states.take_up(receipt.inquiry)
    replies.answer(receipt.inquiry, body, create_bob(), after=0)


# The way in


@both_languages
def test_the_page_asks_for_number_and_code_and_sets_nothing(prefix: str) -> None:
    response = Client().get(f"{prefix}/inquiry/status/")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    assert inputs(response.text) == {"reference": "", "code": ""}
    for words in {"": ["控えのコード", "再発行できません", "表示できない場合"], "/en": ["Receipt code", "cannot be"]}[
        prefix
    ]:
        assert words in response.text


@both_languages
def test_number_and_code_open_what_was_sent_without_a_private_key(
    prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = send(prefix=prefix)
    monkeypatch.setattr(sealing, "_private_key", lambda _name: pytest.fail("a private key was asked for"))
    response = open_page(receipt, prefix=prefix)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    page = main(response.text)
    for name in ("name", "organization", "email", "telephone", "address", "subject", "message"):
        assert TYPED[name] in page, name
    assert "容量市場" in page or "Capacity market" in page
    assert receipt.reference in page
    assert not Look.objects.exists(), "people may read what is their own"


def test_number_and_code_are_read_however_they_are_typed() -> None:
    receipt = send()
    wide = {ord(c): ord(c) + 0xFEE0 for c in receipt.code + receipt.reference}
    for reference, code in [
        (receipt.reference.lower(), receipt.code.lower().replace("-", "")),
        (f" {receipt.reference.replace('-', ' ')} ", receipt.code.replace("-", " ")),
        (receipt.reference.translate(wide), receipt.code.translate(wide)),
        (receipt.reference, receipt.code.replace("0", "O").replace("1", "l")),
        (f"受付番号：{receipt.reference}", f"控えのコード：{receipt.code}"),
    ]:
        response = Client().post("/inquiry/status/", {"reference": reference, "code": code})
        assert response.status_code == 200, (reference, code)


@both_languages
def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(prefix: str) -> None:
    receipt = send()
    pages = []
    for reference, code in [
        (receipt.reference, wrong_code(receipt.code)),
        ("22222-22222", receipt.code),
        (send().reference, receipt.code),
        ("nothing", receipt.code),
    ]:
        response = Client().post(f"{prefix}/inquiry/status/", {"reference": reference, "code": code})
        assert response.status_code == 422
        assert NOT_FOUND[prefix] in response.text
        page = main(response.text).replace(code, "CODE")
        pages.append(re.sub(r'name="reference" value="[^"]*"', "", page))
        assert inputs(response.text)["code"] == code, "what was typed is still there"
    assert len(set(pages)) == 1


def test_an_inquiry_from_before_the_codes_does_not_open() -> None:
    receipt = send()
    Inquiry.objects.update(sender_key=None, sender_copy=None)
    assert NOT_FOUND["/en"] in open_page(receipt).text
    assert "have no receipt code" in Client().get("/en/inquiry/status/").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reference": "", "code": "x" * 20}, '<a href="#id_reference">Enter the reference number</a>'),
        ({"reference": "x", "code": ""}, '<a href="#id_code">Enter the receipt code</a>'),
        ({"reference": "x", "code": "x" * 19}, '<a href="#id_code">The receipt code has 20 letters and digits.'),
        ({}, "Enter the receipt code"),
    ],
)
def test_what_is_missing_is_named(typed: dict[str, str], sentence: str) -> None:
    response = Client().post("/en/inquiry/status/", typed)
    assert response.status_code == 422
    assert sentence in response.text
    assert "<title>Error: " in response.text


def test_no_page_of_an_inquiry_opens_by_get() -> None:
    receipt = send()
    for path in [*PAGES[1:], *ACTIONS]:
        assert Client().get(f"/en/inquiry/status/{path}", receipt.keys).status_code == 405
    page = Client().get("/en/inquiry/status/", receipt.keys).text
    assert receipt.code not in page, "an address is no way to hand over a code"


@pytest.mark.parametrize("path", [*PAGES, *ACTIONS])
def test_nothing_is_shown_or_done_without_the_right_code(path: str) -> None:
    receipt = send()
    before = (Message.objects.count(), DataRequest.objects.count(), receipt.inquiry.state)
    typed = hidden(receipt) | {
        "code": wrong_code(receipt.code),
        "body": "追記です。",
        "kind": "stop",
        "publish_name": "on",
    }
    response = Client().post(f"/en/inquiry/status/{path}", typed)
    assert response.status_code == 422
    assert NOT_FOUND["/en"] in response.text
    assert TYPED["name"] not in response.text
    assert (Message.objects.count(), DataRequest.objects.count(), receipt.inquiry.state) == before
    assert not receipt.inquiry.publish_name


@pytest.mark.parametrize("path", [*PAGES, *ACTIONS])
def test_another_site_s_form_is_refused(path: str) -> None:
    receipt = send()
    response = Client().post(f"/en/inquiry/status/{path}", receipt.keys, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403


@pytest.mark.parametrize("path", [*PAGES, *ACTIONS[:6]])
def test_every_page_names_number_and_code_in_hidden_inputs_and_nowhere_else(path: str) -> None:
    receipt = send()
    response = open_page(receipt, path, body="追記です。", kind="stop")
    values = inputs(response.text)
    assert (values["reference"], values["code"]) == (receipt.reference, receipt.code)
    without_inputs = re.sub(r"<input[^>]*>", "", response.text)
    assert receipt.code not in without_inputs
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    targets = re.findall(r'(?:form)?action="([^"]+)"', main(response.text))
    assert targets
    assert all(target.startswith("/en/inquiry/status/") for target in targets), "they go nowhere else"


# What it tells


@pytest.mark.parametrize(
    ("prefix", "sentences"),
    [
        ("", ["受け付けました。", "お選びの方法で回答します。", "対応の終了から365日後に削除します。", "同意しない"]),
        (
            "/en",
            ["We have received this inquiry.", "by the means you chose.", "365 days after we close it.", "Not agreed"],
        ),
    ],
)
def test_a_new_inquiry_tells_where_it_stands(prefix: str, sentences: list[str]) -> None:
    page = main(open_page(send(prefix=prefix), prefix=prefix).text)
    for sentence in sentences:
        assert sentence in page


def test_a_reply_time_is_promised_only_where_occto_gave_one() -> None:
    receipt = send()
    assert "replies by the means you chose" in open_page(receipt).text
    Controller.objects.filter(pk=1).update(reply_time_en="5 working days")
    assert "replies within 5 working days by the means you chose" in open_page(receipt).text
    assert "no reply is needed" in open_page(send(reply_by="none")).text


def test_an_open_inquiry_says_that_somebody_works_on_it() -> None:
    receipt = send()
    states.take_up(receipt.inquiry)
    assert "A member of staff is working on this inquiry." in open_page(receipt).text


@both_languages
def test_an_answer_is_read_on_the_page(prefix: str) -> None:
    receipt = send()
    answered(receipt)
    page = main(open_page(receipt, prefix=prefix).text)
    assert "別紙のとおりです。" in page
    assert {"": "OCCTOからの回答", "/en": "Answer from OCCTO"}[prefix] in page
    assert {"": "回答しました。", "/en": "We have answered this inquiry."}[prefix] in page
    assert "bob" not in page, "who of staff answered is not the sender's to know"


def test_a_closed_inquiry_tells_the_day_on_which_it_is_erased(settings: LazySettings) -> None:
    settings.INQUIRY_RETENTION_DAYS = 30
    with time_machine.travel(datetime(2026, 11, 25, 23, tzinfo=ZoneInfo("Asia/Tokyo")), tick=False):
        receipt = send()
        answered(receipt)
        states.close(receipt.inquiry)
        page = main(open_page(receipt).text)
    assert "We closed this inquiry on 25 November 2026." in page
    assert "We erase this inquiry on 25 December 2026." in page
    assert "/status/withdraw/" not in page
    assert "/status/message/" in page


def test_what_a_sender_must_not_learn_of_staff_s_states_reads_as_received() -> None:
    visit = send().visit
    visit.inquiry.state = "quarantine"
    assert visit.state == "new"


def test_every_state_has_its_words() -> None:
    receipt = send()
    for state in (State.OPEN, State.ANSWERED, State.CLOSED, State.OPEN):
        states.take_up(receipt.inquiry)
        if receipt.inquiry.state != state:
            states.move(receipt.inquiry, state)
        assert "<dd><p><strong>" in open_page(receipt).text


@pytest.mark.parametrize("path", PAGES)
def test_the_language_switch_keeps_the_page_open_with_what_was_typed(path: str) -> None:
    receipt = send()
    typed = {"body": "追記 途中", "details": "途中", "name": "途中 太郎", "kind": "stop"}
    page = open_page(receipt, path, prefix="", **typed).text
    switch = re.search(r'class="language-link" type="submit" form="inquiry" formaction="([^"]+)"', page)
    assert switch
    assert switch[1] == f"/en/inquiry/status/{path}"
    response = Client().post(switch[1], inputs(page))
    assert response.status_code == 200
    assert '<html lang="en"' in response.text
    assert inputs(response.text) == inputs(page)
    assert "追記 途中" in response.text


# What can be done there


@both_languages
def test_a_message_stands_in_the_thread(prefix: str) -> None:
    receipt = send()
    response = write(receipt, "追記です。\r\n<b>二行目</b>", prefix)
    assert response.status_code == 200
    assert {"": "メッセージを送信しました。", "/en": "Your message has been sent."}[prefix] in response.text
    assert 'role="status"' in response.text
    assert "追記です。\n&lt;b&gt;二行目&lt;/b&gt;" in main(open_page(receipt, prefix=prefix).text)
    assert inputs(response.text)["body"] == ""


def test_a_message_sent_again_by_reload_or_double_click_is_one() -> None:
    receipt = send()
    sent = hidden(receipt) | {"body": "追記です。"}
    for _click in range(3):
        assert "has been sent" in Client().post("/en/inquiry/status/message/", sent).text
    assert Message.objects.count() == 1
    Client().post("/en/inquiry/status/message/", sent | {"body": "書き直し。"})
    assert Message.objects.count() == 2, "other words from a page that came back are not lost"


def test_a_page_after_an_act_brings_a_new_token() -> None:
    receipt = send()
    first = hidden(receipt)
    second = inputs(Client().post("/en/inquiry/status/message/", first | {"body": "追記です。"}).text)
    assert first["token"] != second["token"]
    Client().post("/en/inquiry/status/message/", second | {"body": "追記です。"})
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Enter your message"),
        (" \u3000\n", "Enter your message"),
        ("あ" * 4001, "Message must be 4000 characters or fewer. It has 4001."),
        ("a\x00b", "Remove characters that cannot be used from Message"),
        ("\u202eabc", "Remove characters that cannot be used from Message"),
    ],
)
def test_a_message_that_can_t_be_sent_is_shown_again(body: str, sentence: str) -> None:
    receipt = send()
    response = write(receipt, body)
    assert response.status_code == 422
    assert sentence in response.text
    assert inputs(response.text)["body"].strip("\x00\u202e") == body.strip("\x00\u202e")
    assert not Message.objects.exists()


@pytest.mark.parametrize("path", ["message/", "correct/save/", "request/send/", "erase/confirm/"])
@pytest.mark.parametrize("token", ["", "forged", "\x00"])
def test_what_comes_without_a_token_is_shown_again_to_be_sent(path: str, token: str) -> None:
    receipt = send()
    pages = {"message/": "", "correct/save/": "correct/", "request/send/": "request/", "erase/confirm/": "erase/"}
    typed = hidden(receipt, pages[path]) | {
        "body": "追記です。",
        "name": "別の名前",
        "kind": "stop",
        "details": "全部",
    }
    response = Client().post(f"/en/inquiry/status/{path}", typed | {"token": token})
    assert response.status_code == 422
    assert "This has not been sent yet." in response.text
    again = inputs(response.text)
    assert tokens.read(again["token"])
    assert {name: typed[name] for name in again if name != "token"} == {n: v for n, v in again.items() if n != "token"}
    assert not Message.objects.exists()
    assert not DataRequest.objects.exists()


@both_languages
def test_details_are_corrected_and_the_original_stays(prefix: str) -> None:
    receipt = send()
    assert hidden(receipt, "correct/", prefix)["email"] == TYPED["email"]
    response = correct(receipt, prefix, email="ＳＡＫＩ@example.jp", telephone="")
    assert response.status_code == 200
    assert {"": "入力内容を訂正しました。", "/en": "Your details have been corrected."}[prefix] in response.text
    page = main(response.text)
    assert TYPED["email"] in page
    assert "SAKI@example.jp" in page
    assert hidden(receipt, "correct/", prefix)["email"] == "SAKI@example.jp"


def test_a_correction_is_judged_by_the_rules_of_the_form() -> None:
    receipt = send()
    response = correct(receipt, email="not an address", reply_by="telephone", telephone="")
    assert response.status_code == 422
    for sentence in ("Enter an e-mail address in the correct format", "Enter your telephone number, because"):
        assert sentence in response.text
    assert inputs(response.text)["email"] == "not an address"
    assert "Nothing was changed." in correct(receipt).text
    assert not Message.objects.exists()


def test_a_correction_from_a_window_left_open_is_shown_again() -> None:
    receipt = send()
    left_open = hidden(receipt, "correct/")
    correct(receipt, name="髙橋 咲子")
    typed = left_open | {"organization": "別の会社"}
    response = Client().post("/en/inquiry/status/correct/save/", typed)
    assert response.status_code == 409
    assert "Details were corrected after you opened this page." in response.text
    again = inputs(response.text)
    assert again["organization"] == "別の会社"
    assert receipt.visit.now["name"] == "髙橋 咲子"
    assert Client().post("/en/inquiry/status/correct/save/", again).status_code == 200


@both_languages
def test_the_tick_is_made_and_withdrawn(prefix: str) -> None:
    receipt = send()
    for value, agreed in (("on", True), ("on", True), ("off", False), ("", False)):
        response = open_page(receipt, "publish/", prefix, publish_name=value)
        assert response.status_code == 200
        assert receipt.inquiry.publish_name == agreed
    assert {"": "氏名は公表しません。", "/en": "Your name will not be published."}[prefix] in response.text


@both_languages
def test_withdrawing_asks_first_and_is_then_for_good(prefix: str) -> None:
    receipt = send()
    response = open_page(receipt, "withdraw/", prefix)
    assert {"": "まだ取り下げられていません。", "/en": "has not been withdrawn yet"}[prefix] in response.text
    assert receipt.inquiry.state == "new"
    sent = inputs(response.text)
    for _click in range(2):
        response = Client().post(f"{prefix}/inquiry/status/withdraw/confirm/", sent)
        assert response.status_code == 200
    page = main(response.text)
    assert {"": "に取り下げました。", "/en": "You withdrew this inquiry on"}[prefix] in page
    assert TYPED["name"] in page, "it can still be read"
    for path in ("message/", "correct/", "withdraw/"):
        assert f"/status/{path}" not in page


def test_what_is_typed_into_a_window_left_open_after_the_withdrawal_is_given_back() -> None:
    receipt = send()
    left_open = hidden(receipt) | {"body": "やはりお願いします。"}
    open_page(receipt, "withdraw/confirm/")
    response = Client().post("/en/inquiry/status/message/", left_open)
    assert response.status_code == 409
    assert "This inquiry was withdrawn. This was not sent." in response.text
    assert "やはりお願いします。" in main(response.text)


@both_languages
def test_erasure_asks_first_and_then_says_when(prefix: str) -> None:
    receipt = send()
    response = open_page(receipt, "erase/", prefix)
    assert {"": "まだ消去されていません。", "/en": "Nothing has been erased yet."}[prefix] in response.text
    assert not DataRequest.objects.exists()
    sent = inputs(response.text)
    for _click in range(2):
        response = Client().post(f"{prefix}/inquiry/status/erase/confirm/", sent)
        assert response.status_code == 200
    assert [request.kind for request in DataRequest.objects.all()] == ["erase"]
    page = main(response.text)
    assert {"": "まもなくすべて消去します。", "/en": "We erase everything shortly."}[prefix] in page
    assert "/status/erase/" not in page


@both_languages
def test_requests_are_listed_with_the_day_they_are_due(prefix: str) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Tokyo")), tick=False):
        receipt = send()
        page = open_page(receipt, "request/", prefix).text
        assert {"": "ご本人であることを確認します。", "/en": "We check your identity before we answer."}[
            prefix
        ] in page
        assert ask(receipt, "disclose", "すべて", prefix).status_code == 200
        response = ask(receipt, "stop", "", prefix)
    page = main(response.text)
    for words in {
        "": ["開示", "すべて", "利用の停止または消去", "2026年12月9日まで", "対応中"],
        "/en": ["Disclosure", "すべて", "Ceasing of use or deletion", "by 9 December 2026", "Being handled"],
    }[prefix]:
        assert words in page


@pytest.mark.parametrize("kind", ["", "erase", "tea", "\x00"])
def test_a_request_is_one_of_those_the_law_knows(kind: str) -> None:
    receipt = send()
    response = ask(receipt, kind, "途中まで")
    assert response.status_code == 422
    assert '<a href="#id_kind_0">Select what you ask for' in response.text
    assert inputs(response.text)["details"] == "途中まで"
    assert not DataRequest.objects.exists()


def test_too_much_in_a_day_is_given_back() -> None:
    receipt = send()
    with patch("inquiries.followups.MAX_A_DAY", 1):
        write(receipt)
        for response in (
            write(receipt, "もう一つ"),
            ask(receipt, "stop", "もう一つ"),
            correct(receipt, name="もう一つ"),
        ):
            assert response.status_code == 429
            assert "Try again tomorrow." in response.text
            assert "もう一つ" in inputs(response.text).values()
    assert Message.objects.count() == 1


# What goes wrong


FAILING = [
    ("message/", "inquiries.followups.write", {"body": "追記です。"}, ""),
    ("correct/save/", "inquiries.followups.correct", {"name": "別の名前"}, "correct/"),
    ("request/send/", "inquiries.followups.ask", {"kind": "stop", "details": "全部"}, "request/"),
    ("erase/confirm/", "inquiries.followups.ask", {}, "erase/"),
    ("withdraw/confirm/", "inquiries.followups.withdraw", {}, "withdraw/"),
    ("publish/", "inquiries.followups.publish_name", {"publish_name": "on"}, ""),
    ("", "inquiries.sender.visit", {"body": "途中"}, ""),
]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, sealing.SealingError])
@pytest.mark.parametrize(("path", "broken", "typed", "goes_on_at"), FAILING)
def test_where_something_fails_everything_typed_is_still_there(
    path: str, broken: str, typed: dict[str, str], goes_on_at: str, error: type[Exception]
) -> None:
    receipt = send()
    sent = hidden(receipt, goes_on_at) | typed
    with patch(broken, side_effect=error("髙橋 is in this message")):
        response = Client().post(f"/en/inquiry/status/{path}", sent)
    assert response.status_code == 503
    assert "This did not work just now. Try again later." in response.text
    kept = inputs(response.text)
    for name in {*receipt.keys, *typed} - {"publish_name"}:
        assert kept[name] == (receipt.keys | typed)[name]
    assert f'action="/en/inquiry/status/{goes_on_at}"' in response.text
    again = Client().post(f"/en/inquiry/status/{goes_on_at}", kept)
    assert again.status_code == 200
    for name in set(typed) - {"publish_name"}:
        assert inputs(again.text)[name] == typed[name]


def test_what_was_erased_while_it_was_open_is_not_found() -> None:
    receipt = send()
    sent = hidden(receipt) | {"body": "追記です。"}
    with patch("inquiries.followups.write", side_effect=Inquiry.DoesNotExist):
        response = Client().post("/en/inquiry/status/message/", sent)
    assert NOT_FOUND["/en"] in response.text
    assert inputs(response.text)["body"] == "追記です。"


def test_an_altered_copy_is_an_error_page_and_not_another_s_words() -> None:
    receipt, other = send(), send(name="別の人")
    Inquiry.objects.filter(reference=receipt.reference).update(sender_copy=other.inquiry.sender_copy)
    response = open_page(receipt)
    assert response.status_code == 503
    assert "別の人" not in response.text


# Nobody is locked out


def test_wrong_codes_at_any_rate_lock_nobody_out() -> None:
    receipt = send()
    wrong = {"reference": receipt.reference, "code": wrong_code(receipt.code)}
    codes = [Client().post("/en/inquiry/status/", wrong).status_code for _try in range(guesses.FROM_ONE + 5)]
    assert codes == [422] * guesses.FROM_ONE + [429] * 5
    assert "The right ones always open the inquiry." in Client().post("/en/inquiry/status/", wrong).text
    assert open_page(receipt).status_code == 200


def test_a_wrong_code_writes_nothing() -> None:
    receipt = send()
    with CaptureQueriesContext(connection) as queries:
        Client().post("/en/inquiry/status/", {"reference": receipt.reference, "code": wrong_code(receipt.code)})
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def test_the_receipt_of_a_year_ago_still_opens() -> None:
    with time_machine.travel(datetime.now(ZoneInfo("Asia/Tokyo")) - timedelta(days=400)):
        receipt = send()
    assert open_page(receipt).status_code == 200


def test_a_machine_with_public_keys_alone_serves_everything_and_can_open_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in sealing.key_folder().glob("*.public.pem"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(sealing, "key_folder", lambda: tmp_path)
    receipt = send()
    assert write(receipt, "追記です。").status_code == 200
    assert correct(receipt, name="髙橋 咲子").status_code == 200
    assert ask(receipt, "disclose").status_code == 200
    for path in ("publish/", "save/json/", "save/page/", "erase/confirm/", "withdraw/confirm/"):
        assert open_page(receipt, path, token=hidden(receipt)["token"]).status_code == 200
    page = open_page(receipt).text
    assert "追記です。" in page
    assert "髙橋 咲子" in page
    with pytest.raises(sealing.SealingError):
        sealing.open_sealed(bytes(receipt.inquiry.sealed), sealing.inquiry_context(receipt.reference))


def test_the_site_s_own_keys_may_all_be_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    receipt = send()
    write(receipt)
    monkeypatch.setattr(sealing, "key_folder", lambda: tmp_path)
    assert "追記です。" in open_page(receipt).text
