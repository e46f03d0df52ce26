"""Sending as machines do: nothing is dropped, nothing is told, and nobody is flooded (clauses S12 and S15)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from inquiries import limits
from inquiries.models import Inquiry, OutboxItem, Tally
from tests.inquiries.senders import REFERENCE, TYPED, check, inputs, reference_on

pytestmark = pytest.mark.django_db

MAIL = "We will send an e-mail with the reference number to the address you entered."
NO_MAIL = "We received your inquiry, but will not send an e-mail this time"


@pytest.fixture(autouse=True)
def clock(settings: LazySettings, tmp_path: Path) -> Iterator[time_machine.Traveller]:
    """Limits as they are by default; the middle of an hour of the day."""
    settings.INQUIRY_SECONDS, settings.INQUIRIES_PER_HOUR = 2, 30
    settings.MAILS_PER_ADDRESS, settings.MAILS_PER_HOUR, settings.SAME_TEXTS = 5, 500, 3
    noon = timezone.localtime().replace(hour=12, minute=15, second=0, microsecond=0)
    with time_machine.travel(noon, tick=False) as clock:
        yield clock


@pytest.fixture
def send(client: Client, clock: time_machine.Traveller) -> "Send":
    return Send(client, clock)


class Send:
    """Goes from the form to the done page as a person does, reading for a while; each time with other words."""

    def __init__(self, client: Client, clock: time_machine.Traveller) -> None:
        self.client, self.clock, self.number = client, clock, 0

    def __call__(self, seconds: float = 20, /, **changes: str) -> Any:
        self.number += 1
        words = {"message": f"Question {self.number}", "email": f"sender{self.number}@example.jp"}
        sent = check(self.client, "/en", **(words | changes))
        self.clock.shift(timedelta(seconds=seconds))
        return self.client.post("/en/inquiry/done/", sent)


def suspected(response: HttpResponse) -> tuple[str, str]:
    inquiry = Inquiry.objects.get(reference=reference_on(response.text))
    return inquiry.state, inquiry.suspicions


def test_a_person_is_not_suspected(send: Send) -> None:
    assert suspected(send()) == ("new", "")
    assert OutboxItem.objects.get().delivery == "waiting"


@pytest.mark.parametrize(
    ("seconds", "changes", "reason"),
    [
        (1, {}, "fast"),
        (20, {"remarks": "x"}, "trap"),
        (20, {"message": "[url=http://example.com]x[/url]"}, "markup"),
        (1, {"remarks": "x", "organization": "www.example.com"}, "links,trap,fast"),
    ],
)
def test_what_looks_like_a_machine_s_waits_in_quarantine_and_its_mail_is_held(
    send: Send, seconds: float, changes: dict[str, str], reason: str
) -> None:
    assert suspected(send(seconds, **changes)) == ("quarantine", reason)
    assert OutboxItem.objects.get().delivery == "held"


def test_the_sender_sees_no_difference(send: Send, client: Client) -> None:
    pages = []
    for changes in ({}, {"remarks": "x"}):
        page = send(**changes).text.replace("<wbr>", "")
        assert MAIL in page
        code = re.search(r'name="code" value="([^"]+)"', page)
        assert code
        for own in (reference_on(page), inputs(page)["token"], code[1]):
            page = page.replace(own, "")
        pages.append(page)
    assert pages[0] == pages[1]


def test_what_was_entered_in_the_trap_is_kept_nowhere(send: Send, client: Client) -> None:
    page = client.post("/en/inquiry/check/", TYPED | {"remarks": "MarkerOfTheTrap"})
    assert inputs(page.text)["remarks"] == "MarkerOfTheTrap", "handed on to be judged where it is sent"
    send(remarks="MarkerOfTheTrap")
    assert "MarkerOfTheTrap" not in repr(Inquiry.objects.values_list())


def test_people_and_screen_readers_are_kept_out_of_the_trap(client: Client) -> None:
    page = client.get("/inquiry/").text
    trap = page[page.index('<div class="leave-empty"') :].partition("</div>")[0]
    assert 'aria-hidden="true"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap
    assert "この欄には入力しないでください" in trap, "for a browser without styles"


def test_the_same_text_from_many_senders_is_suspected_from_the_fourth_on(send: Send) -> None:
    states = [suspected(send(message="Cheap power for everybody")) for _ in range(4)]
    assert states == [("new", "")] * 3 + [("quarantine", "same")]


def test_many_from_one_network_are_suspected_and_then_asked_to_wait(send: Send, settings: LazySettings) -> None:
    settings.INQUIRIES_PER_HOUR = 6
    states = [suspected(send()) for _ in range(6)]
    assert states == [("new", "")] * 2 + [("quarantine", "many")] * 4
    response = send()
    assert response.status_code == 429
    assert not REFERENCE.search(response.text)
    assert Inquiry.objects.count() == 6
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    assert suspected(Send(elsewhere, send.clock)(message="From elsewhere")) == ("new", "")


def test_who_has_to_wait_loses_nothing_and_is_let_in_later(
    send: Send, client: Client, clock: time_machine.Traveller, settings: LazySettings
) -> None:
    settings.INQUIRIES_PER_HOUR = 1
    send()
    sent = check(client, "/en")
    response = client.post("/en/inquiry/done/", sent)
    assert response.status_code == 429
    assert response.headers["Cache-Control"] == "no-store"
    assert "Try again after 45 minutes. What you entered is still here." in response.text
    assert response.headers["Retry-After"] == "2700"
    assert "<title>Error: " in response.text
    assert inputs(response.text) == sent, "with the same token"
    japanese = client.post("/inquiry/done/", sent).text
    assert "45分ほどたってから、もう一度お試しください。入力内容は残っています。" in japanese
    clock.shift(timedelta(minutes=46))
    assert REFERENCE.search(client.post("/en/inquiry/done/", inputs(response.text)).text)


def test_sending_the_same_again_is_no_further_inquiry(send: Send, client: Client, settings: LazySettings) -> None:
    settings.INQUIRIES_PER_HOUR = 1
    token = inputs(send().text)
    for _ in range(3):
        assert client.post("/en/inquiry/done/", token).status_code == 200


def test_nobody_is_flooded_through_the_form(send: Send) -> None:
    """Past the limit the inquiry is received all the same, and the page says that no mail comes."""
    pages = [send(email=address).text for address in ["victim@example.jp", "Victim@Example.JP"] * 3]
    assert [MAIL in page for page in pages] == [True] * 5 + [False]
    assert NO_MAIL in pages[5]
    assert Inquiry.objects.filter(state="new").count() == 6
    assert OutboxItem.objects.count() == 5
    assert MAIL in send(email="another@example.jp").text


def test_the_page_without_a_mail_says_the_same_when_it_is_shown_again(
    send: Send, client: Client, settings: LazySettings
) -> None:
    settings.MAILS_PER_ADDRESS = 1
    send(email="taro@example.jp")
    page = send(email="taro@example.jp").text
    assert NO_MAIL in page
    assert NO_MAIL in client.post("/en/inquiry/done/", inputs(page)).text
    japanese = client.post("/inquiry/done/", inputs(page)).text
    assert "お問い合わせは受け付けましたが" in japanese
    assert "受付番号を控えてください。" in japanese


def test_mails_are_limited_in_all_and_what_is_held_takes_none(send: Send, settings: LazySettings) -> None:
    settings.MAILS_PER_HOUR = 2
    assert [MAIL in send(remarks=trap).text for trap in ("", "x", "x", "")] == [True] * 4
    assert [MAIL in send(remarks=trap).text for trap in ("", "x")] == [False] * 2, "the same is told to both"
    assert sorted(OutboxItem.objects.values_list("delivery", flat=True)) == ["held", "held", "waiting", "waiting"]
    send.clock.shift(timedelta(hours=1))
    assert MAIL in send().text


def test_who_must_wait_takes_no_mail_from_others(send: Send, settings: LazySettings) -> None:
    settings.INQUIRIES_PER_HOUR, settings.MAILS_PER_HOUR = 1, 2
    assert [send().status_code for _ in range(4)] == [200, 429, 429, 429]
    assert MAIL in Send(Client(REMOTE_ADDR="192.0.2.9"), send.clock)(message="From elsewhere").text


def test_a_limit_of_nothing_is_no_limit(send: Send, settings: LazySettings) -> None:
    for name in ("INQUIRY_SECONDS", "INQUIRIES_PER_HOUR", "SAME_TEXTS", "MAILS_PER_ADDRESS", "MAILS_PER_HOUR"):
        setattr(settings, name, 0)
    pages = [send(0, email="taro@example.jp", message="The same") for _ in range(8)]
    assert {suspected(page) for page in pages} == {("new", "")}
    assert all(MAIL in page.text for page in pages)


def test_what_can_t_be_counted_is_let_in(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_rows: object) -> None:
        raise OperationalError

    monkeypatch.setattr(limits, "_add", fail)
    assert suspected(send()) == ("new", "")
    assert OutboxItem.objects.get().delivery == "waiting"


def test_nobody_s_address_is_needed_to_send(send: Send, settings: LazySettings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.INQUIRIES_PER_HOUR = 1, 1
    assert [send().status_code for _ in range(3)] == [200] * 3, "a proxy that names nobody stops nobody"


def test_no_count_names_the_sender(send: Send) -> None:
    send(email="marker@example.jp", message="MarkerOfTheText")
    rows = repr(list(Tally.objects.values_list()))
    assert "arker" not in rows
    assert "127.0.0" not in rows
