import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0012_look_reference_needed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason_sealed", models.BinaryField()),
                ("until", models.DateField(verbose_name="Kept until")),
                ("set_at", models.DateTimeField(verbose_name="Date and time")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="Released")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Who",
                    ),
                ),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="inquiries.inquiry"
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "hold",
                "verbose_name_plural": "holds",
                "permissions": [("place_hold", "Can keep an inquiry from being erased, and release it")],
                "constraints": [
                    models.UniqueConstraint(
                        name="inquiries_hold_one_at_a_time",
                        fields=["inquiry"],
                        condition=Q(released_at__isnull=True),
                    ),
                    models.CheckConstraint(
                        name="inquiries_hold_released_by_somebody",
                        condition=Q(released_at__isnull=True, released_by__isnull=True)
                        | Q(released_at__isnull=False, released_by__isnull=False),
                    ),
                    models.CheckConstraint(
                        name="inquiries_hold_released_after_it_was_set",
                        condition=Q(released_at__isnull=True) | Q(released_at__gte=F("set_at")),
                    ),
                    models.CheckConstraint(name="inquiries_hold_has_its_reason", condition=~Q(reason_sealed=b"")),
                ],
            },
        ),
    ]
