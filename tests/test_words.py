"""The Japanese catalogue: complete, and compiled, so that nobody needs gettext to run the site."""

import re
from pathlib import Path

import polib

FOLDER = Path(__file__).parents[1] / "locale/ja/LC_MESSAGES"


def test_every_sentence_is_translated() -> None:
    catalogue = polib.pofile(str(FOLDER / "django.po"))
    assert [entry.msgid for entry in catalogue.untranslated_entries() + catalogue.fuzzy_entries()] == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    written = polib.pofile(str(FOLDER / "django.po"))
    compiled = polib.mofile(str(FOLDER / "django.mo"))

    def sentences(catalogue: polib.POFile | polib.MOFile) -> set[tuple[str | None, str, str, str]]:
        return {
            (e.msgctxt, e.msgid, e.msgstr, str(sorted(e.msgstr_plural.items()))) for e in catalogue if not e.obsolete
        }

    assert sentences(compiled) == {key for key in sentences(written) if key[1]}


def test_a_translation_names_what_the_sentence_names() -> None:
    """A placeholder that is missing loses a number; one too many fails in front of a visitor."""
    place = re.compile(r"%\(\w+\)[sd]")
    for entry in polib.pofile(str(FOLDER / "django.po")).translated_entries():
        assert set(place.findall(entry.msgid)) == set(place.findall(entry.msgstr)), entry.msgid
