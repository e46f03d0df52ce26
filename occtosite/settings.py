"""Settings of the site: one file, read from the environment and `.env`. `.env.example` explains every variable.

Safe by default: without any setting the site runs on this machine only, with DEBUG off. A wrong or missing setting
stops the start with its name and the cure.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from occtosite import configuration, page_sets

BASE_DIR = Path(__file__).resolve().parent.parent

ENV_FILE = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
_in_env_file = configuration.read_env_file(ENV_FILE)
env = configuration.Reader()

# Where things are

DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")
KEYS_DIR = env.folder("KEYS_DIR", BASE_DIR / "keys")
OUTGOING_DIR = env.folder("OUTGOING_DIR", BASE_DIR / "outgoing")
SPOOL_DIR = env.folder("SPOOL_DIR", DATA_DIR / "spool")
ERASURES_DIR = env.folder("ERASURES_DIR", BASE_DIR / "erasures")

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY", KEYS_DIR / "secret_key")

# What this machine does: the visitors' side, staff's, or both

SITE_ROLE = env.choice("SITE_ROLE", "all", {"public", "staff", "all"})

# Addresses

LISTEN_HOST = env.text("LISTEN_HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, lowest=1, highest=65535)
SITE_URL = env.site_url("SITE_URL", f"http://localhost:{PORT}")
_site = urlsplit(SITE_URL)
IS_HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", [_site.hostname or "", "localhost", "127.0.0.1", "[::1]"])

# Behind a proxy that ends TLS, and only there: which header says that the visitor came by https.
_proxy_header = env.text("PROXY_SSL_HEADER", "")
SECURE_PROXY_SSL_HEADER = (f"HTTP_{_proxy_header.upper().replace('-', '_')}", "https") if _proxy_header else None
# Such a proxy also names the visitor's address (X-Forwarded-For); without one, nobody's word is taken for it.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _proxy_header else 0

if DEBUG and IS_HTTPS:
    raise ImproperlyConfigured("DEBUG is on at a public address; set it to false, or SITE_URL to http://localhost")

# Applications

INSTALLED_APPS = [
    "occtosite.apps.SiteConfig",
    "occtosite.apps.StaffAdminConfig",
    "consent.apps.ConsentConfig",
    "inquiries.apps.InquiriesConfig",
    "cookie_consent",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "occtosite.headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "occtosite.language.PathLanguageMiddleware",
    "occtosite.headers.ContentSecurityPolicyMiddleware",
    "occtosite.errors.ErrorPagesMiddleware",
    "occtosite.site_role.RoleMiddleware",
    "occtosite.guards.BodyGuardMiddleware",
    "occtosite.guards.SameOriginMiddleware",
    "django.middleware.common.CommonMiddleware",
    "occtosite.staff.StaffSessionMiddleware",
    "occtosite.staff.StaffCsrfMiddleware",
    "occtosite.staff.StaffAuthenticationMiddleware",
    "occtosite.staff.StaffMessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "occtosite.urls"
WSGI_APPLICATION = "occtosite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "occtosite.context.page",
            ],
        },
    },
]

# Database

DATABASES = {"default": configuration.database(env, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in's lock-outs are counted in the cache, so every process must see the same one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # with Django's 300, a flood of sign-ins culls the lock-outs
    },
    "local": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}

# Languages: from the path alone

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

# Static files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "occtosite.staticfiles.HashedStaticFilesStorage"},
}

# Request bodies: never in a temporary file

BODY_LIMIT = env.number("BODY_LIMIT", 262_144, lowest=65_536, highest=10_485_760)
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
FILE_UPLOAD_HANDLERS = ["occtosite.guards.RefuseFilesHandler"]

# Headers

# "same-origin" keeps addresses from other sites; "no-referrer" would turn the Origin of our own forms into "null".
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked on this machine, past the proxy
SECURE_HSTS_SECONDS = 63_072_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],  # an agreed tag's frame is of this site, and has a policy of its own
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Sessions and CSRF cookies exist under /admin/ only

SESSION_COOKIE_NAME = "staff"
SESSION_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "stafftoken"
CSRF_COOKIE_PATH = "/admin/"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
# In the session: the default keeps them in a cookie of the whole site.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "occtosite.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# "No CsrfViewMiddleware": StaffCsrfMiddleware is one under /admin/, and SameOriginMiddleware guards every form.
SILENCED_SYSTEM_CHECKS = ["security.W003"]

# Staff sign-in ---------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "occtosite.staff.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False  # the session ends with the browser; no box offers otherwise
MFA_ADAPTER = "occtosite.factor_secrets.SecondFactorAdapter"
MFA_FORMS = {
    "login_webauthn": "occtosite.second_factor.LoginForm",
    "authenticate_webauthn": "occtosite.second_factor.AuthenticateForm",
    "reauthenticate_webauthn": "occtosite.second_factor.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "OCCTO"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS

# Decisions (django-cookie-consent's names)

DECISION_DAYS = 182
DECISION_LEDGER_YEARS = 3
COOKIE_CONSENT_NAME = "choice"
COOKIE_CONSENT_MAX_AGE = DECISION_DAYS * 24 * 60 * 60
COOKIE_CONSENT_SECURE = IS_HTTPS
COOKIE_CONSENT_HTTPONLY = False  # the script reads the decision, so that the page is the same for everybody
COOKIE_CONSENT_SAMESITE = "Lax"
COOKIE_CONSENT_LOG_ENABLED = False  # our own append-only decisions; the package's log goes when a group goes
COOKIE_CONSENT_CACHE_BACKEND = "local"

# Pages

TAG_PAGES = page_sets.TAG_PAGES
COUNTED_PAGES = page_sets.COUNTED_PAGES

# Inquiries

INQUIRY_RETENTION_DAYS = env.number("INQUIRY_RETENTION_DAYS", 365, lowest=1, highest=3650)
INQUIRY_CLOSING_DAYS = 60  # after the last answer
SPAM_DAYS = 30  # after staff confirmed it
LOOK_DAYS = 3 * 365 + 1  # three years, whichever has the leap day
OUTGOING_DAYS = 7  # a mail that was written to a file is as sent as it will be, and holds an answer in the clear

# Backups

BACKUP_DAYS = 35

# Against machines that send, and against the use of the form to flood somebody; 0 is no limit.
INQUIRY_SECONDS = env.number("INQUIRY_SECONDS", 2, lowest=0, highest=60)
INQUIRIES_PER_HOUR = env.number("INQUIRIES_PER_HOUR", 30, lowest=0, highest=100_000)
SAME_TEXTS = env.number("SAME_TEXTS", 3, lowest=0, highest=100_000)
MAILS_PER_ADDRESS = env.number("MAILS_PER_ADDRESS", 5, lowest=0, highest=100_000)
MAILS_PER_HOUR = env.number("MAILS_PER_HOUR", 500, lowest=0, highest=1_000_000)

# Mail

MAIL_URL = env.mail_url("MAIL_URL")
MAIL_FROM = env.address("MAIL_FROM", "" if MAIL_URL else "noreply@localhost")

# How long a worker process serves a page it finished before making it again; 0 makes every page anew.
FINISHED_PAGE_SECONDS = env.number("FINISHED_PAGE_SECONDS", 0 if DEBUG else 5, lowest=0, highest=3600)

# Logs hold no personal data: no addresses, no messages of exceptions (a database's names the row)

LOGGING = configuration.logging(env)

# Serving: processes beside each other (manage.py serve)

SERVER_PROCESSES = env.number("SERVER_PROCESSES", 2, lowest=1, highest=64)

env.refuse_unknown(ENV_FILE, _in_env_file)
