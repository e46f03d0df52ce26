"""The addresses of a postal code, from a small table beside this file: no other machine is asked (clause S13a).

The table is a ZIP file with one text for each two first digits, so that an answer reads one hundredth of it and keeps
nothing in memory. Each line is the other five digits, a tab and an address; the file's comment says where it is from.
"""

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from django.utils import translation
from django.utils.translation import gettext as _

from inquiries import checks

logger = logging.getLogger(__name__)

TABLE = Path(__file__).parent / "data/postal_codes.zip"

PREFECTURE = re.compile("東京都|北海道|京都府|大阪府|.{2,3}県")


@dataclass(frozen=True)
class Found:
    """What a look-up came to: the address as it stands now, or towns to choose from, and the words that say so."""

    address: str
    message: str
    towns: list[str] = field(default_factory=list)


def addresses(code: str) -> list[str]:
    """Return the addresses that share a postal code (123-4567), in the order of the table; none where it has none."""
    digits = code.replace("-", "")
    try:
        with ZipFile(TABLE) as table:
            lines = table.read(digits[:2]).decode().splitlines()
    except KeyError:
        return []
    except (OSError, BadZipFile):
        logger.exception("The table of postal codes can't be read; make it anew: manage.py postal_codes")
        return []
    return [line[6:] for line in lines if line.startswith(digits[2:])]


def look_up(typed_code: str, typed_address: str, town: str = "") -> Found:
    """Return what becomes of the address that was typed, given a postal code and the town that was chosen, if any.

    Raises ValueError where the postal code has not 7 digits.
    """
    found = addresses(checks.postal_code(checks.without_invisible(typed_code)))
    if not found:
        return Found(typed_address, _("No address was found for this postal code. Enter the address."))
    if town in found or len(found) == 1:
        return Found(joined(town if town in found else found[0], typed_address), _entered())
    return Found(typed_address, _("Several towns share this postal code. Select yours."), found)


def joined(found: str, typed: str) -> str:
    """Return the address found with what was typed before, of which nothing is lost."""
    if typed.startswith(found):
        return typed
    if checks.is_blank(typed):
        return found
    if not PREFECTURE.match(typed):
        return found + typed
    if not re.search(r"\d", typed):  # what an earlier look-up left
        return found
    return f"{found}\n{typed}"


def pack(towns: dict[str, list[str]], origin: str, table: Path) -> None:
    """Write the table: addresses by their postal code of 7 digits. The same content gives the same bytes."""
    parts: dict[str, list[str]] = {}
    for code in sorted(towns):
        parts.setdefault(code[:2], []).extend(f"{code[2:]}\t{address}\n" for address in towns[code])
    with ZipFile(table, "w") as file:
        file.comment = origin.encode()
        for name, lines in parts.items():
            file.writestr(ZipInfo(name), "".join(lines), ZIP_DEFLATED, compresslevel=9)


def _entered() -> str:
    entered = _("Address entered. Check it and add the street number.")
    if translation.get_language() == "ja":
        return entered
    return f"{entered} {_('The address is in Japanese. You can replace it with your own spelling.')}"
