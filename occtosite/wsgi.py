"""The site as a WSGI application: finished pages in front, Django behind its gate."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "occtosite.settings")

_django = get_wsgi_application()

from django.conf import settings  # noqa: E402 (settings are read when Django is set up)

from occtosite.finished import FinishedPages  # noqa: E402
from occtosite.gate import Gate  # noqa: E402

_https_header, _https = settings.SECURE_PROXY_SSL_HEADER or ("", "")
_gate = Gate(_django, places=2, limit=settings.BODY_LIMIT)
application = FinishedPages(_gate, settings.FINISHED_PAGE_SECONDS, _https_header)
