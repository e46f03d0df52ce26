"""The visitor's pages: what to choose, what was chosen, and the policy behind it."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from consent import choice, clauses, contents, gpc, inventory, ledger, markdown, policies
from consent.forms import NO_NOTICE, NO_PURPOSE, UnclearPressError, read_press
from consent.models import Decision, Notice, PolicyVersion, Receipt, RegisterVersion
from consent.pages import public_page

JUST_NOW = timedelta(minutes=10)
"""How long a decision that the browser does not hold is taken for one that it would not keep."""

no_store = cache_control(no_store=True)


@no_store
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show the switches, or record a decision: from here, from the notice of any page, or from its script."""
    if request.method == "POST":
        return _decide(request)
    language = translation.get_language()
    register, notice = inventory.register_in_force(), inventory.notice_in_force(language)
    held = choice.of_request(request)
    sends_signal = gpc.is_sent(request)
    current = choice.honouring(choice.answering(held, notice.register), signal=sends_signal)
    context = {
        "notice": notice,
        "essential": _in_language(register.essential, language),
        "purposes": _switches(notice, current, contents.purposes_in_use(register.content)),
        "choice": current,
        "choice_in_words": _in_words(notice, current) if current else "",
        **_asked_again(held.register if held else "", register, notice),
        "shown": f"made {' '.join(current.agreed)}".strip() if current else "ask",
        "sends_signal": sends_signal,
        "is_signal_honoured": not (current and current.signal and inventory.GPC_REFUSES & set(current.agreed)),
    }
    return render(request, "consent/choices.html", context)


def _asked_again(answered: str, register: RegisterVersion, notice: Notice) -> dict[str, Any]:
    """Return since when something else is asked than was `answered`, and what changed; nothing if it still holds."""
    if answered in {"", notice.register}:
        return {}
    return {
        "asked_again_since": inventory.asked_since(notice),
        "changes": inventory.changes_between(answered, register, notice.language),
    }


def _decide(request: HttpRequest) -> HttpResponse:
    try:
        press = read_press(request.POST)
        signal = press.signal or gpc.is_sent(request)
        decision = ledger.decide(press.method, press.purposes, press.notice, gpc=signal)
    except UnclearPressError as unclear:
        return _nothing_recorded(request, unclear.problem)
    except ledger.UnknownNoticeError:
        return _nothing_recorded(request, NO_NOTICE)
    except ledger.UnknownPurposeError:
        return _nothing_recorded(request, NO_PURPOSE)
    is_anything_refused = set(ledger.notice_shown(decision.notice_id).asked) - set(decision.purposes)
    stored = inventory.stored_under_refused(decision.purposes) if is_anything_refused else []
    response = _recorded(request, decision, press.page, stored)
    choice.keep(response, _choice_of(decision))
    for cookie in _still_sent(request, stored):
        response.delete_cookie(cookie["name"], path=cookie["path"], domain=cookie["domain"] or None)
    return response


def _recorded(request: HttpRequest, decision: Decision, page: str, stored: list[dict[str, str]]) -> HttpResponse:
    address = reverse("consent:record", args=[decision.pk])
    if _wants_json(request):
        return JsonResponse(
            {
                "record": str(decision.pk),
                "address": address,
                "decision": decision.method,
                "agreed": decision.purposes,
                "valid_until": decision.valid_until.isoformat(),
                "remove": stored,
            }
        )
    if is_page_here(page):
        address += "?" + urlencode({"page": page})
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def _nothing_recorded(request: HttpRequest, problem: str | Promise) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"error": str(problem)}, status=HTTPStatus.BAD_REQUEST)
    return render(request, "consent/problem.html", {"problem": problem}, status=HTTPStatus.BAD_REQUEST)


