"""The policy: the version in force, every version at its address, what OCCTO has not supplied marked (S3 and S16)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent import clauses
from consent.clauses import CLAUSES
from consent.models import Controller, PolicyVersion
from tests.consent.visitors import PREFIXES

pytestmark = pytest.mark.django_db


def create_version(**changes: Any) -> PolicyVersion:
    values = {"number": 2, "text_ja": "## 方針", "text_en": "## Policy", "published_at": timezone.now()} | changes
    return PolicyVersion.objects.create(**values)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_version_in_force_is_shown_section_by_section(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/privacy/").text
    titles = (
        ["Basic policy", "Information we collect", "What we use it for", "Limits on use", "Keeping", "Where this"]
        if prefix
        else ["基本方針", "収集する情報", "利用目的", "利用と提供の制限", "安全管理", "適用範囲"]
    )
    for number, title in enumerate(titles, 1):
        assert f'<h2 id="section-{number}">{number}. {title}' in page
    assert ("To be supplied by OCCTO" if prefix else "OCCTOが後日記載します") in page
    assert ("OCCTO has not yet supplied this document." if prefix else "まだOCCTOから提供されていません。") in page
    assert ("This is a plain statement of OCCTO's policy." if prefix else "方針を平易な言葉で示した") in page


def test_the_main_policy_is_linked_once_it_is_supplied(client: Client) -> None:
    Controller.objects.update(main_policy_url="https://example.jp/policy")
    page = client.get("/en/privacy/").text
    assert '<a href="https://example.jp/policy" rel="external">' in page
    assert "Personal Information Protection Policy of OCCTO (external website)</a>" in page
    assert "not yet supplied" not in page


def test_the_official_wording_replaces_the_plain_statement(client: Client) -> None:
    create_version(is_official=True, effective_on=timezone.localdate())
    page = client.get("/en/privacy/").text
    assert '<h2 id="section-1">Policy</h2>' in page
    assert "This is a plain statement" not in page
    assert 'href="/en/privacy/versions/1/">Privacy policy, version 1</a>' in page


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_published_version_stays_at_its_address(client: Client, prefix: str) -> None:
    create_version()
    earlier = client.get(f"{prefix}/privacy/versions/1/").text
    assert ("This is not the version in force." if prefix else "現在適用している版ではありません。") in earlier
    assert ("1. Basic policy" if prefix else "1. 基本方針") in earlier
    latest = client.get(f"{prefix}/privacy/versions/2/").text
    assert ("This is the version in force." if prefix else "現在適用している版です。") in latest


def test_a_version_of_the_future_is_not_yet_in_force(client: Client) -> None:
    create_version(effective_on=timezone.localdate() + timedelta(days=1))
    assert "1. Basic policy" in client.get("/en/privacy/").text
    assert client.get("/en/privacy/versions/2/").status_code == 200


@pytest.mark.parametrize("number", ["2", "3", "0", "99999999999999999999999", "x", "-1"])
def test_a_version_that_was_not_published_is_not_found(client: Client, number: str) -> None:
    create_version(published_at=None)
    assert client.get(f"/en/privacy/versions/{number}/").status_code == 404


def test_the_policy_is_the_same_for_everybody(client: Client) -> None:
    first = client.get("/privacy/")
    client.cookies["choice"] = "usage=-1"
    second = client.get("/privacy/?page=2", headers={"sec-gpc": "1"})
    assert first.content == second.content
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize(("prefix", "language"), [("", "Japanese"), ("/en", "English")])
def test_a_language_that_was_not_supplied_shows_the_plain_statement_and_says_so(
    client: Client, prefix: str, language: str
) -> None:
    create_version(is_official=True, text_ja="", text_en="## 1. Official")
    create_version(number=3, is_official=True, text_ja="## 1. 正式", text_en="")
    newer, older = (client.get(f"{prefix}/privacy/versions/{number}/").text for number in (3, 2))
    official, plain = (newer, older) if language == "Japanese" else (older, newer)
    assert ("1. 正式" if language == "Japanese" else "1. Official") in official
    assert "official wording of this version in" not in official
    assert ("1. 基本方針" if language == "Japanese" else "1. Basic policy") in plain
    said = "英語のみ提供されています" if language == "Japanese" else "of this version in Japanese only."
    assert said in plain
    assert ("平易な言葉で示した" if language == "Japanese" else "This is a plain statement") in plain


@pytest.mark.parametrize("prefix", PREFIXES)
def test_each_clause_leads_to_how_it_is_kept(client: Client, prefix: str) -> None:
    policy = client.get(f"{prefix}/privacy/").text
    promises = client.get(f"{prefix}/privacy/promises/").text
    kept = re.findall(rf'<a href="{prefix}/privacy/promises/#([a-z0-9]+)">', policy)
    assert kept == [clause.lower() for clause in CLAUSES]
    assert re.findall(r'<div class="promise" id="([a-z0-9]+)"', promises) == kept


def test_clauses_stand_with_their_sections_whatever_the_headings_are() -> None:
    assert clauses.by_section([]) == []
    assert clauses.by_section(["", "1. Basic"]) == [clauses.SECTIONS[0], clauses.SECTIONS[1]]
    assert clauses.by_section(["", "Our policy", "1. Basic", "More"]) == [
        (),
        clauses.SECTIONS[0],
        (),
        clauses.SECTIONS[1],
    ]
    assert clauses.by_section(["7. Else"]) == [()]


WRITTEN = """# Title

<script>alert(1)</script> <b onclick="x">bold</b> [run](javascript:alert(1)) ![picture](https://example.com/p.png)

[inside](/about/) [there](https://example.com/x) [here](http://localhost:8000/about/) [either](//example.com/)
[write](mailto:info@example.jp)

| a | b |
|---|---|
| 1 | 2 |
"""


@pytest.mark.parametrize(
    ("prefix", "mark"), [("", "（外部サイト）"), ("/en", " (external website)")], ids=["Japanese", "English"]
)
def test_markdown_brings_no_script_and_marks_what_leads_outside(client: Client, prefix: str, mark: str) -> None:
    create_version(text_ja=WRITTEN, text_en=WRITTEN)
    page = client.get(f"{prefix}/privacy/").text
    text = page[page.index("<article") : page.index("</article>")]
    assert "<script" not in text
    assert "<b " not in text
    assert "<img" not in text
    assert 'href="javascript' not in text
    assert '<h2 id="section-1">Title</h2>' in text
    assert f'<a href="https://example.com/x" rel="external">there{mark}</a>' in text
    assert f'<a href="//example.com/" rel="external">either{mark}</a>' in text
    assert '<a href="/about/">inside</a>' in text
    assert '<a href="http://localhost:8000/about/">here</a>' in text
    assert ">write</a>" in text
    assert "<table>" in text
