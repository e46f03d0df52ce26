"""Sets of pages that settings name: where tags may run, and what is counted."""

from django.utils.translation import gettext_lazy as _

# The pages on which agreed tags run and embedded content may stand, by their URL names: never one with a form, nor one
# that shows a visitor's own (design, idea 2).
TAG_PAGES = {
    "home": _("Home"),
    "about": _("About OCCTO"),
    "consent:policy": _("Privacy policy"),
    "consent:cookies": _("Cookies and external transmission"),
    "statistics:all": _("Access statistics"),
    "promises": _("How this site keeps its promises"),
    "accessibility": _("Accessibility"),
    "sitemap": _("Sitemap"),
}

# Pages whose views are counted: the name of an address, and the page's own name. Nothing else is ever counted, so no
# step of an inquiry, no record and no status stands here. What matters least in the statistics comes last.

COUNTED_PAGES = {
    "home": _("Home"),
    "about": _("About OCCTO"),
    "inquiries:form": _("Inquiry"),
    "consent:policy": _("Privacy policy"),
    "consent:cookies": _("Cookies and external transmission"),
    "promises": _("How this site keeps its promises"),
    "consent:log": _("Proof of the records of choices"),
    "data_requests": _("Requests about your personal information"),
    "statistics:all": _("Access statistics"),
    "accessibility": _("Accessibility"),
    "sitemap": _("Sitemap"),
}
