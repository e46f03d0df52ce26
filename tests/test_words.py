"""The Japanese catalogue: complete, and compiled, so that nobody needs gettext to run the site."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "locale/ja/LC_MESSAGES"

MARKED = re.compile(
    r"\b(p?gettext)\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:, u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))?\)"
)
"""What Django makes of a template's sentences: gettext(u'…') or pgettext(u'context', u'…')."""

SAME_IN_JAPANESE = {"OCCTO", "© OCCTO"}
"""Words that Japanese writes as English does."""


def in_templates() -> Iterator[tuple[str, str]]:
    """Yield the context (or nothing) and the English of each sentence of a template."""
    for path in (ROOT / "templates").rglob("*.*"):
        for name, *texts in MARKED.findall(templatize(path.read_text(encoding="utf-8"))):
            words = [str(ast.literal_eval(text)) for text in texts if text]
            yield (words[0], words[1]) if name == "pgettext" else ("", words[0])


def in_code() -> Iterator[tuple[str, str]]:
    """Yield the context (or nothing) and the English of each sentence of the code."""
    for app in ("occtosite", "consent", "inquiries"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    words = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
                    if node.func.id in {"_", "gettext", "gettext_lazy"} and len(words) == 1:
                        yield "", words[0]
                    elif node.func.id in {"pgettext", "pgettext_lazy"} and len(words) == 2:
                        yield words[0], words[1]


@pytest.mark.parametrize("where", [in_templates, in_code])
def test_every_sentence_of_a_page_has_its_japanese(where: object) -> None:
    """In our catalogue, or in Django's or allauth's for the words that are theirs."""
    sentences = set(where())  # type: ignore[operator]
    assert len(sentences) > 100
    with translation.override("ja"):
        missing = {
            (context, text)
            for context, text in sentences
            if text == (translation.pgettext(context, text) if context else translation.gettext(text))
        }
    assert missing - {("", text) for text in SAME_IN_JAPANESE} == set()


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
        for japanese in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert set(place.findall(entry.msgid)) == set(place.findall(japanese)), entry.msgid
