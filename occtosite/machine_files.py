"""Files for machines: robots.txt, sitemap.xml, security.txt (RFC 9116), gpc.json (W3C Global Privacy Control)."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from consent import gpc
from consent.pages import public_page

LISTED = [
    "home",
    "about",
    "consent:policy",
    "consent:cookies",
    "promises",
    "consent:log",
    "data_requests",
    "inquiries:form",
    "statistics:all",
    "accessibility",
    "sitemap",
]


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in both languages, each naming the other (hreflang)."""
    entries = []
    for name in LISTED:
        alternates = []
        for language, _label in settings.LANGUAGES:
            with translation.override(language):
                alternates.append((language, settings.SITE_URL + reverse(name)))
        entries += [{"location": address, "alternates": alternates} for _language, address in alternates]
    return render(request, "machine/sitemap.xml", {"entries": entries}, content_type="application/xml; charset=utf-8")


@public_page
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness: the inquiry form. The day it expires moves on at the start of each month."""
    month = timezone.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    expires: datetime = month + timedelta(days=300)
    lines = [
        f"Contact: {settings.SITE_URL}{reverse('inquiries:form')}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: ja, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public_page
def privacy_control(request: HttpRequest) -> HttpResponse:
    """Say that this site abides by browsers' Global Privacy Control signal (W3C GPC, section 4)."""
    return JsonResponse({"gpc": True, "lastUpdate": gpc.ABIDED_BY_SINCE.isoformat()})