def _still_sent(request: HttpRequest, stored: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the cookies among what a browser must lose that it sends all the same."""
    return [item for item in stored if item["kind"] == "cookie" and item["name"] in request.COOKIES]


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def is_page_here(page: str) -> bool:
    """Return whether `page` is the path of a page of this site, in the language of this request."""
    if not page.startswith("/") or page.startswith("//") or any(sign in page for sign in "\\?#"):
        return False
    try:
        resolve(page)
    except Resolver404:
        return False
    return True


def _choice_of(decision: Decision) -> choice.Choice:
    shown, day = ledger.notice_shown(decision.notice_id), timezone.localdate(decision.made_at)
    return choice.choice_of(shown.asked, decision.purposes, shown.register, day, signal=decision.gpc)


def _in_language(purpose: contents.Entry, language: str) -> dict[str, str]:
    return {field: purpose[field][language] for field in ("name", "text")}


def _switches(notice: Notice, current: choice.Choice | None, in_use: set[str]) -> list[dict[str, Any]]:
    agreed = current.agreed if current else ()
    return [
        words | {"is_agreed": words["purpose"] in agreed, "is_in_use": words["purpose"] in in_use}
        for words in notice.words["purposes"]
    ]


def _in_words(notice: Notice, current: choice.Choice) -> str:
    """Return "Agreed", "Not agreed", or the names of what was agreed to."""
    names = [words["name"] for words in notice.words["purposes"] if words["purpose"] in current.agreed]
    if not names:
        return _("Not agreed")
    return _("Agreed") if len(names) == len(notice.asked) else pgettext("list", ", ").join(names)


@no_store
@require_safe
def show_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a decision in words to whoever holds its number."""
    decision = get_object_or_404(Decision.objects.select_related("notice", "policy"), pk=pk)
    held = choice.of_request(request)
    page = request.GET.get("page", "")
    in_force = inventory.notice_in_force(translation.get_language())
    is_held = held == _choice_of(decision)
    stored = inventory.stored_under_refused(decision.purposes) if is_held else []
    context = {
        "decision": decision,
        "words": decision.notice.words,
        "purposes": [
            words | {"is_agreed": words["purpose"] in decision.purposes} for words in decision.notice.words["purposes"]
        ],
        "is_held": is_held,
        "remove": json.dumps(stored) if stored else "",
        "still_sent": [cookie["name"] for cookie in _still_sent(request, stored)],
        "keys": [item["key"] for item in stored if item["kind"] != "cookie"],
        "is_new": timezone.now() - decision.made_at < JUST_NOW,
        **_asked_again(decision.notice.register, inventory.register_in_force(), in_force),
        "signal": decision.gpc and not inventory.GPC_REFUSES & set(decision.purposes),
        "back": page if is_page_here(page) else "",
        "receipt": Receipt.objects.filter(pk=pk).first(),
    }
    return render(request, "consent/record.html", context)


@no_store
@require_safe
def state_stylesheet(request: HttpRequest) -> HttpResponse:
    """Apply the decision and the browser's signal where no script does (design, idea 1)."""
    register = inventory.notice_in_force(translation.get_language()).register
    held = choice.of_request(request)
    is_answered = choice.answering(held, register) is not None
    rules = [
        ".notice{display:none}" if is_answered else "",
        ".notice-changed{display:block}" if held and not is_answered else "",
        ".notice-signal{display:block}" if gpc.is_sent(request) else "",
    ]
    return HttpResponse("".join(rules), content_type="text/css; charset=utf-8")


@public_page
def show_policy(request: HttpRequest) -> HttpResponse:
    """Show the version in force."""
    return _policy_page(request, inventory.policy_in_force())


@public_page
def show_version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one published version, in force or not; it stays at this address."""
    version = get_object_or_404(PolicyVersion.objects.published(), number=number)
    return _policy_page(request, version, is_own_page=True)


def _policy_page(request: HttpRequest, version: PolicyVersion, *, is_own_page: bool = False) -> HttpResponse:
    in_force = inventory.policy_in_force()
    wording = policies.wording(version, str(translation.get_language()))
    sections = markdown.to_sections(wording.text)
    kept = clauses.by_section([section.heading for section in sections])
    context = {
        "version": version,
        "in_force": in_force,
        "is_own_page": is_own_page,
        "stands_in": wording.stands_in,
        "is_plain": wording.stands_in or not version.is_official,
        "sections": zip(sections, kept, strict=True),
        "others": PolicyVersion.objects.published().exclude(pk=version.pk).order_by("-number"),
    }
    return render(request, "consent/policy.html", context)
