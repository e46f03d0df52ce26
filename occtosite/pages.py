"""The pages about OCCTO and about this site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consent.pages import public_page

PARTS = [
    (_("OCCTO"), [("home", _("Home")), ("about", _("About OCCTO"))]),
    (_("Inquiry"), [("inquiries:form", _("Inquiry")), ("inquiries:status", _("Status of your inquiry"))]),
    (
        _("Privacy policy"),
        [
            ("consent:policy", _("Privacy policy")),
            ("consent:cookies", _("Cookies and external transmission")),
            ("promises", _("How this site keeps its promises")),
            ("consent:choices", _("Cookie settings")),
            ("consent:log", _("Proof of the records of choices")),
            ("data_requests", _("Requests about your personal information")),
        ],
    ),
    (
        _("About this site"),
        [
            ("statistics:all", _("Access statistics")),
            ("accessibility", _("Accessibility")),
            ("sitemap", _("Sitemap")),
        ],
    ),
]
"""Every page a visitor can open at once, as the sitemap lists them."""


@public_page
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/home.html")


@public_page
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/about.html")


@public_page
def data_requests(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/data_requests.html")


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@public_page
def site_map(request: HttpRequest) -> HttpResponse:
    parts = [
        {"heading": heading, "links": [{"address": reverse(name), "label": label} for name, label in links]}
        for heading, links in PARTS
    ]
    return render(request, "pages/sitemap.html", {"parts": parts})
