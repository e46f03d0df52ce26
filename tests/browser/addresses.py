"""Every public page that stands by itself, in both languages."""

PATHS = [
    "",
    "about/",
    "privacy/",
    "privacy/versions/1/",
    "privacy/cookies/",
    "privacy/promises/",
    "privacy/choices/",
    "privacy/choices/log/",
    "privacy/requests/",
    "inquiry/",
    "inquiry/status/",
    "statistics/",
    "accessibility/",
    "sitemap/",
    "no-such-page/",
]
ADDRESSES = [f"{prefix}{path}" for prefix in ("/", "/en/") for path in PATHS]
