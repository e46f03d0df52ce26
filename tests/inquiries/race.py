"""A site on a SQLite file of its own, in a process of its own: many senders press "Send" with one token at once.

Prints what each was answered and how many rows there are, as JSON.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import django

SENDERS = 8


def send_at_once(sent: dict[str, str]) -> list[tuple[int, str]]:
    """Send the same form from many threads; return each one's status and reference number."""
    from threading import Barrier

    from django.db import connection
    from django.test import Client

    from tests.inquiries.senders import REFERENCE

    barrier = Barrier(SENDERS)

    def send(_number: int) -> tuple[int, str]:
        try:
            barrier.wait()
            response = Client().post("/inquiry/done/", sent)
            found = REFERENCE.search(response.text)
            return response.status_code, found[0] if found else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(SENDERS) as pool:
        return list(pool.map(send, range(SENDERS)))


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.utils import timezone

    from inquiries import keyring
    from inquiries.models import Inquiry, OutboxItem
    from tests.inquiries.senders import check

    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    keyring.ensure_key(timezone.localdate())
    answers = send_at_once(check(Client()))
    print(json.dumps({"answers": answers, "rows": [Inquiry.objects.count(), OutboxItem.objects.count()]}))


if __name__ == "__main__":
    main()
