"""Senders who come back to their inquiry with its reference number and receipt code."""

import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from inquiries import sender
from inquiries.models import Inquiry
from tests.inquiries.senders import check, inputs, reference_on

CODE = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}")


@dataclass(frozen=True)
class Receipt:
    """What a sender took away from the done page."""

    reference: str
    code: str

    @property
    def keys(self) -> dict[str, str]:
        """What the way in to the status page sends."""
        return {"reference": self.reference, "code": self.code}

    @property
    def inquiry(self) -> Inquiry:
        return Inquiry.objects.get(reference=self.reference)

    @property
    def visit(self) -> sender.Visit:
        visit = sender.visit(self.reference, self.code)
        assert visit
        return visit


def code_on(html: str) -> str:
    """Return the receipt code that a page shows."""
    found = CODE.search(html.replace("<wbr>", ""))
    assert found, html
    return found[0]


def send(*, prefix: str = "", **changes: str) -> Receipt:
    """Send an inquiry through its pages; return what the done page gives."""
    client = Client()
    response = client.post(f"{prefix}/inquiry/done/", check(client, prefix, **changes))
    assert response.status_code == 200, response.text
    return Receipt(reference_on(response.text), code_on(response.text))


def open_page(receipt: Receipt, path: str = "", prefix: str = "/en", **typed: str) -> Any:
    """Ask for a page of the status page as a button of an opened inquiry does."""
    return Client().post(f"{prefix}/inquiry/status/{path}", receipt.keys | typed)


def hidden(receipt: Receipt, path: str = "", prefix: str = "/en") -> dict[str, str]:
    """Return what the form of a page sends, as it stands when the page opens."""
    response = open_page(receipt, path, prefix)
    assert response.status_code == 200, response.text
    return inputs(response.text)


def write(receipt: Receipt, body: str = "追記です。", prefix: str = "/en") -> Any:
    """Add a message through the page."""
    return Client().post(f"{prefix}/inquiry/status/message/", hidden(receipt, prefix=prefix) | {"body": body})


def correct(receipt: Receipt, prefix: str = "/en", **changes: str) -> Any:
    """Correct details through the page."""
    sent = hidden(receipt, "correct/", prefix)
    return Client().post(f"{prefix}/inquiry/status/correct/save/", sent | changes)


def ask(receipt: Receipt, kind: str = "disclose", details: str = "", prefix: str = "/en") -> Any:
    """Make a request through the page."""
    typed = {"kind": kind, "details": details}
    return Client().post(f"{prefix}/inquiry/status/request/send/", hidden(receipt, "request/", prefix) | typed)


def wrong_code(code: str) -> str:
    """Return another code that is as well formed."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def erase(receipt: Receipt, prefix: str = "/en") -> Any:
    """Ask for the inquiry's erasure through the page, and confirm it."""
    return Client().post(f"{prefix}/inquiry/status/erase/confirm/", hidden(receipt, "erase/", prefix))
