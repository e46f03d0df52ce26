"""What a visitor's browser does: read the notice of a page and press a button."""

import re
from typing import Any
from uuid import UUID

from django.test import Client

from consent.models import Decision

PREFIXES = ["", "/en"]
ALL = ["usability", "usage", "advertising", "sharing"]
JSON = {"accept": "application/json"}
GPC = {"sec-gpc": "1"}


def notice_on(client: Client, address: str) -> str:
    """Return the hash of the notice that a page shows."""
    found = re.search(r'name="notice" value="([0-9a-f]{64})"', client.get(address).text)
    assert found, f"{address} shows no notice"
    return found[1]


def press(
    client: Client, button: str, prefix: str = "", /, *, headers: dict[str, str] | None = None, **sent: Any
) -> Any:
    """Press a button of the notice that the page about OCCTO shows; return the answer."""
    data = {"notice": notice_on(client, f"{prefix}/about/"), "page": f"{prefix}/about/", "decision": button} | sent
    return client.post(f"{prefix}/privacy/choices/", data, headers=headers)


def decision_of(answer: Any) -> Decision:
    """Return the record that an answer leads to."""
    if answer.headers["Content-Type"] == "application/json":
        return Decision.objects.get(pk=answer.json()["record"])
    assert answer.status_code == 303, answer.text
    found = re.search(r"/records/([0-9a-f-]{36})/", answer.headers["Location"])
    assert found
    return Decision.objects.get(pk=UUID(found[1]))


def checked(html: str) -> list[str]:
    """Return the purposes whose switch is on."""
    return re.findall(r'name="purpose" value="(\w+)"[^>]* checked', html)
