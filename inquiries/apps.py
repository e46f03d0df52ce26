from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InquiriesConfig(AppConfig):
    name = "inquiries"
    verbose_name = _("Inquiry desk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inquiries.roles import provision_after_migration  # noqa: PLC0415 (models are loaded only now)

        post_migrate.connect(provision_after_migration, sender=self)
