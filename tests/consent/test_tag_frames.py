"""The frame of an agreed tag: sealed off, with a policy that reaches its registered hosts only (clause S16)."""

import base64
import hashlib
import re
from typing import Any

import pytest
from django.test import Client

from consent.models import Tag
from tests.consent import registers
from tests.wsgi import ask

pytestmark = pytest.mark.django_db


def frame_of(tag: Tag) -> Any:
    registers.publish()
    answer = Client().get(f"/privacy/tags/{tag.pk}/")
    assert answer.status_code == 200
    return answer


def policy(answer: Any) -> dict[str, str]:
    directives = [part.partition(" ") for part in answer.headers["Content-Security-Policy"].split("; ")]
    return {name: sources for name, _space, sources in directives}


NOWHERE = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'self'"}


def test_a_script_runs_alone_and_reaches_its_hosts_only() -> None:
    answer = frame_of(registers.create_tag(hosts="https://cdn.example.jp\nhttps://in.example.jp:8443"))
    hosts = "https://tags.example.jp https://cdn.example.jp https://in.example.jp:8443"
    guard = answer.text.partition("<script>")[2].partition("</script>")[0]
    guard_alone = base64.b64encode(hashlib.sha256(guard.encode()).digest()).decode()
    reach = {"script-src": f"'sha256-{guard_alone}' {hosts}", "img-src": hosts, "connect-src": hosts}
    assert policy(answer) == NOWHERE | reach | {"sandbox": "allow-scripts"}
    assert re.findall(r"<script[^>]*>", answer.text) == ["<script>", '<script src="https://tags.example.jp/count.js">']


def test_a_script_is_not_told_that_its_frame_is_closed() -> None:
    """What it sent then would arrive after the withdrawal: no event, no unload handler, no request kept for later."""
    answer = frame_of(registers.create_tag())
    for event in ("pagehide", "beforeunload", "visibilitychange", "freeze"):
        assert f'"{event}"' in answer.text
    for feature in ("unload", "deferred-fetch", "deferred-fetch-minimal"):
        assert f"{feature}=()" in answer.headers["Permissions-Policy"].split(", ")


def test_an_image_is_loaded_where_no_script_runs() -> None:
    answer = frame_of(registers.create_tag(kind="image", url="https://tags.example.jp/dot.gif?a=1&b=2"))
    assert policy(answer) == NOWHERE | {"img-src": "https://tags.example.jp", "sandbox": ""}
    assert '<img src="https://tags.example.jp/dot.gif?a=1&amp;b=2" alt="">' in answer.text
    assert "<script" not in answer.text


def test_embedded_content_keeps_its_own_origin_within_a_document_without_scripts() -> None:
    answer = frame_of(registers.create_embed(url="https://maps.example.jp:8443/embed?at=1,2;3"))
    sandbox = "allow-scripts allow-same-origin"
    assert policy(answer) == NOWHERE | {"frame-src": "https://maps.example.jp:8443", "style-src": "'self'"}
    assert f'title="Example map" sandbox="{sandbox}" referrerpolicy="no-referrer"></iframe>' in answer.text
    assert "<script" not in answer.text


def test_a_frame_stands_on_pages_of_this_site_only_and_names_no_page_to_the_recipient() -> None:
    answer = frame_of(registers.create_tag())
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert Client().get("/about/").headers["X-Frame-Options"] == "DENY"


def test_a_frame_is_the_same_for_everybody_and_holds_nothing_of_the_page() -> None:
    tag = registers.create_tag()
    first = frame_of(tag)
    other = Client()
    other.cookies["choice"] = "usage=-1"
    second = other.get(f"/privacy/tags/{tag.pk}/?page=/about/", headers={"sec-gpc": "1"})
    assert first.content == second.content
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not second.cookies
    assert 'name="notice"' not in first.text


def test_a_frame_cannot_be_opened_by_itself(client: Client) -> None:
    """Whoever followed a link to it agreed to nothing; kept or not, in front of a shared cache or not."""
    tag = registers.create_tag()
    asked = registers.publish().asked
    for address in (f"/privacy/tags/{tag.pk}/", f"/privacy/tags/{tag.pk}/{asked}/"):
        for dest, status in (("iframe", 200), ("document", 404), ("iframe", 200), ("document", 404), ("", 200)):
            answer = ask(address, sec_fetch_dest=dest)
            assert answer.status == status, dest
            assert ("tags.example.jp" in answer.body.decode()) is (status == 200)
        assert ask(address, sec_fetch_dest="iframe").headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    assert ask("/about/").headers["vary"] == "Accept-Encoding"


def test_a_page_of_this_site_lets_in_no_frame_but_its_own(client: Client) -> None:
    registers.create_tag()
    registers.publish()
    assert "tags.example.jp" not in client.get("/about/").headers["Content-Security-Policy"]
    directives = client.get("/about/").headers["Content-Security-Policy"].split("; ")
    assert "frame-src 'self'" in directives
    assert "script-src 'self'" in directives


def test_a_page_kept_from_before_a_change_opens_nothing_that_was_not_agreed_to(client: Client) -> None:
    tag = registers.create_tag()
    before = registers.publish().asked
    assert client.get(f"/privacy/tags/{tag.pk}/{before}/").status_code == 200
    Tag.objects.filter(pk=tag.pk).update(url="https://other.example.jp/count.js")
    after = registers.publish().asked
    assert client.get(f"/privacy/tags/{tag.pk}/{before}/").status_code == 404
    assert client.get(f"/privacy/tags/{tag.pk}/{after}/").status_code == 200
    assert client.get(f"/privacy/tags/{tag.pk}/{after.upper()}x/").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 30, "%00", "１"])
def test_a_number_that_is_no_tags_is_not_found(client: Client, number: str) -> None:
    registers.create_tag()
    registers.publish()
    assert client.get(f"/privacy/tags/{number}/").status_code == 404


def test_a_tag_that_is_a_draft_or_no_longer_published_is_not_found(client: Client) -> None:
    tag = registers.create_tag()
    address = f"/privacy/tags/{tag.pk}/"
    assert client.get(address).status_code == 404
    registers.publish()
    tag.delete()
    assert client.get(address).status_code == 200, "deleting a draft changes nothing yet"
    registers.publish()
    assert client.get(address).status_code == 404


def test_a_draft_changes_no_frame_before_it_is_published() -> None:
    tag = registers.create_tag()
    frame = frame_of(tag)
    Tag.objects.filter(pk=tag.pk).update(url="https://other.example.jp/", hosts="https://more.example.jp")
    assert Client().get(f"/privacy/tags/{tag.pk}/").content == frame.content


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_frame_is_only_read(client: Client, method: str) -> None:
    tag = registers.create_tag()
    registers.publish()
    assert getattr(client, method)(f"/privacy/tags/{tag.pk}/").status_code == 405


def test_a_name_cannot_become_markup() -> None:
    answer = frame_of(registers.create_embed(name='"><script>alert(1)</script>'))
    assert "<script" not in answer.text
