"""The page of promises: each clause of the policy, the rule that keeps it, and where that can be seen."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from consent.pages import public_page


@dataclass(frozen=True)
class Promise:
    """One clause. `seen_at` is the name of a page where anybody can see the rule at work."""

    clause: str
    says: Words
    kept: Words
    seen_at: str = ""
    seen_label: Words | str = ""


PROMISES = [
    Promise(
        "U1",
        _("A link leads to the main text."),
        _('The link "To main text" is the first thing that the Tab key reaches on every page, forms included.'),
        "accessibility",
        _("Accessibility"),
    ),
    Promise(
        "U2",
        _("The privacy policy is easy to find."),
        _("It is linked from every page, from the notice about cookies, and beside the button of the inquiry form."),
        "consent:policy",
        _("Privacy policy"),
    ),
    Promise(
        "S1",
        _("Cookies and tags serve named purposes only."),
        _(
            "Each purpose is a switch of its own. Every cookie and every tag is registered under exactly one purpose, "
            "and a purpose that is not in use says so."
        ),
        "consent:choices",
        _("Cookie settings"),
    ),
    Promise(
        "S2",
        _('Only pressing "Agree" is consent.'),
        _(
            "Until a button is pressed, nothing is set, sent or recorded. A decision is recorded with the exact words "
            "that were shown. Refusing and withdrawing are as easy as agreeing."
        ),
        "consent:choices",
        _("Cookie settings"),
    ),
    Promise(
        "S3",
        _("OCCTO's personal information protection policy can be read."),
        _("The privacy policy links to it, or says plainly that OCCTO has not yet supplied it."),
        "consent:policy",
        _("Privacy policy"),
    ),
    Promise(
        "S4",
        _("Personal information is collected only as far as it is needed."),
        _(
            "The inquiry form says of each field whether it is required. No IP address and no name of a browser is "
            "kept with an inquiry or a decision, and no log holds personal information."
        ),
        "inquiries:form",
        _("Inquiry"),
    ),
    Promise(
        "S5",
        _("Personal information is handled within its purpose."),
        _(
            "Whenever personal information is opened, the purpose is recorded first: who, when, why and which items. "
            "An inquiry is erased on its day."
        ),
    ),
    Promise(
        "S6",
        _("OCCTO's cookies hold no personal information."),
        _(
            "The values of the cookies are the same for everybody who chose alike. A decision about cookies and an "
            "inquiry share no number, so that nobody can join them."
        ),
    ),
    Promise(
        "S7",
        _("A browser may block cookies at any time."),
        _("With cookies blocked, every page can be read and an inquiry can be sent."),
        "consent:choices",
        _("Cookie settings"),
    ),
    Promise(
        "S8",
        _("An inquiry asks for name, address, telephone number and other details."),
        _("The form explains these fields, and says what they are used for above its button."),
        "inquiries:form",
        _("Inquiry"),
    ),
    Promise(
        "S9",
        _("Whoever writes by e-mail shows an address."),
        _("This is said wherever an address of OCCTO's is published. The address is kept only with that message."),
        "about",
        _("About OCCTO"),
    ),
    Promise(
        "S10",
        _("The information serves to run the site and to plan policy."),
        _("The purposes for which personal information can be opened are a closed list, the same as the policy's."),
    ),
    Promise(
        "S11",
        _("What is disclosed has the names left out."),
        _("A name is published only if its sender ticked the box for it in the form, and that can be withdrawn."),
        "inquiries:form",
        _("Inquiry"),
    ),
    Promise(
        "S12",
        _("E-mail addresses and telephone numbers serve to answer and confirm."),
        _("The acknowledgement and the answer go to the given address and to nobody else."),
    ),
    Promise(
        "S13a",
        _("There is no other use."),
        _("No page holds a script, font or map from outside, and this site's server sends nothing out but mail."),
    ),
    Promise(
        "S13b",
        _("Nothing is given to third parties without a ground."),
        _("Without agreement no data of a visitor go to anybody. An inquiry goes to no third party."),
    ),
    Promise(
        "S14",
        _("Statistics may be published."),
        _("Only totals are published. Small numbers are hidden so that no sum gives them away."),
    ),
    Promise(
        "S15",
        _("Every reasonable measure is taken against leak and loss."),
        _(
            "An inquiry is sealed before it is stored, and the key is kept apart from the database. "
            "Staff sign in with a second factor."
        ),
    ),
    Promise(
        "S16",
        _("The policy applies to this website only."),
        _('Every link that leaves this website is marked "external website".'),
        "home",
        _("Home"),
    ),
]


@public_page
def promises(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/promises.html", {"promises": PROMISES})
