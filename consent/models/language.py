"""The languages that everything here is in."""

from django.db import models


class Language(models.TextChoices):
    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"
