from django.http import HttpRequest, HttpResponse


def fill_in(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def check(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def send(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError
