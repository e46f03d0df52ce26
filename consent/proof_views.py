"""The proof of the records, for whoever wants to check it: a record to save, the log's newest head, keys, a script."""

import logging
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from consent import archive, keys, receipts
from consent.keys import KeyFileError
from consent.models import Decision, TreeHead
from consent.pages import public_page
from consent.statements import signed_head

logger = logging.getLogger(__name__)

READABLE = {"ensure_ascii": False, "indent": 1}


@cache_control(no_store=True)
@require_safe
def save_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a decision as a receipt to whoever holds its number."""
    decision = get_object_or_404(Decision.objects.select_related("notice"), pk=pk)
    return JsonResponse(receipts.saved(decision), json_dumps_params=READABLE)


@public_page
def show_log(request: HttpRequest) -> HttpResponse:
    """Show the newest head of the log in words, and how a record is checked."""
    head = TreeHead.objects.newest()
    context = {
        "head": head,
        "signed": signed_head(head) if head else None,
        "ledger_years": settings.DECISION_LEDGER_YEARS,
    }
    return render(request, "consent/log.html", context)


@public_page
def show_head(request: HttpRequest) -> HttpResponse:
    """Give the newest head of the log as it was signed; without an entry there is none."""
    head = TreeHead.objects.newest()
    return JsonResponse(signed_head(head) if head else {"size": 0}, json_dumps_params=READABLE)


@public_page
def show_key(request: HttpRequest, name: str = "") -> HttpResponse:
    """Give a public key: the one of a name, or the newest."""
    try:
        pem = keys.public_pem(name or keys.newest_public())
    except KeyFileError:
        logger.exception("A public key can't be read")
        pem = None
    if pem is None:
        raise Http404
    return HttpResponse(pem, content_type="application/x-pem-file")


@public_page
def show_verifier(request: HttpRequest) -> HttpResponse:
    """Give the script that checks a saved record or an archive."""
    return HttpResponse(archive.verifier(), content_type="text/x-python; charset=utf-8")
