"""Staff draft the register: what they keep is right or refused with a sentence, and no visitor meets it yet."""

from typing import Any

import pytest
from django.test import Client

from consent import inventory
from consent.models import CookieFacts, Purpose, Recipient, StorageKey, Tag
from tests.consent import registers
from tests.staff.people import create_alice, create_bob, create_eve, create_frank, sign_in

pytestmark = pytest.mark.django_db

PREFIXES = ["/admin", "/admin/en"]
MODELS = ["purpose", "cookiefacts", "storagekey", "recipient", "tag"]
HUGE = "9" * 30


@pytest.fixture
def frank() -> Client:
    """Frank keeps the register."""
    return sign_in(create_frank())


def number_of(varname: str) -> str:
    return str(registers.purpose(varname).pk)


def cookie_data(**changes: Any) -> dict[str, Any]:
    values = {"name": "seen", "path": "/", "domain": "", "purpose": number_of("usage"), "days": "30"}
    return values | {"holds_ja": "回数です。", "holds_en": "How often."} | changes


def storage_data(**changes: Any) -> dict[str, Any]:
    values = {"key": "size", "kind": "local", "purpose": number_of("usability"), "days": ""}
    return values | {"holds_ja": "大きさです。", "holds_en": "The size."} | changes


def recipient_data(**changes: Any) -> dict[str, Any]:
    values = {"name_ja": "例示", "name_en": "Example", "role": "partner", "country_ja": "日本", "country_en": "Japan"}
    return values | {"address_ja": "東京都", "address_en": "Tokyo", "url": ""} | changes


def tag_data(**changes: Any) -> dict[str, Any]:
    recipient = Recipient.objects.first() or registers.create_recipient()
    words = {
        f"{field}_{language}": "語" if language == "ja" else "words"
        for field in ("information", "our_purpose", "their_purpose")
        for language in ("ja", "en")
    }
    values = {"name": "Counter", "kind": "script", "url": "https://tags.example.jp/a.js", "hosts": "", "page": ""}
    return values | words | {"purpose": number_of("usage"), "recipient": str(recipient.pk), "shares": "on"} | changes


def shown(answer: Any) -> str:
    assert answer.status_code == 200, answer.headers
    return str(answer.text)


# Keeping


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_cookie_is_drafted_edited_and_removed(frank: Client, prefix: str) -> None:
    before = inventory.register_in_force().content
    answer = frank.post(f"{prefix}/consent/cookiefacts/add/", cookie_data())
    assert answer.headers["Location"] == f"{prefix}/consent/cookiefacts/"
    facts = CookieFacts.objects.get(cookie__name="seen")
    assert (facts.cookie.cookiegroup.varname, facts.days, facts.holds_en) == ("usage", 30, "How often.")
    address = f"{prefix}/consent/cookiefacts/{facts.pk}/"
    assert 'value="seen"' in shown(frank.get(f"{address}change/"))
    changed = cookie_data(name="viewed", purpose=number_of("usability"), days="", domain=".example.jp")
    assert frank.post(f"{address}change/", changed).status_code == 302
    facts = CookieFacts.objects.get(pk=facts.pk)
    cookie = facts.cookie
    assert (cookie.name, cookie.domain, cookie.cookiegroup.varname) == ("viewed", ".example.jp", "usability")
    assert facts.days is None
    assert frank.post(f"{address}delete/", {"post": "yes"}).status_code == 302
    assert not CookieFacts.objects.filter(pk=facts.pk).exists()
    assert inventory.register_in_force().content == before


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_storage_key_is_drafted_edited_and_removed(frank: Client, prefix: str) -> None:
    frank.post(f"{prefix}/consent/storagekey/add/", storage_data())
    key = StorageKey.objects.get()
    address = f"{prefix}/consent/storagekey/{key.pk}/"
    frank.post(f"{address}change/", storage_data(kind="session", holds_en="The text size."))
    key.refresh_from_db()
    assert (key.kind, key.holds_en) == ("session", "The text size.")
    frank.post(f"{address}delete/", {"post": "yes"})
    assert not StorageKey.objects.exists()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_recipient_and_its_tag_are_drafted_edited_and_removed(frank: Client, prefix: str) -> None:
    frank.post(f"{prefix}/consent/recipient/add/", recipient_data(role="contractor"))
    recipient = Recipient.objects.get()
    hosts = " HTTPS://CDN.example.jp \r\n\r\nhttps://b.example.jp:8443\r\nhttps://cdn.example.jp\r\n"
    url = " HTTPS://Tags.Example.JP/Count.js?A=1 "
    answer = frank.post(f"{prefix}/consent/tag/add/", tag_data(hosts=hosts, url=url, shares=""))
    assert answer.headers["Location"] == f"{prefix}/consent/tag/"
    tag = Tag.objects.get()
    assert (tag.url, tag.hosts) == (
        "https://tags.example.jp/Count.js?A=1",
        "https://cdn.example.jp\nhttps://b.example.jp:8443",
    )
    assert (tag.role, tag.shares) == ("contractor", False)
    address = f"{prefix}/consent/tag/{tag.pk}/"
    frank.post(f"{address}change/", tag_data(kind="embed", page="about", hosts=""))
    tag.refresh_from_db()
    assert (tag.kind, tag.page, tag.hosts, tag.shares) == ("embed", "about", "", True)
    frank.post(f"{prefix}/consent/recipient/{recipient.pk}/change/", recipient_data(role="partner"))
    tag.refresh_from_db()
    assert tag.role == "partner"
    blocked = frank.post(f"{prefix}/consent/recipient/{recipient.pk}/delete/", {"post": "yes"})
    assert "Counter" in shown(blocked)
    assert Recipient.objects.exists(), "a tag goes to it"
    frank.post(f"{address}delete/", {"post": "yes"})
    frank.post(f"{prefix}/consent/recipient/{recipient.pk}/delete/", {"post": "yes"})
    assert not Recipient.objects.exists()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_words_of_a_purpose_are_edited_but_none_is_added_or_removed(frank: Client, prefix: str) -> None:
    usage = registers.purpose("usage")
    words = {"name_ja": "把握", "name_en": "Counting", "text_ja": "数えます。", "text_en": "Counts."}
    frank.post(f"{prefix}/consent/purpose/{usage.pk}/change/", words)
    usage.refresh_from_db()
    assert usage.name_en == "Counting"
    assert frank.post(f"{prefix}/consent/purpose/add/", words).status_code == 403
    assert frank.post(f"{prefix}/consent/purpose/{usage.pk}/delete/", {"post": "yes"}).status_code == 403
    delete_all = {"action": "delete_selected", "_selected_action": [str(usage.pk)], "post": "yes"}
    sign_in(create_alice()).post(f"{prefix}/consent/purpose/", delete_all)
    assert Purpose.objects.filter(pk=usage.pk).exists()


