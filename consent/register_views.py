"""What visitors see of the register: the page that lists everything, and the frames in which agreed tags run."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from consent import disclosure, frames, inventory
from consent.pages import public_page


@public_page
def show_cookies(request: HttpRequest) -> HttpResponse:
    """Show every cookie, storage key and outside transmission that is registered (clause S1)."""
    register = inventory.register_in_force()
    context = {"register": register, "told": disclosure.of(register.content)}
    return render(request, "consent/cookies.html", context)


@public_page
@xframe_options_sameorigin
def show_tag_frame(request: HttpRequest, number: int, asked: str = "") -> HttpResponse:
    """Show a tag's own document, under a policy of its own: in a frame, for nobody agreed who opens it by itself.

    `asked` is what the page asks for agreement to: where that changed since, the tag may be another one now. A browser
    too old to say where a document goes (W3C Fetch Metadata) is given it.
    """
    register = inventory.register_in_force()
    tag = register.tag(number)
    if tag is None or asked not in {"", register.asked} or request.headers.get("Sec-Fetch-Dest") == "document":
        raise Http404("No such tag is published")
    context = {"tag": tag, "sandbox": frames.EMBED_SANDBOX, "guard": frames.GUARD}
    response = render(request, "consent/tag_frame.html", context)
    response.headers["Content-Security-Policy"] = frames.policy_of(tag)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Vary"] = "Sec-Fetch-Dest"
    return response
