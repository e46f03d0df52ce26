"""A site on a SQLite file of its own, in a process of its own: many visitors see the same page at once.

Prints what each was answered and the totals counted, as JSON.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import django

VIEWERS = 8
VIEWS = 5


def see_at_once(choice: str) -> list[int]:
    """See the same page from many threads, again and again; return what each was answered."""
    from threading import Barrier

    from django.db import connection
    from django.test import Client

    barrier = Barrier(VIEWERS)

    def see(_number: int) -> list[int]:
        try:
            client = Client()
            client.cookies["choice"] = choice
            barrier.wait()
            sent = {"page": "/about/", "device": "desktop"}
            return [client.post("/seen/", sent).status_code for _view in range(VIEWS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(VIEWERS) as pool:
        return [status for statuses in pool.map(see, range(VIEWERS)) for status in statuses]


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment

    from consent.models import PageCount
    from tests.consent.visitors import press

    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    client = Client()
    press(client, "choose", purpose=["usage"])
    answers = see_at_once(client.cookies["choice"].value)
    print(json.dumps({"answers": answers, "views": list(PageCount.objects.values_list("views", flat=True))}))


if __name__ == "__main__":
    main()
