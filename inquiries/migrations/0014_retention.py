from django.db import migrations, models
from django.db.models import Q

CATEGORIES = [
    ("website", "This website"),
    ("privacy", "Cookies and personal information"),
    ("organization", "OCCTO and its work"),
    ("grid_access", "Connecting to the grid (system access)"),
    ("capacity_market", "Capacity market"),
    ("membership", "Membership"),
    ("press", "Press"),
    ("other", "Other"),
]
LANGUAGES = [("ja", "日本語"), ("en", "English")]
CHANNELS = [("form", "Form")]
REASONS = [("term", "Its time was over"), ("request", "The sender asked for it"), ("spam", "Spam")]
PROBLEMS = [
    ("ledger", "The erasure ledger cannot be written, so nothing is erased"),
    ("files", "Files of mails cannot be removed from the outgoing folder"),
    ("error", "There is an error in this site's program; the log names it"),
]


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0013_hold"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="inquiry",
            index=models.Index(fields=["closed_at"], name="inquiries_inquiry_by_closing"),
        ),
        migrations.CreateModel(
            name="ErasedInquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(choices=CATEGORIES, max_length=20, verbose_name="Type of inquiry")),
                ("month", models.CharField(max_length=7, verbose_name="Month received")),
                ("language", models.CharField(choices=LANGUAGES, max_length=2, verbose_name="Language")),
                ("channel", models.CharField(choices=CHANNELS, max_length=8, verbose_name="Channel")),
                (
                    "days_to_answer",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="Days to the answer"),
                ),
                ("reason", models.CharField(choices=REASONS, max_length=8, verbose_name="Erased because")),
            ],
            options={
                "verbose_name": "erased inquiry",
                "verbose_name_plural": "erased inquiries",
                "indexes": [models.Index(name="inquiries_erased_by_month", fields=["month"])],
                "constraints": [
                    models.CheckConstraint(
                        name="inquiries_erased_category_valid",
                        condition=Q(category__in=[value for value, _label in CATEGORIES]),
                    ),
                    models.CheckConstraint(
                        name="inquiries_erased_month_valid", condition=Q(month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
                    ),
                    models.CheckConstraint(
                        name="inquiries_erased_language_valid", condition=Q(language__in=["ja", "en"])
                    ),
                    models.CheckConstraint(name="inquiries_erased_channel_valid", condition=Q(channel__in=["form"])),
                    models.CheckConstraint(
                        name="inquiries_erased_reason_valid", condition=Q(reason__in=["term", "request", "spam"])
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="Date and time")),
                ("counts", models.JSONField(verbose_name="What came to its end")),
                ("overdue", models.PositiveIntegerField(verbose_name="Inquiries overdue after it")),
                ("problem", models.CharField(blank=True, choices=PROBLEMS, max_length=6, verbose_name="Problem")),
            ],
            options={
                "verbose_name": "retention run",
                "verbose_name_plural": "retention runs",
                "indexes": [models.Index(name="inquiries_retentionrun_newest", fields=["-at"])],
                "constraints": [
                    models.CheckConstraint(
                        name="inquiries_retentionrun_problem_valid",
                        condition=Q(problem__in=["", "ledger", "files", "error"]),
                    ),
                ],
            },
        ),
    ]