def test_of_this_sites_own_cookies_the_words_are_edited_alone(frank: Client) -> None:
    own = CookieFacts.objects.get(cookie__name="choice")
    address = f"/admin/en/consent/cookiefacts/{own.pk}/"
    frank.post(f"{address}change/", cookie_data(name="other", path="/x", days="1", holds_en="What you chose."))
    own = CookieFacts.objects.get(pk=own.pk)
    assert (own.cookie.name, own.cookie.path, own.days) == ("choice", "/", 182)
    assert own.cookie.cookiegroup.varname == "essential"
    assert own.holds_en == "What you chose."
    assert frank.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert CookieFacts.objects.filter(pk=own.pk).exists()


# What is refused


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("cookiefacts", {"name": ""}, "name"),
    ("cookiefacts", {"name": "a b"}, "name"),
    ("cookiefacts", {"name": "a;b"}, "name"),
    ("cookiefacts", {"name": "a=b"}, "name"),
    ("cookiefacts", {"name": "a\r\nSet-Cookie: b"}, "name"),
    ("cookiefacts", {"name": "名"}, "name"),
    ("cookiefacts", {"name": "a\0"}, "name"),
    ("cookiefacts", {"name": "a" * 251}, "name"),
    ("cookiefacts", {"name": "choice", "purpose": "essential"}, "name"),
    ("cookiefacts", {"name": "choice", "path": "/about/"}, "name"),
    ("cookiefacts", {"name": "staff"}, "name"),
    ("cookiefacts", {"path": "about/"}, "path"),
    ("cookiefacts", {"path": "/; domain=example.com"}, "path"),
    ("cookiefacts", {"path": "/a\nb"}, "path"),
    ("cookiefacts", {"domain": "example.jp; secure"}, "domain"),
    ("cookiefacts", {"domain": "*.example.jp"}, "domain"),
    ("cookiefacts", {"domain": "例示.jp"}, "domain"),
    ("cookiefacts", {"purpose": ""}, "purpose"),
    ("cookiefacts", {"purpose": HUGE}, "purpose"),
    ("cookiefacts", {"purpose": "9" * 5000}, "purpose"),
    ("cookiefacts", {"purpose": "usage"}, "purpose"),
    ("cookiefacts", {"days": "0"}, ""),
    ("cookiefacts", {"days": "401"}, ""),
    ("cookiefacts", {"days": "-1"}, "days"),
    ("cookiefacts", {"days": HUGE}, "days"),
    ("cookiefacts", {"days": "soon"}, "days"),
    ("cookiefacts", {"holds_ja": " "}, "holds_ja"),
    ("cookiefacts", {"holds_en": "a" * 501}, "holds_en"),
    ("storagekey", {"key": ""}, "key"),
    ("storagekey", {"key": "a\nb"}, "key"),
    ("storagekey", {"key": "a\0"}, "key"),
    ("storagekey", {"kind": "cookie"}, "kind"),
    ("storagekey", {"kind": "session", "days": "3"}, "days"),
    ("storagekey", {"purpose": HUGE}, "purpose"),
    ("recipient", {"name_ja": ""}, "name_ja"),
    ("recipient", {"country_en": ""}, "country_en"),
    ("recipient", {"role": "friend"}, "role"),
    ("recipient", {"url": "http://example.jp/"}, "url"),
    ("recipient", {"url": "javascript:alert(1)"}, "url"),
    ("tag", {"name": ""}, "name"),
    ("tag", {"kind": "style"}, "kind"),
    ("tag", {"url": "http://tags.example.jp/a.js"}, "url"),
    ("tag", {"url": "javascript:alert(1)//https://"}, "url"),
    ("tag", {"url": "data:text/javascript,alert(1)"}, "url"),
    ("tag", {"url": "https://user:secret@tags.example.jp/"}, "url"),
    ("tag", {"url": "https://tags.example.jp/\r\nx"}, "url"),
    ("tag", {"url": "https://tags.example.jp/\0"}, "url"),
    ("tag", {"url": "https://tags.example.jp/ onload=alert(1)"}, "url"),
    ("tag", {"url": "https://*.example.jp/"}, "url"),
    ("tag", {"url": "https://tags..example.jp/"}, "url"),
    ("tag", {"url": "https://tags.example.jp:0/"}, "url"),
    ("tag", {"url": "https://tags.example.jp:99999/"}, "url"),
    ("tag", {"url": f"https://{'a' * 64}.example.jp/"}, "url"),
    ("tag", {"url": "https://[::1]/"}, "url"),
    ("tag", {"url": f"https://tags.example.jp/{'a' * 1000}"}, "url"),
    ("tag", {"hosts": "https://*.example.jp"}, "hosts"),
    ("tag", {"hosts": "*"}, "hosts"),
    ("tag", {"hosts": "https://a.example.jp; script-src *"}, "hosts"),
    ("tag", {"hosts": "https://a.example.jp, https://b.example.jp"}, "hosts"),
    ("tag", {"hosts": "'unsafe-inline'"}, "hosts"),
    ("tag", {"hosts": "https://a.example.jp/path"}, "hosts"),
    ("tag", {"hosts": "http://a.example.jp"}, "hosts"),
    ("tag", {"hosts": "https://a.example.jp:70000"}, "hosts"),
    ("tag", {"purpose": "essential"}, "purpose"),
    ("tag", {"purpose": HUGE}, "purpose"),
    ("tag", {"recipient": HUGE}, "recipient"),
    ("tag", {"recipient": ""}, "recipient"),
    ("tag", {"shares": ""}, "shares"),
    ("tag", {"kind": "embed"}, "page"),
    ("tag", {"page": "about"}, "page"),
    ("tag", {"kind": "embed", "page": "inquiries:form"}, "page"),
    ("tag", {"kind": "embed", "page": "admin:index"}, "page"),
    ("tag", {"information_ja": ""}, "information_ja"),
    ("tag", {"their_purpose_en": ""}, "their_purpose_en"),
]
DATA = {"cookiefacts": cookie_data, "storagekey": storage_data, "recipient": recipient_data, "tag": tag_data}


