"""django-cookie-consent's own accept view, as its documentation sets it up: what a decision is measured against.

It runs on the site's database, with the usual middleware, its log on, and psycopg's pool.
"""

import os
from typing import Any

import django
import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path


def database() -> dict[str, Any]:
    config: dict[str, Any] = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    if "postgres" in config["ENGINE"]:
        config.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8}
    else:
        config |= {"CONN_MAX_AGE": None}
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    return config


settings.configure(
    SECRET_KEY="c" * 50,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": database()},
    USE_TZ=True,
    COOKIE_CONSENT_LOG_ENABLED=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "cookie_consent",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
django.setup()

urlpatterns = [path("cookies/", include("cookie_consent.urls"))]

application = get_wsgi_application()
