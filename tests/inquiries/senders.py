"""What a sender types, and the way from the form to the done page."""

import re
from html.parser import HTMLParser

from django.test import Client

TYPED = {
    "category": "capacity_market",
    "name": "髙橋 﨑子",
    "name_kana": "たかはし さきこ",
    "organization": "①㈱例示電力",
    "email": "sakiko@example.jp",
    "telephone": "03-1234-5678",
    "postal_code": "135-0061",
    "address": "東京都江東区豊洲6-2-15\n例示ビル9階",
    "subject": "様式について 🙂",
    "message": "様式①の記入例を見せてください。\n\n髙橋（㈱例示電力）より",
    "reply_by": "email",
    "agree": "on",
}

REFERENCE = re.compile(r"[2-9CFGHJMPQRVWX]{5}-[2-9CFGHJMPQRVWX]{5}")


class Inputs(HTMLParser):
    """Reads what a browser would send from the inquiry's form: hidden inputs, text fields, ticks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.area, self.select, self.is_inside = "", "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name, kind = attributes.get("name") or "", attributes.get("type")
        if tag == "form":
            self.is_inside = attributes.get("id") == "inquiry"
        elif not self.is_inside:
            return
        elif tag == "textarea":
            self.area, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in attributes:
            self.values[self.select] = attributes["value"] or ""
        elif tag == "input" and name and (kind not in {"checkbox", "radio"} or "checked" in attributes):
            self.values[name] = attributes.get("value") or ("on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        if tag == "textarea":
            # The first line feed of a text area is the page's own.
            self.values[self.area] = self.values[self.area].removeprefix("\n")
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data


def inputs(html: str) -> dict[str, str]:
    """Return the names and values that the page's form holds."""
    return Inputs(html).values


def check(client: Client, prefix: str = "", **changes: str) -> dict[str, str]:
    """Go from the form to the check page; return what its "Send" button sends."""
    response = client.post(f"{prefix}/inquiry/check/", TYPED | changes)
    assert response.status_code == 200, response.text
    return inputs(response.text)


def reference_on(html: str) -> str:
    """Return the reference number that a page shows."""
    found = REFERENCE.search(html)
    assert found, html
    return found[0]