@pytest.mark.parametrize(("model", "wrong", "field"), REFUSED)
def test_what_is_wrong_is_refused_with_a_sentence_and_nothing_typed_is_lost(
    frank: Client, model: str, wrong: dict[str, Any], field: str
) -> None:
    if wrong.get("purpose") == "essential":
        wrong = wrong | {"purpose": number_of("essential")}
    sent = DATA[model](**wrong)
    count = {each: each.objects.count() for each in (CookieFacts, StorageKey, Recipient, Tag)}
    answer = frank.post(f"/admin/en/consent/{model}/add/", sent)
    text = shown(answer)
    errors = answer.context["errors"]
    assert len(errors) == 1
    form = answer.context["adminform"].form
    assert list(form.errors) == [field or "__all__"]
    assert {each: each.objects.count() for each in count} == count
    kept = {"cookiefacts": "holds_ja", "storagekey": "holds_ja", "recipient": "address_en", "tag": "our_purpose_en"}
    assert sent[kept[model]] in text


@pytest.mark.parametrize(
    ("model", "wrong", "sentence"),
    [
        ("tag", {"url": "http://tags.example.jp/"}, "https:// で始まるアドレスを入力してください。"),
        ("tag", {"hosts": "https://*.example.jp"}, "パスと「*」は使用できません。"),
        ("tag", {"shares": ""}, "提携先への送信は、共有になります。"),
        ("cookiefacts", {"name": "a b"}, "Cookieの名称は、半角の英数字と記号で入力してください。"),
    ],
)
def test_what_is_wrong_is_said_in_japanese(frank: Client, model: str, wrong: dict[str, Any], sentence: str) -> None:
    assert sentence in shown(frank.post(f"/admin/consent/{model}/add/", DATA[model](**wrong)))


