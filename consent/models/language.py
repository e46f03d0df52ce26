"""The languages that everything here is in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language


class Language(models.TextChoices):
    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"


def in_both_languages(*fields: str) -> Q:
    """Return the condition that no language lacks one of these texts, each kept as `field_ja` and `field_en`."""
    condition = Q()
    for field in fields:
        for language in Language.values:
            condition &= ~Q(**{f"{field}_{language}": ""})
    return condition


def both(row: models.Model, field: str) -> dict[str, str]:
    """Return the text of `field` in every language."""
    return {language: getattr(row, f"{field}_{language}") for language in Language.values}


def in_active(row: models.Model, field: str) -> str:
    """Return the text of `field` in the active language."""
    text: str = getattr(row, f"{field}_{get_language() or settings.LANGUAGE_CODE}")
    return text
