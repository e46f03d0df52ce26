"""The mark of a page that is the same for everybody."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

PageView = Callable[..., HttpResponse]

PUBLIC = "public, max-age=0, must-revalidate"


def public_page(view: PageView) -> PageView:
    """Mark a view's page as the same for everybody: any cache may keep it and asks again each time.

    The view sees no cookie and no query, so it cannot vary by them. Allows GET and HEAD only. A page that had to do
    without the database (`request.lacks_data`) is shown, but it is a 503 that no cache keeps.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.COOKIES = {}
        request.GET = QueryDict()
        response = view(request, *args, **kwargs)
        if getattr(request, "lacks_data", False):
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            response.headers["Retry-After"] = "60"
        else:
            response.headers["Cache-Control"] = PUBLIC
        return response

    return require_safe(wrapper)
