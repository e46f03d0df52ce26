from django.http import HttpRequest, HttpResponse


def show_policy(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def show_version(request: HttpRequest, number: int) -> HttpResponse:
    raise NotImplementedError


def choices(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def state_stylesheet(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def show_record(request: HttpRequest, pk: str) -> HttpResponse:
    raise NotImplementedError
