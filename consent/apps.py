from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = _("Consent")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from consent.guards import lift_before_migration, make_after_migration  # noqa: PLC0415 (models are loaded only now)
        from consent.provision import provision_after_migration  # noqa: PLC0415 (the same)

        pre_migrate.connect(lift_before_migration, sender=self)
        post_migrate.connect(make_after_migration, sender=self)
        post_migrate.connect(provision_after_migration, sender=self)