def test_a_cookie_and_a_tag_are_registered_once(frank: Client) -> None:
    registers.create_cookie("seen", "usability")
    registers.create_tag(name="Counter")
    assert "registered already" in shown(frank.post("/admin/en/consent/cookiefacts/add/", cookie_data()))
    assert frank.post("/admin/en/consent/tag/add/", tag_data()).context["adminform"].form.errors.keys() == {"name"}
    assert frank.post("/admin/en/consent/cookiefacts/add/", cookie_data(path="/about/")).status_code == 302


def test_a_contractor_that_gets_data_unshared_does_not_become_a_partner(frank: Client) -> None:
    recipient = registers.create_recipient(role="contractor")
    tag = registers.create_tag(recipient=recipient, shares=False)
    page = frank.post(f"/admin/en/consent/recipient/{recipient.pk}/change/", recipient_data())
    assert "Example counter" in str(page.context["adminform"].form.errors["role"])
    tag.refresh_from_db()
    assert tag.role == "contractor"


# Who may


@pytest.mark.parametrize("model", MODELS)
def test_who_answers_inquiries_reads_the_drafts_only(model: str) -> None:
    registers.create_tag()
    registers.create_storage_key("size")
    bob = sign_in(create_bob())
    row = {
        "purpose": registers.purpose("usage"),
        "cookiefacts": CookieFacts.objects.get(cookie__name="choice"),
        "storagekey": StorageKey.objects.get(),
        "recipient": Recipient.objects.get(),
        "tag": Tag.objects.get(),
    }[model]
    for prefix in PREFIXES:
        address = f"{prefix}/consent/{model}/"
        assert bob.get(address).status_code == 200
        page = shown(bob.get(f"{address}{row.pk}/change/"))
        assert 'name="_save"' not in page
        assert ("These are drafts." if "en" in prefix else "下書きです。") in page
        assert bob.post(f"{address}{row.pk}/change/", {}).status_code == 403
        assert bob.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert bob.post(f"{address}add/", {}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_a_stranger_and_whoever_has_no_permission_see_none(client: Client, model: str) -> None:
    eve = sign_in(create_eve())
    for address in (f"/admin/consent/{model}/", f"/admin/consent/{model}/1/change/"):
        assert client.get(address).status_code == 302
        assert eve.get(address).status_code in {302, 403}
        assert eve.post(address, {}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("number", ["0", HUGE, "x", "1 OR 1=1", "%00"])
def test_a_draft_that_is_none_is_a_clear_page(frank: Client, model: str, number: str) -> None:
    for action in ("change", "delete"):
        assert frank.get(f"/admin/en/consent/{model}/{number}/{action}/").status_code in {302, 400, 403, 404}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_each_list_says_that_it_is_a_draft_and_leads_to_publishing(frank: Client, model: str, prefix: str) -> None:
    page = shown(frank.get(f"{prefix}/consent/{model}/"))
    assert ("Visitors see a change only once it is published." if "en" in prefix else "公開するまで") in page
    assert f'href="{prefix}/consent/registerversion/publish/"' in page
    if model != "purpose":
        assert "/consent/registerversion/publish/" in shown(frank.get(f"{prefix}/consent/{model}/add/"))


def test_a_list_says_whether_anything_waits_to_be_published(frank: Client) -> None:
    sentence = "There are changes that are not published yet."
    assert sentence not in shown(frank.get("/admin/en/consent/tag/"))
    registers.create_tag()
    assert sentence in shown(frank.get("/admin/en/consent/tag/"))
    assert sentence in shown(frank.get("/admin/en/consent/cookiefacts/"))
    registers.publish()
    assert sentence not in shown(frank.get("/admin/en/consent/tag/"))


@pytest.mark.parametrize("query", ["role__exact=partner", f"id__in={HUGE}", "url__startswith=h"])
def test_a_list_is_not_filtered_by_what_it_does_not_offer(frank: Client, query: str) -> None:
    assert frank.get(f"/admin/consent/recipient/?{query}").status_code in {302, 400}
