"""Only a button counts; what is recorded is what was shown and pressed (clauses S1, S2, S6 and S7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from consent import inventory, ledger
from consent.models import Decision, Method, Notice, Purpose
from tests.consent import registers
from tests.consent.visitors import ALL, GPC, JSON, PREFIXES, checked, decision_of, notice_on, press

pytestmark = pytest.mark.django_db

CHOICES = [
    ("agree", [], ALL),
    ("refuse", [], []),
    ("choose", ["usage", "usability"], ["usability", "usage"]),
    ("choose", [], []),
    ("withdraw", [], []),
    ("refuse", ALL, []),
    ("agree", ["usage"], ALL),
]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("headers", [None, JSON], ids=["page", "script"])
@pytest.mark.parametrize("pressed", CHOICES, ids=str)
def test_a_press_is_recorded(
    client: Client, prefix: str, headers: dict[str, str] | None, pressed: tuple[str, list[str], list[str]]
) -> None:
    button, switches, agreed = pressed
    before = timezone.now()
    answer = press(client, button, prefix, purpose=switches, headers=headers)
    decision = decision_of(answer)
    assert Decision.objects.count() == 1
    assert (decision.method, decision.purposes, decision.gpc) == (button, agreed, False)
    assert decision.language == ("en" if prefix else "ja")
    assert decision.notice_id == notice_on(client, f"{prefix}/about/")
    assert decision.policy == decision.notice.policy
    assert before <= decision.made_at <= timezone.now()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_words_recorded_are_the_words_on_the_page(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/about/").text
    words = decision_of(press(client, "agree", prefix)).notice.words
    for name in ("heading", "text", "before_choice", "change_later", "policy_link", "agree", "refuse", "choose"):
        assert words[name].replace('"', "&quot;") in page
    choices = client.get(f"{prefix}/privacy/choices/").text
    for purpose in words["purposes"]:
        assert purpose["name"] in choices
        assert purpose["text"] in choices


def test_the_script_learns_what_was_recorded(client: Client) -> None:
    answer = press(client, "agree", "/en", headers=JSON)
    decision = Decision.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "record": str(decision.pk),
        "address": f"/en/privacy/choices/records/{decision.pk}/",
        "decision": "agree",
        "agreed": ALL,
        "valid_until": decision.valid_until.isoformat(),
        "remove": [],
    }


def test_the_script_learns_what_the_browser_must_lose(client: Client) -> None:
    registers.create_cookie("seen", "usage")
    registers.create_storage_key("size", "usability")
    registers.publish()
    usage = {"kind": "cookie", "name": "seen", "path": "/", "domain": ""}
    usability = {"kind": "local", "key": "size"}
    for purposes, remove in ((ALL, []), (["usability"], [usage]), ([], [usage, usability])):
        answer = press(client, "choose", headers=JSON, purpose=purposes).json()
        kept = [item for item in answer["remove"] if item in (usage, usability)]
        assert kept == remove


def test_a_browser_that_takes_anything_gets_the_page(client: Client) -> None:
    for accept in ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*"):
        assert press(client, "agree", headers={"accept": accept}).status_code == 303


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_decision_closes_the_question(client: Client, prefix: str) -> None:
    answer = press(client, "choose", prefix, purpose=["usage"])
    day = timezone.localdate()
    register = Notice.objects.first()
    assert register
    cookie = answer.cookies["choice"]
    assert cookie.value == (f"usability=-1|usage={day}|advertising=-1|sharing=-1|v={register.register}|d={day}")
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/", "Lax", 182 * 86_400)
    assert checked(client.get(f"{prefix}/privacy/choices/").text) == ["usage"]
    assert client.get(f"{prefix}/privacy/choices/state.css").text == ".notice{display:none}"


def test_all_who_refuse_hold_the_same_value() -> None:
    values = {press(Client(), "refuse").cookies["choice"].value for _visitor in range(2)}
    assert len(values) == 1


@pytest.mark.parametrize(
    "address", ["/", "/en/about/", "/privacy/", "/privacy/choices/", "/en/privacy/choices/state.css", "/inquiry/"]
)
def test_nothing_is_set_before_a_decision(client: Client, address: str) -> None:
    answer = client.get(address)
    assert not answer.cookies
    assert not Decision.objects.exists()


def test_no_address_and_no_browser_name_is_kept(client: Client) -> None:
    press(client, "agree", headers={"user-agent": "Telltale/1.0", "x-forwarded-for": "203.0.113.9"})
    kept = str(list(Decision.objects.values()))
    assert "Telltale" not in kept
    assert "203.0.113.9" not in kept
    assert {field.name for field in Decision._meta.get_fields()} == {
        "id", "made_at", "notice", "policy", "language", "method", "agreed", "gpc", "salt"
    }  # fmt: skip


def test_a_notice_shown_before_it_changed_is_recorded_as_the_one_shown(client: Client) -> None:
    shown = notice_on(client, "/en/about/")
    Purpose.objects.filter(group__varname="usage").update(text_en="Counts pages.")
    registers.publish()
    assert notice_on(client, "/en/about/") != shown
    answer = client.post("/en/privacy/choices/", {"notice": shown, "decision": "agree"})
    assert decision_of(answer).notice_id == shown
    # What is asked now was not answered, so the visitor is asked again.
    assert client.get("/en/privacy/choices/state.css").text == ".notice-changed{display:block}"
    assert checked(client.get("/en/privacy/choices/").text) == []
    assert "We changed how we use cookies on " in client.get("/en/privacy/choices/").text


def correct_a_word(notice: Notice) -> None:
    """Publish the same notice with another heading."""
    words = notice.words | {"heading": "Cookie"}
    Notice.objects.create(
        hash=inventory.hash_of(words),
        language=notice.language,
        policy=notice.policy,
        register=notice.register,
        words=words,
        first_published_at=timezone.now(),
        published_at=timezone.now(),
    )


def test_the_day_of_a_change_is_not_that_of_a_corrected_word(client: Client) -> None:
    press(client, "agree", "/en")
    Purpose.objects.filter(group__varname="usage").update(text_en="Counts pages.")
    with time_machine.travel(datetime(2027, 3, 1, 12, tzinfo=UTC), tick=False):
        registers.publish()
    with time_machine.travel(datetime(2027, 3, 9, 12, tzinfo=UTC), tick=False):
        registers.create_cookie("seen", "usage")
        registers.publish()
        correct_a_word(inventory.notice_in_force("en"))
    assert "We changed how we use cookies on 1 March 2027." in client.get("/en/privacy/choices/").text


def test_a_corrected_word_does_not_ask_again(client: Client) -> None:
    press(client, "agree")
    correct_a_word(Notice.objects.get(language="ja"))
    assert client.get("/privacy/choices/state.css").text == ".notice{display:none}"


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("button", "switches", "agreed"),
    [
        ("agree", [], ["usability", "usage"]),
        ("agree", ALL, ["usability", "usage"]),
        ("choose", ["usage", "sharing"], ["usage", "sharing"]),
        ("refuse", [], []),
    ],
)
def test_the_signal_leaves_advertising_and_sharing_out_unless_chosen(
    client: Client, prefix: str, button: str, switches: list[str], agreed: list[str]
) -> None:
    answer = press(client, button, prefix, purpose=switches, headers=GPC)
    decision = decision_of(answer)
    assert (decision.gpc, decision.purposes) == (True, agreed)
    assert answer.cookies["choice"].value.endswith("|s=gpc")


@pytest.mark.parametrize("value", ["0", "", "true", "1, 1", " 2"])
def test_only_the_exact_signal_counts(client: Client, value: str) -> None:
    decision = decision_of(press(client, "agree", headers={"sec-gpc": value}))
    assert (decision.gpc, decision.purposes) == (False, ALL)


def test_the_signal_may_come_from_the_script_alone(client: Client) -> None:
    decision = decision_of(press(client, "agree", signal="gpc"))
    assert (decision.gpc, decision.purposes) == (True, ["usability", "usage"])


BAD: dict[str, dict[str, Any]] = {
    "an unknown signal": {"signal": "other"},
    "no decision": {"decision": []},
    "an unknown decision": {"decision": "maybe"},
    "two decisions": {"decision": ["agree", "refuse"]},
    "the same decision twice": {"decision": ["agree", "agree"]},
    "an over-long decision": {"decision": "agree" * 1_000},
    "NUL in the decision": {"decision": "agree\0"},
    "no notice": {"notice": []},
    "an empty notice": {"notice": ""},
    "a forged notice": {"notice": "0" * 64},
    "a notice in capitals": {"notice": "A" * 64},
    "a notice with a line after it": {"notice": "0" * 64 + "\n"},
    "NUL in the notice": {"notice": "\0" * 64},
    "an over-long notice": {"notice": "0" * 10_000},
    "two notices": {"notice": ["0" * 64, "1" * 64]},
    "an unknown purpose": {"decision": "choose", "purpose": ["usage", "profiling"]},
    "the purpose that is always on": {"decision": "choose", "purpose": ["essential"]},
    "NUL in a purpose": {"decision": "choose", "purpose": ["usage\0"]},
    "an over-long purpose": {"decision": "choose", "purpose": ["u" * 10_000]},
    "two pages": {"page": ["/", "/about/"]},
    "NUL in the page": {"page": "/\0"},
    "a line end in the page": {"page": "/\r\nSet-Cookie: a=b"},
    "an over-long page": {"page": "/" + "a" * 10_000},
}


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("sent", BAD.values(), ids=BAD.keys())
def test_what_is_ambiguous_or_forged_is_refused_with_a_sentence(
    client: Client, prefix: str, sent: dict[str, Any]
) -> None:
    for headers in (None, JSON):
        answer = press(client, "agree", prefix, headers=headers, **sent)
        assert answer.status_code == 400
        words = answer.json()["error"] if headers else answer.text
        assert ("nothing was recorded" if prefix else "何も記録していません") in words
        assert not answer.cookies
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=%FF&decision=%E3%81", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"broken", "multipart/form-data"),
        (b"decision=agree&" + b"purpose=a&" * 300, "application/x-www-form-urlencoded"),
        (b"decision=agree", "application/x-www-form-urlencoded; charset=no-such"),
    ],
)
def test_a_body_that_is_no_form_is_refused(client: Client, body: bytes, kind: str) -> None:
    assert client.generic("POST", "/privacy/choices/", body, content_type=kind).status_code == 400
    assert not Decision.objects.exists()


def test_another_sites_form_records_nothing(client: Client) -> None:
    answer = press(client, "agree", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert not Decision.objects.exists()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_other_method_decides(client: Client, method: str) -> None:
    assert client.generic(method, "/privacy/choices/").status_code == 405


@pytest.mark.parametrize(
    ("page", "led_back"),
    [
        ("/en/about/", True),
        ("/en/", True),
        ("/en/no-such-page/", False),
        ("//evil.example/en/about/", False),
        ("/\\evil.example/", False),
        ("https://evil.example/en/about/", False),
        ("/en/about/?next=//evil.example", False),
        ("javascript:alert(1)", False),
        ("en/about/", False),
        ("", False),
    ],
)
def test_the_way_back_leads_to_a_page_of_this_site_only(client: Client, page: str, led_back: bool) -> None:
    answer = press(client, "agree", "/en", page=page)
    record = client.get(answer.headers["Location"]).text
    assert ('">Back to the page you came from</a>' in record) is led_back
    assert "evil.example" not in record
    forged = client.get(answer.headers["Location"].partition("?")[0], {"page": page}).text
    assert "evil.example" not in forged


@pytest.mark.parametrize(("button", "queries"), [("agree", 2), ("refuse", 3)])
def test_a_decision_costs_three_statements_at_most(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, button: str, queries: int
) -> None:
    """The notice, the decision, and what to delete where anything was refused."""
    notice = notice_on(client, "/about/")
    with django_assert_num_queries(queries):
        client.post("/privacy/choices/", {"notice": notice, "decision": button}, headers=JSON)


def test_a_browser_that_sends_more_cookies_costs_one_select_more(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    notice = notice_on(client, "/about/")
    client.cookies["seen"] = "1"
    with django_assert_num_queries(3):
        client.post("/privacy/choices/", {"notice": notice, "decision": "withdraw"}, headers=JSON)


def test_withdrawing_takes_the_purposes_cookies_out_of_the_browser(client: Client) -> None:
    registers.create_cookie("seen", "usage")
    registers.create_cookie("never_set", "usage")
    registers.create_cookie("size", "usability")
    registers.publish()
    client.cookies["seen"], client.cookies["size"], client.cookies["other"] = "1", "2", "3"
    answer = press(client, "choose", purpose=["usability"])
    assert answer.cookies.keys() == {"choice", "seen"}
    assert answer.cookies["seen"]["max-age"] == 0
    del client.cookies["seen"]
    assert press(client, "withdraw").cookies.keys() == {"choice", "size"}


def test_an_unknown_notice_is_named_as_such() -> None:
    with pytest.raises(ledger.UnknownNoticeError, match="No such notice was ever published"):
        ledger.decide(Method.AGREE, [], "0" * 64, gpc=False)
    with pytest.raises(ledger.UnknownNoticeError, match="not the hash of a notice"):
        ledger.decide(Method.AGREE, [], "\0", gpc=False)


def test_a_record_says_until_when_it_holds() -> None:
    notice = Notice.objects.filter(language="ja")[:1].get()
    decision = ledger.decide(Method.REFUSE, [], notice.pk, gpc=False)
    assert decision.valid_until == timezone.localdate() + timedelta(days=182)
    late = Decision(made_at=datetime(2026, 11, 23, 15, 30, tzinfo=UTC))  # already the 24th in Japan
    assert late.valid_until.isoformat() == "2027-05-25"


def test_record_numbers_sort_by_time(client: Client) -> None:
    numbers = [decision_of(press(client, "agree")).pk for _press in range(3)]
    times = [number.int >> 80 for number in numbers]
    assert times == sorted(times)
    assert {number.version for number in numbers} == {7}


def test_a_page_that_was_sent_is_not_one_to_go_back_to(client: Client) -> None:
    page = client.post("/en/inquiry/check/", {"name": "Taro Reiji"}).text
    assert 'name="notice"' in page
    assert 'name="page"' not in page
