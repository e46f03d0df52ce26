"""What the words of an inquiry are suspected for, and what people write that is not."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from inquiries.suspicions import Suspicion, describe, suspicions_of
from tests.inquiries.senders import TYPED

WORDS = {name: TYPED[name] for name in ("name", "name_kana", "organization", "email", "address", "subject", "message")}


def suspected(**changes: str) -> list[str]:
    return [str(suspicion) for suspicion in suspicions_of(WORDS | changes)]


@pytest.mark.parametrize(
    "message",
    [
        TYPED["message"],
        "https://www.occto.or.jp/ の表と https://www.occto.or.jp/en/ の表が合いません。",
        "ΔP = μΩ の単位について。ΔfとθAの関係も教えてください。",
        "(゜Д゜) と入力するとエラーになります。VPNはДで始まりますか。",
        "Yandex（Яндекс）の検索結果に出ますか。",
        "-" * 72 + "\n髙橋 﨑子\n" + "=" * 72,
        "Привет は表示できますか。文字化けします。",
        "<b>㈱</b>の扱いを教えてください。3 < a かつ a > 1 のとき",
        "ﾃｽﾄ ①② 🙂 々〆",
        "はい",
        "\n".join(f"{hour}時の値は{hour * 37 % 101}MWですが、正しくは何MWですか。" for hour in range(24)),
    ],
)
def test_what_people_write_is_not_suspected(message: str) -> None:
    assert suspected(message=message) == []


@pytest.mark.parametrize(
    ("changes", "suspicion"),
    [
        ({"message": "Buy " + "http://example.com/a " * 6}, "links"),
        ({"message": "www.example.com " * 6}, "links"),
        ({"name": "WIN NOW https://example.com/"}, "links"),
        ({"organization": "www.example.com"}, "links"),
        ({"message": "[url=http://example.com]cheap[/url]"}, "markup"),
        ({"message": "[URL]http://example.com[/URL]"}, "markup"),
        ({"message": 'see <a href="http://example.com">this</a>'}, "markup"),
        ({"message": "Неllо, your ассоunt"}, "letters"),
        ({"message": "Здравствуйте, предлагаем продвижение сайта"}, "letters"),
        ({"message": "السلام عليكم نقدم لكم عرضا"}, "letters"),
        ({"message": "Best SEO service for you. " * 40}, "repeats"),
        ({"message": "あ" * 300}, "repeats"),
    ],
)
def test_what_advertising_machines_write_is_suspected(changes: dict[str, str], suspicion: str) -> None:
    assert suspicion in suspected(**changes)


@given(st.dictionaries(st.sampled_from(sorted(WORDS)), st.text(max_size=2000)))
def test_no_text_breaks_a_rule(changes: dict[str, str]) -> None:
    assert set(suspected(**changes)) <= set(Suspicion.values)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_reason_has_its_sentence(language: str) -> None:
    with translation.override(language):
        sentences = [describe(code) for code in Suspicion.values]
        assert all(sentences)
        assert len(set(sentences)) == len(sentences)
        assert describe("trap,links").startswith(describe("trap"))
        assert describe("trap,links").endswith(describe("links"))
    assert describe("") == describe("unknown") == ""


def test_all_reasons_together_fit_their_column() -> None:
    assert len(",".join(Suspicion.values)) <= 100
