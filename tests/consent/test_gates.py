"""What may load which tag, on which pages, and in what kind of frame (clauses S2 and S16)."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from consent import inventory
from consent.models import Notice
from tests.consent import registers
from tests.consent.tampering import lifted
from tests.consent.visitors import PREFIXES, notice_on, press
from tests.staff import people

pytestmark = pytest.mark.django_db

HUGE = "9" * 30
WITH_TAGS = ["/", "/about/", "/privacy/", "/accessibility/", "/sitemap/"]
WITHOUT_TAGS = ["/inquiry/", "/privacy/requests/", "/privacy/choices/", "/privacy/versions/1/", "/no-such-page/"]


def tags_of(answer: Any) -> list[Any]:
    """Return the gates and the embedded content that a page was made with."""
    return [*answer.context["gates"], *answer.context["embeds"]]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_nothing_is_gated_before_a_tag_is_published(client: Client, prefix: str) -> None:
    registers.create_tag()
    for path in WITH_TAGS:
        assert tags_of(client.get(prefix + path)) == []


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("role", "shares", "needs"),
    [
        ("partner", True, "usage sharing"),
        ("contractor", True, "usability sharing"),
        ("contractor", False, "usage"),
        ("partner", True, "sharing"),
    ],
)
def test_a_gate_says_what_must_be_agreed_to(prefix: str, role: str, shares: bool, needs: str) -> None:
    client, purpose = Client(), registers.purpose(needs.split(maxsplit=1)[0])
    tag = registers.create_tag(recipient=registers.create_recipient(role=role), shares=shares, purpose=purpose)
    asked = registers.publish().asked
    for path in WITH_TAGS:
        assert client.get(prefix + path).context["gates"] == [
            {
                "id": tag.pk,
                "name": "Example counter",
                "kind": "script",
                "needs": needs,
                "address": f"/privacy/tags/{tag.pk}/{asked}/",
            }
        ]


@pytest.mark.parametrize(("prefix", "recipient"), [("", "例示計測株式会社"), ("/en", "Example Measuring Ltd.")])
def test_embedded_content_stands_on_its_page_alone(client: Client, prefix: str, recipient: str) -> None:
    registers.create_embed(page="about")
    registers.publish()
    page = client.get(f"{prefix}/about/")
    (embed,) = page.context["embeds"]
    assert (embed["recipient"], embed["needs"], embed["kind"]) == (recipient, "usage sharing", "embed")
    assert embed["information"] == ("The address of the page viewed" if prefix else "閲覧したページのアドレス")
    assert list(page.context["gates"]) == []
    for path in set(WITH_TAGS) - {"/about/"}:
        assert tags_of(client.get(prefix + path)) == []


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_page_carries_its_gates_and_the_script_for_them(client: Client, prefix: str) -> None:
    tag = registers.create_tag()
    asked = registers.publish().asked
    gate = (
        f'<span data-gate="{tag.pk}" data-needs="usage sharing" data-address="/privacy/tags/{tag.pk}/{asked}/" '
        'data-kind="script"></span>'
    )
    page = client.get(f"{prefix}/about/").text
    assert page.count(gate) == 1
    assert "gates.js" in page
    assert "embed.js" not in page
    assert f'<html lang="{"en" if prefix else "ja"}" data-register="{asked}"' in page
    for path in WITHOUT_TAGS:
        page = client.get(prefix + path).text
        assert "data-gate" not in page
        assert "gates.js" not in page


def test_a_page_without_tags_carries_nothing_of_them(client: Client) -> None:
    page = client.get("/about/").text
    for trace in ("gates", "data-gate", "embed"):
        assert trace not in page


PLACEHOLDER = {
    "": [
        "例示計測株式会社のコンテンツ",
        "本サイトではなく例示計測株式会社（日本）が提供しています。",
        "閲覧したページのアドレス",
        "閲覧数を知るためです。",
        "集計した結果をOCCTOに渡すためです。",
        "IPアドレスとブラウザの種類",
        "利用状況の把握",
        "提携先・委託先との共有",
        "許可する",
        "同意とJavaScriptが必要です。",
        "例示計測株式会社（外部サイト）",
    ],
    "/en": [
        "Content of Example Measuring Ltd.",
        "from Example Measuring Ltd. (Japan), not from this site.",
        "The address of the page viewed",
        "To know how often pages are viewed.",
        "To give OCCTO the totals.",
        "your IP address and the type of your browser",
        "Understanding how this site is used",
        "Sharing with partners and contractors",
        "Allow",
        "needs your agreement and JavaScript",
        "Example Measuring Ltd. (external website)",
    ],
}


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("name", ["about", "home"])
def test_a_placeholder_says_who_would_receive_what(client: Client, prefix: str, name: str) -> None:
    registers.create_embed(page=name)
    registers.publish()
    page = client.get(prefix + {"about": "/about/", "home": "/"}[name]).text
    placeholder = page[page.index('<section class="embed') : page.index("</main>")]
    for words in PLACEHOLDER[prefix]:
        assert words in placeholder
    assert f'name="notice" value="{notice_on(client, f"{prefix}/about/")}"' in placeholder
    assert 'value="choose" hidden>' in placeholder, "the button works by a script only"
    assert 'href="https://maps.example.jp/embed?at=1,2" rel="external"' in placeholder
    assert "<iframe" not in placeholder


@pytest.mark.parametrize(("shares", "is_refused"), [(True, True), (False, False)])
def test_what_the_signal_refuses_is_not_allowed_by_the_way(client: Client, shares: bool, is_refused: bool) -> None:
    registers.create_embed(recipient=registers.create_recipient(role="contractor"), shares=shares)
    registers.publish()
    assert ('class="embed-form is-refused-by-signal"' in client.get("/about/").text) is is_refused


def register_everything() -> None:
    registers.create_tag()
    registers.create_embed(recipient=registers.create_recipient(), page="home")
    registers.publish()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_tag_is_on_a_page_that_takes_or_shows_anything_of_a_visitors(client: Client, prefix: str) -> None:
    register_everything()
    for path in WITHOUT_TAGS:
        assert tags_of(client.get(prefix + path)) == [], path
    assert tags_of(client.get(press(client, "agree", prefix).headers["Location"])) == []
    assert tags_of(client.post(f"{prefix}/inquiry/check/", {"name": "Taro Reiji"})) == []
    assert tags_of(client.post(f"{prefix}/privacy/choices/", {"decision": "maybe"})) == []
    for path in ("/about/", "/inquiry/", "/"):
        for site, status in (("same-origin", 405), ("cross-site", 403)):
            answer = client.post(prefix + path, headers={"sec-fetch-site": site})
            assert path == "/inquiry/" or answer.status_code == status
            assert tags_of(answer) == []


def test_no_tag_is_on_a_page_of_staff() -> None:
    register_everything()
    alice = people.sign_in(people.create_alice())
    for address in ("/admin/", "/admin/en/", "/admin/consent/tag/", "/admin/inquiries/inquiry/", "/admin/nowhere/"):
        assert tags_of(alice.get(address)) == []
    assert tags_of(Client().get("/admin/account/login/")) == []


def test_a_tag_published_after_the_notice_was_read_waits_for_its_own(client: Client) -> None:
    registers.create_tag()
    registers.publish()
    with lifted():
        Notice.objects.filter(language="ja").update(register="0" * 12)
    assert tags_of(client.get("/about/")) == []


def test_a_page_stands_without_tags_while_the_database_is_down(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(inventory, "register_in_force", refuse)
    answer = client.get("/about/")
    assert answer.context["gates"] == []
    assert answer.context["embeds"] == []


def test_what_is_stored_under_refused_purposes_is_named() -> None:
    registers.create_cookie("seen", "usage", path="/about/", domain=".example.jp")
    registers.create_storage_key("size", "usability")
    registers.create_storage_key("seen", "usage", kind="session")
    registers.publish()
    seen = [
        {"kind": "cookie", "name": "seen", "path": "/about/", "domain": ".example.jp"},
        {"kind": "session", "key": "seen"},
    ]
    assert inventory.stored_under_refused(["usability", "sharing"]) == seen
    assert inventory.stored_under_refused(["usage"]) == [
        {"kind": "local", "key": "display"},
        {"kind": "local", "key": "size"},
    ]
    assert inventory.stored_under_refused(["usage", "usability"]) == []


def test_the_cookie_that_keeps_the_decision_is_never_among_it(client: Client) -> None:
    registers.create_cookie("choice", "usage", path="/about/")
    registers.publish()
    assert inventory.stored_under_refused([]) == [{"kind": "local", "key": "display"}]
    assert press(client, "refuse").cookies["choice"].value.startswith("usability=-1|")
    assert press(client, "refuse").cookies["choice"].value.startswith("usability=-1|")


@pytest.mark.parametrize(
    ("role", "shares", "used"), [("partner", True, {"usage", "sharing"}), ("contractor", False, {"usage"})]
)
def test_sharing_is_in_use_while_a_tag_shares(role: str, shares: bool, used: set[str]) -> None:
    registers.create_tag(recipient=registers.create_recipient(role=role), shares=shares)
    registers.publish()
    assert inventory.purposes_in_use() == {"essential", "usability"} | used
