"""The pages about OCCTO and about this site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from consent.pages import public_page


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
    return render(request, "pages/sitemap.html")
