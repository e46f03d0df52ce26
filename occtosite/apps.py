from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    name = "occtosite"


class StaffAdminConfig(AdminConfig):
    default_site = "occtosite.staff.StaffAdminSite"
