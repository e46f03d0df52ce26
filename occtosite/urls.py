"""Every address of the site. Japanese at /…, English at /en/…; staff at /admin/… and /admin/en/…."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from consent import register_views, seen_views
from occtosite import health, machine_files, pages, promises, staff_urls
from occtosite.language import in_languages

handler400 = "occtosite.errors.bad_request"
handler403 = "occtosite.errors.permission_denied"
handler404 = "occtosite.errors.page_not_found"
handler500 = "occtosite.errors.server_error"

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("robots.txt", machine_files.robots, name="robots"),
    path("sitemap.xml", machine_files.sitemap, name="sitemap_xml"),
    path(".well-known/security.txt", machine_files.security, name="security"),
    path(".well-known/gpc.json", machine_files.privacy_control, name="privacy_control"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg"), name="favicon"),
    # Of a tag as it is now, and of one that was agreed to. The same in every language.
    path("privacy/tags/<int:number>/", register_views.show_tag_frame, name="tag_frame"),
    path("privacy/tags/<int:number>/<str:asked>/", register_views.show_tag_frame, name="tag_frame"),
    in_languages("admin/", [*staff_urls.urlpatterns, path("", admin.site.urls)]),
    in_languages(
        "",
        [
            path("", pages.home, name="home"),
            path("about/", pages.about, name="about"),
            path("privacy/requests/", pages.data_requests, name="data_requests"),
            path("privacy/promises/", promises.promises, name="promises"),
            path("privacy/", include("consent.urls")),
            path("inquiry/", include("inquiries.urls")),
            path("statistics/", include("consent.statistics_urls")),
            path("seen/", seen_views.count, name="seen"),
            path("accessibility/", pages.accessibility, name="accessibility"),
            path("sitemap/", pages.site_map, name="sitemap"),
        ],
    ),
]
