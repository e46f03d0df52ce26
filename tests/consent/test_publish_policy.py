"""A policy version comes from files or from a draft of staff's; once published it stays (clauses S2 and S3)."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from consent import inventory, policies, wording
from consent.jobs import JOBS
from consent.models import Notice, PolicyVersion

pytestmark = pytest.mark.django_db

PLAIN = """\
To main text

Privacy policy

This website uses cookies.
It says so [here].

Personal information protection

1. Basic Policy

Only what is needed; 2 * 2 = 4.

10. Last

1. one thing.
"""


def publish(*arguments: str) -> str:
    out = StringIO()
    call_command("publish_policy", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def official(tmp_path: Path) -> Path:
    path = tmp_path / "policy.txt"
    path.write_text(PLAIN, encoding="utf-8")
    return path


def test_plain_text_keeps_every_word_and_gains_sections() -> None:
    assert wording.from_plain_text(PLAIN) == (
        "This website uses cookies. It says so \\[here\\].\n\n"
        "## Personal information protection\n\n"
        "## 1. Basic Policy\n\n"
        "Only what is needed; 2 \\* 2 = 4.\n\n"
        "## 10. Last\n\n"
        "1\\. one thing.\n"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_text_without_words_is_empty(text: str) -> None:
    assert wording.from_plain_text(text).strip() == ""


def test_the_official_wording_becomes_the_version_in_force_and_asks_again(official: Path, client: Client) -> None:
    before = inventory.notice_in_force("en").register
    assert publish("--en", str(official), "--official") == "Version 2 is published and applies now.\n"
    page = client.get("/en/privacy/").text
    assert '<h2 id="section-2">1. Basic Policy</h2>' in page
    assert "2 * 2 = 4." in page
    assert "To main text" not in page[page.index("<article") : page.index("</article>")]
    assert inventory.notice_in_force("en").register != before
    assert {notice.policy_id for notice in Notice.objects.order_by("-published_at")[:2]} == {
        PolicyVersion.objects.get(number=2).pk
    }
    assert "1. 基本方針" in client.get("/privacy/").text, "the Japanese page keeps the plain statement"


def test_markdown_is_taken_as_it_is(tmp_path: Path, client: Client) -> None:
    for language in ("ja", "en"):
        (tmp_path / f"{language}.md").write_bytes(f"\ufeff## 1. {language}\r\n\r\n*text*\r\n".encode())
    publish("--ja", str(tmp_path / "ja.md"), "--en", str(tmp_path / "en.md"))
    assert "<em>text</em>" in client.get("/en/privacy/").text
    assert '<h2 id="section-1">1. ja</h2>' in client.get("/privacy/").text


def test_a_version_of_the_future_waits(official: Path, client: Client) -> None:
    day = timezone.localdate() + timedelta(days=3)
    said = publish("--en", str(official), "--official", "--effective", day.isoformat())
    assert said == f"Version 2 is published and applies from {day}.\n"
    assert "1. Basic policy" in client.get("/en/privacy/").text
    assert inventory.notice_in_force("en").policy.number == 1


def test_it_comes_into_force_on_its_day_and_asks_again_then(official: Path, client: Client) -> None:
    day = timezone.localdate() + timedelta(days=3)
    publish("--en", str(official), "--official", "--effective", day.isoformat())
    before = inventory.notice_in_force("en").register
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        for job in JOBS:
            job.run()
        assert inventory.notice_in_force("en").register != before
        assert "1. Basic Policy" in client.get("/en/privacy/").text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "no text"),
        (["--en", "policy.txt"], "needs both languages"),
        (["--official"], "no text"),
        (["--en", "missing.txt", "--official"], "can't be read (No such file or directory)"),
        (["--en", "latin.txt", "--official"], "can't be read (it is not UTF-8)"),
        (["--en", "nul.txt", "--official"], "is no text"),
        (["--en", "policy.txt", "--official", "--effective", "tomorrow"], "'tomorrow' is no day"),
    ],
)
def test_what_cannot_be_published_is_refused_with_the_reason(
    official: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    monkeypatch.chdir(official.parent)
    Path("latin.txt").write_bytes(b"caf\xe9")
    Path("nul.txt").write_bytes(b"a\0b")
    with pytest.raises(CommandError) as refusal:
        publish(*arguments)
    assert reason in str(refusal.value)
    assert PolicyVersion.objects.count() == 1


def test_the_same_text_again_is_no_new_version(official: Path) -> None:
    publish("--en", str(official), "--official")
    with pytest.raises(CommandError, match="nothing to publish"):
        publish("--en", str(official), "--official")


def test_a_draft_of_staffs_is_not_overtaken(official: Path) -> None:
    PolicyVersion.objects.create(number=2, text_ja="下書き")
    with pytest.raises(CommandError, match="There is a draft already"):
        publish("--en", str(official), "--official")


def test_the_difference_names_what_came_and_what_went() -> None:
    rows = policies.difference("Same.\n\nWe keep it for 90 days.\n\nGone.", "Same.\n\nWe keep it for 30 days.")
    assert [[(change.kind, change.text) for change in row] for row in rows] == [
        [("", "Same.")],
        [("", "We keep it for "), ("del", "90"), ("ins", "30"), ("", " days.")],
        [("del", "Gone.")],
    ]


def test_the_difference_of_japanese_is_found_sign_by_sign() -> None:
    (row,) = policies.difference("90日間保管します。", "30日間保管します。")
    assert [(change.kind, change.text) for change in row] == [("del", "90"), ("ins", "30"), ("", "日間保管します。")]
